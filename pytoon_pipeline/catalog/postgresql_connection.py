"""A connection to PostgreSQL that takes the statements of the catalog.

The driver is psycopg2, which dagster-postgres needs as well: importing it takes 0.04 s of processor time, and psycopg 3
0.2 s, longer than all else that ``pytoon status`` does.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import Any

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from pytoon_pipeline.catalog import schema
from pytoon_pipeline.catalog.connection import Rows, Values
from pytoon_pipeline.catalog.dialects import POSTGRESQL

SCHEMA = "pytoon_catalog"
# How long a transaction waits for those of others; each takes milliseconds. One whose process is stopped ends after the
# second time, and one whose host is gone when nothing answers for half a minute.
LOCK_SECONDS, IDLE_SECONDS = 30, 60
OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
    "client_encoding": "utf8",
    "options": f"-c search_path={SCHEMA} -c lock_timeout={LOCK_SECONDS}s "
    f"-c idle_in_transaction_session_timeout={IDLE_SECONDS}s -c client_min_messages=warning",
}
# Statements that travel together.
BATCH = 500
PLACE = re.compile(r"\?|:(\w+)|%")


def is_lost(error: psycopg2.Error) -> bool:
    """Whether the server does not answer. The driver has several classes for that; none has a code of the server."""
    return isinstance(error, psycopg2.OperationalError) or error.pgcode is None


class PostgresConnection:
    """Each statement is a transaction of its own, unless ``begin`` was sent. A statement travels with its values in one
    message; the server keeps nothing of it.
    """

    def __init__(self, url: str) -> None:
        self._opened = psycopg2.connect(url, **OPTIONS)
        self._opened.autocommit = True
        self._exists, self._version = False, 0

    def execute(self, statement: str, values: Values = ()) -> Rows:
        cursor = self._opened.cursor()
        cursor.execute(_translated(statement), values)
        return cursor

    def executemany(self, statement: str, values: Iterable[Values]) -> None:
        cursor, rows = self._opened.cursor(), iter(values)
        while batch := [cursor.mogrify(_translated(statement), row) for row in islice(rows, BATCH)]:
            cursor.execute(b"; ".join(batch))

    def send(self, *statements: str) -> None:
        """Executes complete statements, in one message."""
        self._opened.cursor().execute("; ".join(statements))

    def undo(self) -> None:
        """Ends the transaction without its changes; a connection that is lost has none."""
        with suppress(psycopg2.Error):
            self.send("rollback")

    def close(self) -> None:
        self._opened.close()

    @property
    def is_idle(self) -> bool:
        """Whether the connection works and is in no transaction."""
        return not self._opened.closed and self._opened.info.transaction_status == TRANSACTION_STATUS_IDLE

    # The version of the tables stands in the comment of their schema.

    def find_version(self) -> None:
        """Asks the server, which also tells whether it answers."""
        # From the table: functions that look names up may answer from a cache, where another process has just made it.
        query = "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = ?"
        found = self.execute(query, (SCHEMA,)).fetchone()
        self._exists, self._version = found is not None, int(found[0] or 0) if found else 0

    @property
    def is_current(self) -> bool:
        return self._version == len(schema.MIGRATIONS)

    @property
    def is_new(self) -> bool:
        """Whether there are no tables yet."""
        return self._version == 0

    @property
    def is_newer(self) -> bool:
        return self._version > len(schema.MIGRATIONS)

    def upgrade(self) -> None:
        """Brings the tables up to date, within the transaction of the caller, which has the lock of writers."""
        if not self._exists:
            self.send(f"create schema {SCHEMA}")
        self.send(*schema.statements(POSTGRESQL, self._version))
        self.send(f"comment on schema {SCHEMA} is '{len(schema.MIGRATIONS)}'")


@lru_cache(maxsize=256)
def _translated(statement: str) -> bytes:
    """The statement with the driver's marks for values."""

    def mark(found: re.Match[str]) -> str:
        return "%%" if found[0] == "%" else f"%({found[1]})s" if found[1] else "%s"

    return PLACE.sub(mark, statement).encode()
