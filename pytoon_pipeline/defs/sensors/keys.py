"""Asks for a run of every key that waits for its video, or whose failure may be mended by another try.

It goes by how things stand, not by what has happened: whatever is killed in between, the next tick sees what is
missing.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

import dagster as dg
from pydantic import ValidationError

from pytoon_pipeline.contracts.errors import BadInput, died
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.defs.jobs import compile_video
from pytoon_pipeline.defs.partitions import ATTEMPT_TAG, PARTITION_TAG, PRIORITY_TAG, add_partitions
from pytoon_pipeline.planning.remedies import Step, decide
from pytoon_pipeline.planning.retrying import Never, again
from pytoon_pipeline.store.home import Home
from pytoon_pipeline.store.uploads import Uploads

# People who wait in the UI come first (0), then new uploads and what is tried again, then nightly batches.
UPLOAD_PRIORITY, BATCH_PRIORITY = -1, -10
# Keys asked for in one tick, and seconds: a tick must end within a minute.
A_TICK, LONGEST_TICK = 100, 30.0
# Databases may keep times in whole seconds.
CLOCK_STEP = 1.0
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING,
]  # fmt: skip


@dataclass(frozen=True)
class Due:
    """A key to be run now: as which attempt, since when it has been waiting, and the run whose failure was noted."""

    key: str
    attempt: int
    since: float
    noted: str = ""


@dg.sensor(
    job=compile_video,
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for the videos of new uploads, and tries again what may go better the next time.",
)
def look_after_keys(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    uploads = Uploads(Home.locate())
    # What is at work is read first: a run that ends in between leaves a key that waits no longer.
    busy = at_work(context.instance)
    asked, began = 0, time.monotonic()
    for due in due_keys(uploads, time.time()):
        if asked == A_TICK or time.monotonic() - began > LONGEST_TICK:
            break
        if due.key not in busy and (request := asked_for(context.instance, uploads, due)):
            asked += 1
            add_partitions(context.instance, [due.key])
            yield request
    if not asked:
        yield dg.SkipReason("No key waits to be run.")


def at_work(instance: dg.DagsterInstance) -> set[str]:
    """Keys of runs that have not ended."""
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    return {key for run in runs if (key := run.tags.get(PARTITION_TAG))}


def due_keys(uploads: Uploads, now: float) -> Iterator[Due]:
    """Keys that are to be run now, those that have waited longest first."""
    stopped = uploads.stopped()
    found = [
        Due(key, 1, since)
        for key, since in uploads.pending().items()
        if key not in stopped and uploads.failure(key) is None and uploads.find(key)
    ]
    for key in uploads.failing():
        failure, upload = uploads.failure(key), uploads.find(key)
        if key in stopped or failure is None or upload is None:
            continue
        if isinstance(when := again(failure), Never) or when > now:
            continue
        if (step := step_of(uploads, upload)) and (failure.failure != "quality" or not step.done):
            found.append(Due(key, step.number, failure.at, failure.run))
    yield from sorted(found, key=lambda due: due.since)


def step_of(uploads: Uploads, upload: SourceMedia) -> Step | None:
    """The attempt that is due; none, and a failure, for a request that this version no longer takes."""
    try:
        return decide(Request.model_validate(upload.request), uploads.attempts(upload.key))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        uploads.fail(upload.key, BadInput("invalid_request", f"{where}: {first['msg']}", "Write the request anew."))
        return None


def asked_for(instance: dg.DagsterInstance, uploads: Uploads, due: Due) -> dg.RunRequest | None:
    """The request for a run of a key that nothing works on; none when a person stopped it, or it just failed to run."""
    of_key = dg.RunsFilter(tags={PARTITION_TAG: due.key})
    last = next(iter(instance.get_run_records(of_key, limit=1)), None)
    if last is not None and aware(last.create_timestamp).timestamp() + CLOCK_STEP >= due.since:
        run = last.dagster_run
        if run.status == dg.DagsterRunStatus.CANCELED:
            uploads.stop(due.key)
            return None
        if run.status == dg.DagsterRunStatus.FAILURE and run.run_id != due.noted:
            # It ended before any stage could say why.
            uploads.fail(due.key, died(), run=run.run_id)
            return None
    return dg.RunRequest(
        run_key=f"{due.key}:{due.attempt}:{due.since:.3f}",
        partition_key=due.key,
        tags=tags(due.attempt, UPLOAD_PRIORITY),
    )


def aware(time: datetime) -> datetime:
    """Dagster keeps times in UTC, some without saying so."""
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def tags(attempt: int, priority: int) -> Mapping[str, str]:
    """Tags of a run that nobody waits for."""
    return {ATTEMPT_TAG: str(attempt), PRIORITY_TAG: str(priority)}
