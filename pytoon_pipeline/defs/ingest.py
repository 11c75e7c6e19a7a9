"""Taking uploads out of the inbox, as a run of its own: what a sensor does would also happen when somebody previews it.

Their videos are asked for by ``sensors/keys.py``.
"""

import time

import dagster as dg

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.intake.inbox import open_inbox
from pytoon_pipeline.intake.ingester import Ingester
from pytoon_pipeline.runtime.locks import slot

INGEST = "ingest_uploads"
# Seconds between two looks while something settles or is not whole, and for which one run goes on looking.
PAUSE, MAX_SECONDS = 1.0, 300.0


@dg.op(config_schema={}, description="Takes what is whole, until nothing waits; what cannot be used gets a note.")
def ingest(context: dg.OpExecutionContext, studio: Studio) -> None:
    until = time.monotonic() + MAX_SECONDS
    taken, rejected = 0, 0
    with slot(studio.places.slots, INGEST, 1):
        receiver = Ingester(studio.places, open_inbox(studio.places), studio.operations)
        while True:
            try:
                received = receiver.scan()
            except TransientError as fault:
                raise dg.Failure(str(fault), metadata=fault.as_dict(), allow_retries=False) from fault
            taken, rejected = taken + len(received.keys), rejected + len(received.rejected)
            # What has begun would have to begin again in another run.
            if not received.waiting or (time.monotonic() > until and not receiver.in_progress):
                break
            time.sleep(PAUSE)
    context.add_output_metadata({"taken": taken, "rejected": rejected, "waiting": received.waiting})


@dg.job(name=INGEST, description="Takes what people drop into the inbox, when it is whole.")
def ingest_uploads() -> None:
    ingest()
