"""Whether anything takes uploads from the inbox. The sensors that a daemon evaluates say so, each with a lease that
ends by itself: asking Dagster would take longer than the rest of ``pytoon submit``.
"""

import platform
from typing import Literal

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.leases import Leases
from pytoon_pipeline.catalog.sqlite_file import SqliteFile
from pytoon_pipeline.contracts.results import Automation
from pytoon_pipeline.intake.inbox_s3 import SCHEME
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings

# One takes uploads; the other shows that a daemon runs although the first is off.
Sensor = Literal["ingest_uploads", "request_runs"]


def report_evaluated(home: Home, sensor: Sensor) -> None:
    """Records that a daemon evaluates the sensor for the inbox of ``home``."""
    leases, name = _leases(home), _name(sensor)
    # Several daemons may do so; the name is the token of all.
    if not leases.renew(name):
        leases.take(name, name, platform.node())


def automation(home: Home) -> Automation:
    """Whether a daemon has evaluated the sensors within the last minute. Changes nothing."""
    live = _leases(home).live()
    if _name("ingest_uploads") in live:
        return "running"
    return "sensor_off" if _name("request_runs") in live else "not_running"


def _leases(home: Home) -> Leases:
    """Those of the home for its own inbox, as the index of the inbox; those of the catalog for one in S3."""
    return Leases(Database(home) if _inbox().startswith(SCHEME) else SqliteFile(home))


def _name(sensor: Sensor) -> str:
    return f"sensor {sensor} {_inbox()}".rstrip()


def _inbox() -> str:
    return Settings.load().inbox or ""
