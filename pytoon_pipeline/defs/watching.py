"""Records that a daemon evaluates the sensors, for commands that say what happens next to an upload."""

import logging

import dagster as dg

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.intake.automation import Sensor, report_evaluated
from pytoon_pipeline.runtime.home import Home

log = logging.getLogger("pytoon.sensors")


def report_tick(context: dg.SensorEvaluationContext, home: Home, sensor: Sensor) -> None:
    """Records a tick of the daemon. A preview, and the very first tick, have no tick before them."""
    if context.last_tick_completion_time is None:
        return
    try:
        report_evaluated(home, sensor)
    except PytoonError as error:
        log.warning("tick not recorded", extra={"event": "tick_not_recorded", "reason": str(error)[:200]})
