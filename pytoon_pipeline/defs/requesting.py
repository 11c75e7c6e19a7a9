"""What sensors and schedules know of runs before they ask for more. Reads only."""

from datetime import datetime, timedelta, timezone

import dagster as dg

from pytoon_pipeline.defs.partitions import PARTITION_TAG

# Dagster looks every 5 s which sensors are due. One that is due after 5 s is a few milliseconds short of it at the next
# look, and so would be evaluated every 10 s.
EVERY_LOOP = 4
# Runs that have left the queue, or never were in it.
WORKING = [
    dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]  # fmt: skip
UNFINISHED = [dg.DagsterRunStatus.QUEUED, *WORKING]
# After a failure, an operational job is asked for again only so many seconds later.
PAUSE_AFTER_FAILURE = 20.0


def runs_in_progress(instance: dg.DagsterInstance) -> set[str]:
    """Keys of runs that have not ended."""
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    return {key for run in runs if (key := run.tags.get(PARTITION_TAG))}


def may_request(instance: dg.DagsterInstance, job: str, lost: frozenset[str] = frozenset()) -> bool:
    """Whether a job has no run that has yet to end, other than ``lost`` ones, and has not failed just now."""
    unfinished = instance.get_runs(dg.RunsFilter(job_name=job, statuses=UNFINISHED))
    if any(run.run_id not in lost for run in unfinished):
        return False
    failed = instance.get_run_records(
        dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.FAILURE]), limit=1
    )  # fmt: skip
    soonest = datetime.now(timezone.utc) - timedelta(seconds=PAUSE_AFTER_FAILURE)
    return all(aware(record.update_timestamp) < soonest for record in failed)


def aware(time: datetime) -> datetime:
    """Dagster keeps times in UTC, some without saying so."""
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
