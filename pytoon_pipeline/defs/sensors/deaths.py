"""Looks whether runs have lost their process, so that nothing stays “started” for ever."""

import dagster as dg

from pytoon_pipeline.defs.reconcile import RECONCILE, lost_runs, reconcile_runs
from pytoon_pipeline.defs.requesting import EVERY_LOOP, may_ask
from pytoon_pipeline.store.home import Home


@dg.sensor(
    job=reconcile_runs,
    minimum_interval_seconds=EVERY_LOOP,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for a run that marks runs whose process has died as failed; their keys are then tried again.",
)
def notice_dead_runs(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    lost = lost_runs(context.instance, Home.locate())
    if not lost:
        return dg.SkipReason("No run has died.")
    if not may_ask(context.instance, RECONCILE, frozenset(run.run_id for run in lost)):
        return dg.SkipReason(f"{len(lost)} runs have died; a run is marking them.")
    return dg.RunRequest()
