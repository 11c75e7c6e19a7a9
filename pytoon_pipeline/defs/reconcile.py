"""The job ``reconcile_runs``: brings records in line with runs. Lost runs are marked as failed, and their keys record
why.

A run is lost when its process has died: nothing else would end it.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from itertools import islice

import dagster as dg

from pytoon_pipeline.catalog.holding import live_runs, release_dead
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import process_died
from pytoon_pipeline.defs.overrides import overrides_of
from pytoon_pipeline.defs.ownership import TEAM, labels
from pytoon_pipeline.defs.partitions import PARTITION_TAG, key_of_run
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource, WorkerResource
from pytoon_pipeline.defs.run_queries import WORKING, aware, keys_in_progress, unrecorded_run
from pytoon_pipeline.operations.due import due_keys
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import is_abandoned, remove_abandoned_locks, slot
from pytoon_pipeline.runtime.logs import RUN_PAGE

RECONCILE = "reconcile_runs"
log = logging.getLogger("pytoon.runs")
people = logging.getLogger(RUN_PAGE)
# A process that has not started after this many seconds never will.
START_TIMEOUT = 60.0
# A run that was created and never entered the queue.
QUEUE_TIMEOUT = 300.0
# A run releases its lock this long before it reports its end, at most.
RELEASE_SECONDS = 2.0
# Due keys that one tick examines.
MAX_EXAMINED = 100


def lost_runs(instance: dg.DagsterInstance, home: Home) -> list[dg.DagsterRun]:
    """Runs whose process has died. Reads only."""
    suspects = _suspects(instance, home)
    if any(not home.run_lock(run.run_id).exists() for run in suspects):
        time.sleep(RELEASE_SECONDS)
        suspects = _suspects(instance, home)
    return suspects


def has_unrecorded_runs(instance: dg.DagsterInstance, uploads: Uploads) -> bool:
    """Whether the end of a run of a due key is not recorded with the key. Examines only the first due keys: later ones
    wait for them. Reads only.
    """
    busy = keys_in_progress(instance, uploads)
    first = islice((due for due in due_keys(uploads, uploads.now()) if due.key not in busy), MAX_EXAMINED)
    return any(unrecorded_run(instance, uploads, due) for due in first)


def reconcile(instance: dg.DagsterInstance, home: Home, uploads: Uploads) -> int:
    """Fails lost runs and records with keys how their runs ended. Returns how many runs were lost."""
    with slot(home.slots, RECONCILE, 1):
        failed = _fail(instance, home, uploads, lost_runs(instance, home))
        _record_ends(instance, uploads)
    return failed


def fail_lost(instance: dg.DagsterInstance, home: Home) -> int:
    """Fails lost runs only. Returns how many."""
    with slot(home.slots, RECONCILE, 1):
        return _fail(instance, home, Uploads(home), lost_runs(instance, home))


def _fail(instance: dg.DagsterInstance, home: Home, uploads: Uploads, lost: Sequence[dg.DagsterRun]) -> int:
    for run in lost:
        if run.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, "The process of this run died.")
            continue
        instance.report_run_failed(run, "The process of this run died.")
        key = key_of_run(uploads, run)
        people.warning("The process of the run of %s died: %s", run.tags.get(PARTITION_TAG, run.job_name), run.run_id)
        log.warning("run died", extra={"event": "died", "run": run.run_id, "key": key})
        if key is not None and uploads.find(key):
            uploads.fail(key, process_died(), run=run.run_id, overrides=overrides_of(run.run_config))
    # Includes locks of runs that their code server has failed.
    for locks in (home.runs, home.video_runs):
        remove_abandoned_locks(locks)
    release_dead(home)
    return len(lost)


def _record_ends(instance: dg.DagsterInstance, uploads: Uploads) -> None:
    """Records with keys that a person canceled their run, or that it failed before any stage could record why."""
    busy = keys_in_progress(instance, uploads)
    for due in list(due_keys(uploads, uploads.now())):
        run = None if due.key in busy else unrecorded_run(instance, uploads, due)
        if run is not None and run.status == dg.DagsterRunStatus.CANCELED:
            uploads.stop(due.key)
        elif run is not None:
            people.warning("The run of %s failed before its first stage: %s", uploads.name(due.key), run.run_id)
            uploads.fail(due.key, process_died(), run=run.run_id, overrides=due.overrides)


def _suspects(instance: dg.DagsterInstance, home: Home) -> list[dg.DagsterRun]:
    """Runs whose lock is abandoned, or that have not taken it within the timeout and are alive on no other machine."""
    suspects, elsewhere = [], live_runs(home)
    for record in instance.get_run_records(dg.RunsFilter(statuses=WORKING)):
        lock = home.run_lock(record.dagster_run.run_id)
        waited = (datetime.now(timezone.utc) - aware(record.update_timestamp)).total_seconds()
        unqueued = record.dagster_run.status == dg.DagsterRunStatus.NOT_STARTED
        timeout = QUEUE_TIMEOUT if unqueued else START_TIMEOUT
        if is_abandoned(lock) or (
            waited > timeout and not lock.exists() and record.dagster_run.run_id not in elsewhere
        ):
            suspects.append(record.dagster_run)
    return suspects


@dg.op(
    config_schema={},
    description="Marks runs whose process has died as failed, and records for each key how its run ended.",
)
def reconcile_records(
    context: dg.OpExecutionContext, config: ConfigResource, catalog: CatalogResource, worker: WorkerResource
) -> None:
    context.add_output_metadata({"lost_runs": reconcile(context.instance, config.home, catalog.uploads)})


@dg.job(
    name=RECONCILE,
    description="Marks runs whose process has died as failed, so that their keys are retried.",
    tags=labels("maintenance"),
    owners=[TEAM],
)
def reconcile_runs() -> None:
    reconcile_records()
