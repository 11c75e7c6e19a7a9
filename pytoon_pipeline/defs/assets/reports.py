"""Metrics over all videos."""

from typing import TYPE_CHECKING

import dagster as dg

from pytoon_pipeline.defs.resources import ConfigResource, WorkerResource
from pytoon_pipeline.defs.stage import report_asset

if TYPE_CHECKING:
    from pytoon_pipeline.reporting.kpis import Kpis


@report_asset("duckdb", "parquet")
def pipeline_kpis(config: ConfigResource, worker: WorkerResource) -> dg.MaterializeResult[None]:
    """How the pipeline performs over all videos: success, first-attempt and fallback rates, cache hits, and the time
    that each stage takes. Computed from the logs, every hour."""
    from pytoon_pipeline.reporting.kpi_markdown import as_markdown
    from pytoon_pipeline.service.kpis import current_kpis

    found = current_kpis(config.home)
    return dg.MaterializeResult(
        metadata={
            "metrics": dg.MetadataValue.md(as_markdown(found)),
            **_numbers(found),
            "all": found.model_dump(mode="json"),
        }
    )


def _numbers(found: "Kpis") -> dict[str, float]:
    """The figures that Dagster plots; those without any data are left out."""
    counts = {"completed": found.completed, "degraded": found.degraded, "failed": found.failed}
    rates = {
        "success_rate": found.success_rate,
        "first_attempt_pass_rate": found.first_attempt_pass_rate,
        "fallback_rate": found.fallback_rate,
        "attempts_per_video": found.attempts_per_video,
        "cold_seconds": found.cold_seconds,
        "warm_seconds": found.warm_seconds,
        "queue_seconds": found.queue_median_seconds,
        "cost_per_video": found.cost_per_video,
        "peak_memory_mb": found.peak_memory_mb,
        "written_mb": found.bytes_written / 1e6,
    }
    return {**counts, **{name: round(value, 4) for name, value in rates.items() if value is not None}}
