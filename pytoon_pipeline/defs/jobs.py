"""The job that makes one video."""

import dagster as dg

COMPILE = "compile_video"

compile_video = dg.define_asset_job(
    COMPILE,
    selection=dg.AssetSelection.assets("delivered_video").upstream(),
    executor_def=dg.in_process_executor,
    description="Everything from an upload to the video in the outbox. What is already there is not made again.",
)
