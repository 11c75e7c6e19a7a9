"""Runs whose process is gone are marked as failed, so that nothing stays “started” for ever."""

import logging
import time
from datetime import datetime, timezone

import dagster as dg

from pytoon_pipeline.contracts.errors import died
from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.defs.sensors.keys import aware
from pytoon_pipeline.store.home import Home
from pytoon_pipeline.store.liveness import clear
from pytoon_pipeline.store.liveness import died as has_died
from pytoon_pipeline.store.uploads import Uploads

log = logging.getLogger("pytoon.runs")
# A process that has not begun after so many seconds never will.
LONGEST_START, MOMENT = 60.0, 2.0
WORKING = [
    dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]  # fmt: skip
# A run that was made and never put into the queue.
LONGEST_UNQUEUED = 300.0


@dg.sensor(
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks runs whose process has died as failed; their keys are then tried again.",
)
def notice_dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    noticed = bury(context.instance, Home.locate())
    return dg.SkipReason(f"{noticed} runs had died." if noticed else "No run has died.")


def bury(instance: dg.DagsterInstance, home: Home) -> int:
    """Marks dead runs, removes their locks, and keeps with their keys that they died. Gives how many there were."""
    suspects = _lost(instance, home)
    if any(not home.run_lock(run.run_id).exists() for run in suspects):
        # A run lets its lock go a moment before it reports its end.
        time.sleep(MOMENT)
        suspects = _lost(instance, home)
    uploads = Uploads(home)
    for run in suspects:
        if run.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, "The process of this run has died.")
            continue
        instance.report_run_failed(run, "The process of this run has died.")
        key = run.tags.get(PARTITION_TAG)
        log.warning("run died", extra={"event": "died", "run": run.run_id, "key": key})
        if key is not None and uploads.find(key):
            uploads.fail(key, died(), run=run.run_id)
    # Also those of runs whose end their code server has noticed.
    clear(home.runs)
    return len(suspects)


def _lost(instance: dg.DagsterInstance, home: Home) -> list[dg.DagsterRun]:
    """Runs whose lock has no holder, or that have not taken it for so long that nobody will."""
    found = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=WORKING)):
        lock = home.run_lock(record.dagster_run.run_id)
        waited = (datetime.now(timezone.utc) - aware(record.update_timestamp)).total_seconds()
        unqueued = record.dagster_run.status == dg.DagsterRunStatus.NOT_STARTED
        longest = LONGEST_UNQUEUED if unqueued else LONGEST_START
        if has_died(lock) or (waited > longest and not lock.exists()):
            found.append(record.dagster_run)
    return found
