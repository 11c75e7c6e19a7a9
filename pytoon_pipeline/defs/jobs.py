"""The job that compiles one upload into one video."""

import dagster as dg

from pytoon_pipeline.defs.ownership import labels

COMPILE = "compile_video"

compile_video = dg.define_asset_job(
    COMPILE,
    selection=dg.AssetSelection.assets("delivered_video").upstream(),
    executor_def=dg.in_process_executor,
    description="Renders an upload and delivers the video to the outbox. Reuses results that are in the store.",
    tags=labels("video"),
)
