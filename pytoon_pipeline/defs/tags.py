"""Tags of runs and materializations: what an operator reads in lists, filters by and searches for."""

from collections.abc import Callable, Mapping

import dagster as dg

from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.device import gpu_for_work
from pytoon_pipeline.runtime.gpus import Gpu

TITLE_TAG, PRESET_TAG, STATUS_TAG, ATTEMPT_TAG = "pytoon/title", "pytoon/preset", "pytoon/status", "pytoon/attempt"
# Since when the key of a run is due, in seconds since the epoch by the clock of the catalog.
SINCE_TAG = "pytoon/since"
# What a video differs in from its request, in codes.
DEGRADED_TAG = "pytoon/degraded"
# The entries of the inbox that a run of the job “ingest” was requested for.
ENTRIES_TAG = "pytoon/entries"
# Why the nightly batch requested a run; see operations/batches.py.
REASON_TAG = "pytoon/reason"
RETENTION_TAG = "pytoon/retention"
# Runs that may use a GPU, so that limits of the queue can name them.
DEVICE_TAG = "pytoon/device"
PRIORITY_TAG = "dagster/priority"
# The UI shortens longer tags.
MAX_VALUE = 100


def title_tags(upload: SourceMedia | None) -> dict[str, str]:
    """The title of the upload, by which people find its runs."""
    return {} if upload is None else {TITLE_TAG: upload.title[:MAX_VALUE]}


def queue_tags(upload: SourceMedia | None, gpu: Callable[[], Gpu | None] = gpu_for_work) -> dict[str, str]:
    """The tags of a run of the upload that is put in the queue: its title, and whether it may use a GPU."""
    return title_tags(upload) | ({} if gpu() is None else {DEVICE_TAG: "cuda"})


def tag_run(context: dg.AssetExecutionContext, tags: Mapping[str, str]) -> None:
    """Adds tags to the run of an asset, whoever started it."""
    context.instance.add_run_tags(context.run.run_id, dict(tags))


def since_of(run: dg.DagsterRun) -> float | None:
    """Since when the key of a run was due, if a sensor requested it; a person who executes one again copies its tags,
    and may change them.
    """
    value = run.tags.get(SINCE_TAG, "")
    automatic = run.parent_run_id is None and value.replace(".", "", 1).isdecimal()
    return float(value) if automatic else None


def attempt_of(tags: Mapping[str, str]) -> int | None:
    """The number of the attempt that a run is, if its tags say so; a person may have changed them."""
    value = tags.get(ATTEMPT_TAG, "")
    return int(value) if value.isdecimal() else None
