"""Looks whether something is to be taken out of the inbox."""

import dagster as dg

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.defs.ingest import INGEST
from pytoon_pipeline.defs.requesting import EVERY_LOOP, may_request
from pytoon_pipeline.intake.inbox import open_inbox
from pytoon_pipeline.intake.ingester import count_pending
from pytoon_pipeline.runtime.home import Home


@dg.sensor(
    job_name=INGEST,
    minimum_interval_seconds=EVERY_LOOP,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for a run that takes what people drop into the inbox, one at a time.",
)
def watch_inbox(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    home = Home.locate()
    try:
        waiting = count_pending(home, open_inbox(home))
    except TransientError as fault:
        return dg.SkipReason(str(fault))
    if not waiting:
        return dg.SkipReason("Nothing new in the inbox.")
    if not may_request(context.instance, INGEST):
        return dg.SkipReason(f"{waiting} in the inbox; a run is taking them.")
    return dg.RunRequest()
