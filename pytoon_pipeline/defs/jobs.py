"""The job that compiles one upload into one video."""

import dagster as dg

from pytoon_pipeline.defs.ownership import labels

COMPILE = "compile_video"

compile_video = dg.define_asset_job(
    COMPILE,
    selection=dg.AssetSelection.assets("delivered_video").upstream(),
    executor_def=dg.in_process_executor,
    description="Compiles an upload into the video in the outbox. Results that the store has are reused.",
    tags=labels("video"),
)
