"""The job ``ingest``: takes uploads out of the inbox. It runs for minutes when files are large, so the sensor
``ingest_uploads`` only requests it. The sensor ``request_runs`` requests the videos.
"""

import time

import dagster as dg

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.defs.ownership import labels
from pytoon_pipeline.defs.resources import ConfigResource, InboxResource, WorkerResource
from pytoon_pipeline.intake.ingester import Ingester
from pytoon_pipeline.runtime.locks import slot

INGEST = "ingest"
# Seconds between two scans while an entry is incomplete, and the time for which one run keeps scanning.
POLL_SECONDS, MAX_SECONDS = 1.0, 300.0


@dg.op(
    config_schema={},
    description="Ingests all complete uploads in the inbox. Writes a note beside each upload that it rejects.",
)
def ingest_inbox(
    context: dg.OpExecutionContext, config: ConfigResource, inbox: InboxResource, worker: WorkerResource
) -> None:
    deadline = time.monotonic() + MAX_SECONDS
    ingested, rejected, home = 0, 0, config.home
    with slot(home.slots, INGEST, 1):
        ingester = Ingester(home, inbox.open(), config.operations)
        while True:
            try:
                report = ingester.scan()
            except TransientError as error:
                raise dg.Failure(str(error), metadata=error.as_dict(), allow_retries=False) from error
            ingested, rejected = ingested + len(report.keys), rejected + len(report.rejected)
            # Another run would have to restart what this one is in the middle of.
            if not report.waiting or (time.monotonic() > deadline and not ingester.in_progress):
                break
            time.sleep(POLL_SECONDS)
    context.add_output_metadata({"ingested": ingested, "rejected": rejected, "waiting": report.waiting})


@dg.job(
    name=INGEST,
    description="Ingests uploads from the inbox once they are complete.",
    tags=labels("intake"),
)
def ingest() -> None:
    ingest_inbox()
