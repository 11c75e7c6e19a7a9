"""The clock of the catalog. Clocks of machines may differ by minutes, so where homes share a catalog the one of its
server counts for all of them.
"""

import sqlite3
import time

from pytoon_pipeline.catalog.connection import Connection
from pytoon_pipeline.catalog.dialects import POSTGRESQL


def now(database: Connection) -> float:
    """The time in seconds since the epoch: that of the server, or of this machine where the catalog is its own file."""
    if isinstance(database, sqlite3.Connection):
        return time.time()
    (found,) = database.execute(f"select {POSTGRESQL.now}").fetchone()
    return float(found)
