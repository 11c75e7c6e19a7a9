"""Looks whether runs have lost their process, so that nothing stays “started” for ever."""

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.defs.reconcile import RECONCILE, any_unheard, lost_runs
from pytoon_pipeline.defs.requesting import EVERY_LOOP, may_request
from pytoon_pipeline.runtime.home import Home


@dg.sensor(
    job_name=RECONCILE,
    minimum_interval_seconds=EVERY_LOOP,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for a run that marks runs whose process has died as failed; their keys are then tried again.",
)
def fail_lost_runs(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    home, instance = Home.locate(), context.instance
    lost = lost_runs(instance, home)
    if not lost and not any_unheard(instance, Uploads(home)):
        return dg.SkipReason("No run has died.")
    if not may_request(instance, RECONCILE, frozenset(run.run_id for run in lost)):
        return dg.SkipReason("Runs have died; another run is marking them.")
    return dg.RunRequest()
