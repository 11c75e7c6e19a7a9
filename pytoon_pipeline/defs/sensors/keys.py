"""Asks for a run of every key that waits for its video, or whose failure may be mended by another try."""

import time
from collections.abc import Mapping

import dagster as dg

from pytoon_pipeline.defs.due import Due, due_keys, unheard
from pytoon_pipeline.defs.jobs import COMPILE, compile_video
from pytoon_pipeline.defs.overrides import config_for
from pytoon_pipeline.defs.partitions import ATTEMPT_TAG, PRIORITY_TAG
from pytoon_pipeline.defs.partitions import uploads as partitions
from pytoon_pipeline.defs.reconcile import RECONCILE, reconcile_runs
from pytoon_pipeline.defs.requesting import EVERY_LOOP, at_work, may_ask
from pytoon_pipeline.store.home import Home
from pytoon_pipeline.store.uploads import Uploads

# People who wait in the UI come first (0), then new uploads and what is tried again, then nightly batches.
UPLOAD_PRIORITY, BATCH_PRIORITY = -1, -10
# Keys asked for in one tick, and seconds: a tick must end within a minute.
A_TICK, LONGEST_TICK = 100, 30.0


@dg.sensor(
    jobs=[compile_video, reconcile_runs],
    minimum_interval_seconds=EVERY_LOOP,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for the videos of new uploads, and tries again what may go better the next time.",
)
def look_after_keys(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    uploads = Uploads(Home.locate())
    # What is at work is read first: a run that ends in between leaves a key that waits no longer.
    busy = at_work(context.instance)
    wanted: list[Due] = []
    silent, began = 0, time.monotonic()
    for due in due_keys(uploads, time.time()):
        if len(wanted) == A_TICK or time.monotonic() - began > LONGEST_TICK:
            break
        if due.key not in busy:
            if unheard(context.instance, due):
                silent += 1
            else:
                wanted.append(due)
    requests = [requested(due) for due in wanted]
    if silent and may_ask(context.instance, RECONCILE):
        requests.append(dg.RunRequest(job_name=RECONCILE))
    if not requests:
        return dg.SkipReason("No key waits to be run.")
    added = [partitions.build_add_request([due.key for due in wanted])] if wanted else []
    return dg.SensorResult(run_requests=requests, dynamic_partitions_requests=added)


def requested(due: Due) -> dg.RunRequest:
    """The request for a run of a key that nothing works on."""
    return dg.RunRequest(
        run_key=f"{due.key}:{due.attempt}:{due.since:.3f}",
        job_name=COMPILE,
        partition_key=due.key,
        run_config=config_for(due.overrides),
        tags=tags(due.attempt, UPLOAD_PRIORITY),
    )


def tags(attempt: int, priority: int) -> Mapping[str, str]:
    """Tags of a run that nobody waits for."""
    return {ATTEMPT_TAG: str(attempt), PRIORITY_TAG: str(priority)}
