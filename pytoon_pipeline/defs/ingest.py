"""The job ``ingest``: takes uploads out of the inbox. It runs for minutes when files are large, so the sensor
``ingest_uploads`` only requests it. The sensor ``request_runs`` requests the videos.
"""

import logging
import time

import dagster as dg

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.defs.ownership import TEAM, labels
from pytoon_pipeline.defs.partitions import add_partitions, partition_of
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource, InboxResource, WorkerResource
from pytoon_pipeline.intake.ingester import Ingester, IngestReport
from pytoon_pipeline.reporting.sentences import first_few
from pytoon_pipeline.runtime.locks import slot
from pytoon_pipeline.runtime.logs import RUN_PAGE

INGEST = "ingest"
# Seconds between two scans while an entry is incomplete, and the time for which one run keeps scanning.
POLL_SECONDS, MAX_SECONDS = 1.0, 300.0
people = logging.getLogger(RUN_PAGE)
# Names in one line of the log.
MAX_NAMED = 20


@dg.op(
    config_schema={},
    description="Ingests all complete uploads in the inbox. Writes a note beside each upload that it rejects.",
)
def ingest_inbox(
    context: dg.OpExecutionContext,
    config: ConfigResource,
    catalog: CatalogResource,
    inbox: InboxResource,
    worker: WorkerResource,
) -> None:
    deadline = time.monotonic() + MAX_SECONDS
    home, uploads = config.home, catalog.uploads
    ingested: list[str] = []
    rejected: list[str] = []
    with slot(home.slots, INGEST, 1):
        ingester = Ingester(home, inbox.open(), config.operations)
        while True:
            try:
                report = ingester.scan()
            except TransientError as error:
                raise dg.Failure(str(error), metadata=error.as_dict(), allow_retries=False) from error
            partitions = [partition_of(uploads, key) for key in report.keys]
            # At once: people then find the uploads even if the sensor request_runs is off.
            add_partitions(context.instance, partitions)
            _log(partitions, report)
            ingested += partitions
            rejected += report.rejected
            # Another run would have to restart what this one is in the middle of.
            if not report.waiting or (time.monotonic() > deadline and not ingester.in_progress):
                break
            time.sleep(POLL_SECONDS)
    context.add_output_metadata(
        {
            "ingested": len(ingested),
            "rejected": len(rejected),
            "waiting": report.waiting,
            "ingested_uploads": first_few(ingested, MAX_NAMED) or "none",
            "rejected_entries": first_few(rejected, MAX_NAMED) or "none",
        }
    )


def _log(partitions: list[str], report: IngestReport) -> None:
    """Says in the log of the run what one scan took."""
    if partitions:
        people.info(f"Ingested {first_few(partitions, MAX_NAMED)}.")
    if report.rejected:
        people.warning(f"Rejected {first_few(report.rejected, MAX_NAMED)}. The note beside each one says why.")
    if report.reasons:
        people.info(f"Waiting: {first_few(report.reasons, MAX_NAMED)}")


@dg.job(
    name=INGEST,
    description="Takes uploads out of the inbox once they are complete, and makes them partitions. Writes a note "
    "beside each upload that it rejects.",
    tags=labels("intake"),
    owners=[TEAM],
)
def ingest() -> None:
    ingest_inbox()
