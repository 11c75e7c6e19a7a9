"""Bringing the records in line with what became of runs: lost ones fail, and their keys say why.

A run is lost when its process has died: nothing else would ever end it.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from itertools import islice

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import process_died
from pytoon_pipeline.defs.due import due_keys, not_requested
from pytoon_pipeline.defs.overrides import overrides_of
from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.defs.requesting import WORKING, aware, runs_in_progress
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import clear, slot
from pytoon_pipeline.runtime.locks import is_abandoned as has_died

RECONCILE = "reconcile_runs"
log = logging.getLogger("pytoon.runs")
# A process that has not begun after so many seconds never will.
MAX_START, MOMENT = 60.0, 2.0
# A run that was made and never put into the queue.
MAX_UNQUEUED = 300.0
# Due keys that are looked at in one tick.
A_LOOK = 100


def lost_runs(instance: dg.DagsterInstance, home: Home) -> list[dg.DagsterRun]:
    """Runs whose process has died. Changes nothing."""
    suspects = _suspects(instance, home)
    if any(not home.run_lock(run.run_id).exists() for run in suspects):
        # A run lets its lock go a moment before it reports its end.
        time.sleep(MOMENT)
        suspects = _suspects(instance, home)
    return suspects


def any_unheard(instance: dg.DagsterInstance, uploads: Uploads) -> bool:
    """Whether a run of a due key ended in a way that is not kept with its key. Looks at the first due keys, for which
    others wait. Changes nothing.
    """
    busy = runs_in_progress(instance)
    first = islice((due for due in due_keys(uploads, time.time()) if due.key not in busy), A_LOOK)
    return any(not_requested(instance, due) for due in first)


def reconcile(instance: dg.DagsterInstance, home: Home) -> int:
    """Ends lost runs, and keeps with keys what their runs could not say themselves. Gives how many it has ended."""
    with slot(home.slots, RECONCILE, 1):
        ended = _end(instance, home, lost_runs(instance, home))
        _hear(instance, Uploads(home))
    return ended


def fail_lost(instance: dg.DagsterInstance, home: Home) -> int:
    """Ends lost runs only. Gives how many."""
    with slot(home.slots, RECONCILE, 1):
        return _end(instance, home, lost_runs(instance, home))


def _end(instance: dg.DagsterInstance, home: Home, lost: Sequence[dg.DagsterRun]) -> int:
    uploads = Uploads(home)
    for run in lost:
        if run.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, "The process of this run has died.")
            continue
        instance.report_run_failed(run, "The process of this run has died.")
        key = run.tags.get(PARTITION_TAG)
        log.warning("run died", extra={"event": "died", "run": run.run_id, "key": key})
        if key is not None and uploads.find(key):
            uploads.fail(key, process_died(), run=run.run_id, overrides=overrides_of(run.run_config))
    # Also the locks of runs whose end their code server has noticed.
    for locks in (home.runs, home.video_runs):
        clear(locks)
    return len(lost)


def _hear(instance: dg.DagsterInstance, uploads: Uploads) -> None:
    """Keeps with keys that a person has stopped their run, or that it ended before any stage could say why."""
    busy = runs_in_progress(instance)
    for due in list(due_keys(uploads, time.time())):
        run = None if due.key in busy else not_requested(instance, due)
        if run is not None and run.status == dg.DagsterRunStatus.CANCELED:
            uploads.stop(due.key)
        elif run is not None:
            uploads.fail(due.key, process_died(), run=run.run_id, overrides=due.overrides)


def _suspects(instance: dg.DagsterInstance, home: Home) -> list[dg.DagsterRun]:
    """Runs whose lock has no holder, or that have not taken it for so long that nobody will."""
    found = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=WORKING)):
        lock = home.run_lock(record.dagster_run.run_id)
        waited = (datetime.now(timezone.utc) - aware(record.update_timestamp)).total_seconds()
        unqueued = record.dagster_run.status == dg.DagsterRunStatus.NOT_STARTED
        longest = MAX_UNQUEUED if unqueued else MAX_START
        if has_died(lock) or (waited > longest and not lock.exists()):
            found.append(record.dagster_run)
    return found


@dg.op(config_schema={}, description="Ends runs whose process has died, and keeps with keys what became of their runs.")
def reconcile_records(context: dg.OpExecutionContext, studio: Studio) -> None:
    context.add_output_metadata({"lost_runs": reconcile(context.instance, studio.places)})


@dg.job(name=RECONCILE, description="Marks runs whose process has died as failed; their keys are then tried again.")
def reconcile_runs() -> None:
    reconcile_records()
