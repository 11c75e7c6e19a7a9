"""Takes uploads out of the inbox. Their videos are asked for by ``keys.py``."""

from functools import cache

import dagster as dg

from pytoon_pipeline.contracts.errors import PassingFault
from pytoon_pipeline.planning.presets import load_operations
from pytoon_pipeline.planning.receiving import Receiver
from pytoon_pipeline.store.home import Home
from pytoon_pipeline.store.inbox import locate
from pytoon_pipeline.store.logs import write_to


@dg.sensor(
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Takes what people drop into the inbox, when it is whole; what cannot be used gets a note beside it.",
)
def watch_inbox(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    try:
        received = _receiver(Home.locate()).look()
    except PassingFault as fault:
        context.log.warning(str(fault))
        return dg.SkipReason(str(fault))
    said = f"{len(received.keys)} taken, {len(received.rejected)} rejected, {received.waiting} not ready yet."
    said = " ".join((said, *received.lacking[:3]))
    return dg.SkipReason(said)


@cache
def _receiver(home: Home) -> Receiver:
    """One for as long as the process lives: huge files are taken over many ticks."""
    write_to(home.logs)
    return Receiver(home, locate(home), load_operations())
