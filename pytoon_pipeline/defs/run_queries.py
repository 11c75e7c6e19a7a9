"""What sensors, schedules and maintenance jobs need to know of runs. Reads only."""

from datetime import datetime, timedelta, timezone

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.defs.overrides import overrides_of
from pytoon_pipeline.defs.partitions import PARTITION_TAG, keys_of, partition_of
from pytoon_pipeline.defs.tags import since_of
from pytoon_pipeline.operations.due import DueKey

# Runs that have left the queue, or never were in it.
WORKING = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
UNFINISHED = [dg.DagsterRunStatus.QUEUED, *WORKING]
# After a failure, a maintenance job is requested again only after this many seconds.
PAUSE_AFTER_FAILURE = 20.0
# Databases may keep times in whole seconds.
CLOCK_STEP = 1.0


def keys_in_progress(instance: dg.DagsterInstance, uploads: Uploads) -> set[str]:
    """Keys whose run has not ended, or whose video another machine makes."""
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    names = {one for run in runs if (one := run.tags.get(PARTITION_TAG))}
    return set(keys_of(uploads, names).values()) | uploads.being_made()


def may_request(instance: dg.DagsterInstance, job: str, lost: frozenset[str] = frozenset()) -> bool:
    """Whether a job has no unfinished run, other than those in ``lost``, and has not failed just now."""
    unfinished = instance.get_runs(dg.RunsFilter(job_name=job, statuses=UNFINISHED))
    if any(run.run_id not in lost for run in unfinished):
        return False
    failed = instance.get_run_records(dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.FAILURE]), limit=1)
    latest = datetime.now(timezone.utc) - timedelta(seconds=PAUSE_AFTER_FAILURE)
    return all(aware(record.update_timestamp) < latest for record in failed)


def unrecorded_run(instance: dg.DagsterInstance, uploads: Uploads, due: DueKey) -> dg.DagsterRun | None:
    """The last run of a due key when a person canceled it, or when it failed before any stage could record why."""
    # Runs of earlier versions have the key as their partition.
    of_key = dg.RunsFilter(tags={PARTITION_TAG: [partition_of(uploads, due.key), due.key]})
    last = next(iter(instance.get_run_records(of_key, limit=1)), None)
    if last is None or _requested_at(last) + CLOCK_STEP < due.since:
        return None
    run = last.dagster_run
    if run.status == dg.DagsterRunStatus.CANCELED:
        return run
    # Whoever starts a run with overrides in the Launchpad sees it fail. A retry with them has no such witness.
    unrecorded = run.status == dg.DagsterRunStatus.FAILURE and run.run_id != due.failed_run
    return run if unrecorded and overrides_of(run.run_config) == due.overrides else None


def requested_at(instance: dg.DagsterInstance, run_id: str) -> float:
    """When a run was requested, in seconds since the epoch; for one of a due key, since when that was due. This is a
    time of the catalog: the clock of the machine that requested the run may differ.
    """
    record = instance.get_run_record_by_id(run_id)
    assert record is not None
    return _requested_at(record)


def _requested_at(record: dg.RunRecord) -> float:
    since = since_of(record.dagster_run)
    return aware(record.create_timestamp).timestamp() if since is None else since


def aware(time: datetime) -> datetime:
    """Dagster returns times in UTC, some without a time zone."""
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
