"""Figures over all videos."""

import dagster as dg

from pytoon_pipeline.defs.resources import Studio


@dg.asset(group_name="reports", kinds={"duckdb", "parquet"}, code_version="1", config_schema={})
def pipeline_kpis(studio: Studio) -> dg.MaterializeResult[None]:
    """Success, first-attempt and fallback rates, hits of the cache, and how long each stage takes, over all videos."""
    from pytoon_pipeline.reporting.kpi_markdown import as_markdown
    from pytoon_pipeline.reporting.kpis import kpis
    from pytoon_pipeline.reporting.log_tables import collect

    collect(studio.places.logs, studio.places.metrics)
    found = kpis(studio.places.metrics)
    return dg.MaterializeResult(
        metadata={"figures": dg.MetadataValue.md(as_markdown(found)), "all": found.model_dump(mode="json")}
    )
