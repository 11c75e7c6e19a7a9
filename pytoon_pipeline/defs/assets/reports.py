"""Metrics over all videos."""

import dagster as dg

from pytoon_pipeline.defs.ownership import TEAM
from pytoon_pipeline.defs.resources import ConfigResource, WorkerResource
from pytoon_pipeline.defs.stage import RETENTION_TAG


@dg.asset(
    group_name="reports",
    kinds={"duckdb", "parquet"},
    owners=[TEAM],
    tags={RETENTION_TAG: "kept"},
    code_version="1",
    config_schema={},
)
def pipeline_kpis(config: ConfigResource, worker: WorkerResource) -> dg.MaterializeResult[None]:
    """How the pipeline performs over all videos: success, first-attempt and fallback rates, cache hits, and the time
    that each stage takes. Computed from the logs."""
    from pytoon_pipeline.reporting.kpi_markdown import as_markdown
    from pytoon_pipeline.reporting.kpis import kpis
    from pytoon_pipeline.reporting.log_tables import collect

    home = config.home
    collect(home.logs, home.metrics)
    found = kpis(home.metrics)
    return dg.MaterializeResult(
        metadata={"metrics": dg.MetadataValue.md(as_markdown(found)), "all": found.model_dump(mode="json")}
    )
