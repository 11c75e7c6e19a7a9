"""SQLite files: what is deleted in them leaves its bytes behind until the file is written anew."""

import sqlite3
from contextlib import closing
from pathlib import Path

from pytoon_pipeline.contracts.errors import TransientError

BUSY_SECONDS = 30


def purge(path: Path) -> None:
    """Writes a database anew without what was deleted, also in its write-ahead log. Nothing without a file.

    Raises ``TransientError`` while another process does not let go of it.
    """
    if not path.is_file():
        return
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as database:
            database.execute("vacuum")
            (busy, _, _) = database.execute("pragma wal_checkpoint(truncate)").fetchone()
    except sqlite3.OperationalError as error:
        raise _busy(path) from error
    if busy:
        raise _busy(path)


def _busy(path: Path) -> TransientError:
    hint = "What was erased still has bytes in this file. Run the command again when less is going on."
    return TransientError("database_busy", f"Another process uses {path}.", hint)
