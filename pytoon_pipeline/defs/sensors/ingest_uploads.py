"""Requests ``ingest`` when the inbox has something to ingest."""

import dagster as dg

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.defs.ingest import INGEST
from pytoon_pipeline.defs.resources import ConfigResource, InboxResource
from pytoon_pipeline.defs.run_queries import may_request
from pytoon_pipeline.intake.ingester import count_pending


def ingest_uploads(
    context: dg.SensorEvaluationContext, config: ConfigResource, inbox: InboxResource
) -> dg.RunRequest | dg.SkipReason:
    try:
        waiting = count_pending(config.home, inbox.open())
    except TransientError as error:
        return dg.SkipReason(str(error))
    if not waiting:
        return dg.SkipReason("The inbox has nothing new.")
    if not may_request(context.instance, INGEST):
        return dg.SkipReason(f"Entries waiting in the inbox: {waiting}; {INGEST} is running or has just failed.")
    context.log.info(f"Entries waiting in the inbox: {waiting}; requesting {INGEST}.")
    return dg.RunRequest()
