"""Asks for a run of every key that waits for its video, or whose failure may be mended by another try."""

import time
from collections.abc import Mapping

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.defs.due import Due, due_keys, not_requested
from pytoon_pipeline.defs.jobs import compile_video
from pytoon_pipeline.defs.overrides import config_for
from pytoon_pipeline.defs.partitions import ATTEMPT_TAG, PRIORITY_TAG
from pytoon_pipeline.defs.partitions import uploads as partitions
from pytoon_pipeline.defs.requesting import EVERY_LOOP, runs_in_progress
from pytoon_pipeline.runtime.home import Home

# People who wait in the UI come first (0), then new uploads and what is tried again, then nightly batches.
UPLOAD_PRIORITY, BATCH_PRIORITY = -1, -10
# Keys asked for in one tick, and seconds: a tick must end within a minute.
A_TICK, MAX_TICK = 100, 30.0


@dg.sensor(
    job=compile_video,
    minimum_interval_seconds=EVERY_LOOP,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for the videos of new uploads, and tries again what may go better the next time.",
)
def request_runs(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    uploads = Uploads(Home.locate())
    # What is at work is read first: a run that ends in between leaves a key that waits no longer.
    busy = runs_in_progress(context.instance)
    wanted: list[Due] = []
    began = time.monotonic()
    for due in due_keys(uploads, time.time()):
        if len(wanted) == A_TICK or time.monotonic() - began > MAX_TICK:
            break
        # What its last run could not say itself is kept with the key first; see reconcile.py.
        if due.key not in busy and not_requested(context.instance, due) is None:
            wanted.append(due)
    if not wanted:
        return dg.SkipReason("No key waits to be run.")
    return dg.SensorResult(
        run_requests=[requested(due) for due in wanted],
        dynamic_partitions_requests=[partitions.build_add_request([due.key for due in wanted])],
    )


def requested(due: Due) -> dg.RunRequest:
    """The request for a run of a key that nothing works on."""
    return dg.RunRequest(
        run_key=f"{due.key}:{due.attempt}:{due.since:.3f}",
        partition_key=due.key,
        run_config=config_for(due.overrides),
        tags=tags(due.attempt, UPLOAD_PRIORITY),
    )


def tags(attempt: int, priority: int) -> Mapping[str, str]:
    """Tags of a run that nobody waits for."""
    return {ATTEMPT_TAG: str(attempt), PRIORITY_TAG: str(priority)}
