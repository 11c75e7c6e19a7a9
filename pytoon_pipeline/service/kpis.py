"""How Pytoon performs over all videos of a home."""

from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.reporting.kpis import Kpis, kpis
from pytoon_pipeline.reporting.log_tables import collect
from pytoon_pipeline.runtime.home import Home


def current_kpis(home: Home) -> Kpis:
    """The KPIs over all logs up to now. Raises ``DependencyMissing`` when a table of metrics is damaged."""
    collect(home.logs, home.metrics)
    return kpis(home.metrics, price_per_hour=load_operations().price_per_hour)
