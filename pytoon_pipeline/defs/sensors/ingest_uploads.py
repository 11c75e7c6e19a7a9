"""Requests ``ingest`` when the inbox has something to ingest."""

import dagster as dg

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.defs.ingest import INGEST
from pytoon_pipeline.defs.resources import ConfigResource, InboxResource
from pytoon_pipeline.defs.run_queries import may_request
from pytoon_pipeline.defs.tags import ENTRIES_TAG
from pytoon_pipeline.defs.watching import report_tick
from pytoon_pipeline.intake.ingest import without_digits
from pytoon_pipeline.intake.ingester import pending_entries
from pytoon_pipeline.reporting.sentences import first_few
from pytoon_pipeline.runtime.home import Home


def ingest_uploads(
    context: dg.SensorEvaluationContext, config: ConfigResource, inbox: InboxResource
) -> dg.RunRequest | dg.SkipReason:
    report_tick(context, config.home, "ingest_uploads")
    try:
        waiting = pending_entries(config.home, inbox.open())
    except TransientError as error:
        return dg.SkipReason(str(error))
    if not waiting:
        return dg.SkipReason(f"The inbox has nothing new.{_rejected(config.home)}")
    names = first_few([without_digits(name) for name in waiting])
    if not may_request(context.instance, INGEST):
        return dg.SkipReason(
            f"Waiting in the inbox: {names}. The job {INGEST} is running or has just failed; it is "
            f"requested again afterwards.{_incomplete(config.home)}"
        )
    context.log.info(f"Requested {INGEST} for {names}.")
    return dg.RunRequest(tags={ENTRIES_TAG: names})


def _incomplete(home: Home) -> str:
    """What entries of the inbox wait for."""
    rows = InboxIndex(home).not_ingested()
    reasons = [f"{without_digits(row.name)} ({row.message})" for row in rows if row.state == "seen" and row.message]
    return f" Incomplete: {first_few(reasons)}." if reasons else ""


def _rejected(home: Home) -> str:
    rejected = [f"{row.name} ({row.code})" for row in InboxIndex(home).rejected() if row.state == "rejected"]
    return f" Rejected until they are replaced: {first_few(rejected)}." if rejected else ""
