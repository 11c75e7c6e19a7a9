"""Whether anything takes what is queued for this home: Dagster's daemon, and the sensor of the inbox. Reads only."""

import time

from pytoon_pipeline.contracts.results import Automation
from pytoon_pipeline.defs.opening import open_instance
from pytoon_pipeline.defs.sensors.ingest_uploads import ingest_uploads
from pytoon_pipeline.runtime.home import Home

# The daemon reports twice a minute that it lives. Right after its end it counts as alive for this long.
HEARTBEAT_SECONDS = 70.0
SENSOR_DAEMON = "SENSOR"


def automation(home: Home) -> Automation:
    """Whether a daemon evaluates the sensor that ingests uploads."""
    if not (home.dagster / "dagster.yaml").is_file():
        return "not_running"
    with open_instance(home) as instance:
        beat = instance.get_daemon_heartbeats().get(SENSOR_DAEMON)
        if beat is None or time.time() - beat.timestamp > HEARTBEAT_SECONDS:
            return "not_running"
        states = [one for one in instance.all_instigator_state() if one.instigator_name == ingest_uploads.__name__]
        # A sensor that nobody has switched has no state until the daemon first evaluates it.
        return "running" if any(one.is_running for one in states) else "sensor_off"
