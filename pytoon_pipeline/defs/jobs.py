"""The job that makes one video."""

import dagster as dg

from pytoon_pipeline.defs.partitions import uploads

COMPILE = "compile_video"

compile_video = dg.define_asset_job(
    COMPILE,
    selection=dg.AssetSelection.all(),
    partitions_def=uploads,
    executor_def=dg.in_process_executor,
    description="Everything from an upload to the video in the outbox. What is already there is not made again.",
)
