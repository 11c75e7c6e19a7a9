"""The index of the inbox: a small database, so that one query covers any number of files."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

BUSY_SECONDS = 30
TABLE = """
create table if not exists inbox (
    name text primary key, etag text not null, since real not null, state text not null,
    key text, code text, message text, hint text
) without rowid
"""


class Row(NamedTuple):
    """A file or folder at the top of the inbox, first seen with this ``etag`` at ``since`` (seconds since the epoch).

    ``state`` is “seen”, “ingested” or “rejected”; ``code``, ``message`` and ``hint`` say why it was rejected.
    """

    name: str
    etag: str
    since: float
    state: str
    key: str | None = None
    code: str | None = None
    message: str | None = None
    hint: str | None = None


class InboxIndex:
    """One row per file or folder, by name."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self) -> dict[str, Row]:
        if not self._path.exists():
            return {}
        with self._open() as opened:
            return {row.name: row for row in map(Row._make, opened.execute("select * from inbox"))}

    def rejected(self) -> list[Row]:
        """Rows with a note beside the upload."""
        if not self._path.exists():
            return []
        with self._open() as opened:
            found = opened.execute("select * from inbox where code is not null order by name")
            return [Row._make(row) for row in found]

    def not_ingested(self) -> list[Row]:
        """Rows that are not ingested: not complete yet, or rejected."""
        if not self._path.exists():
            return []
        with self._open() as opened:
            return [
                Row._make(row) for row in opened.execute("select * from inbox where state != 'ingested' order by name")
            ]

    def put(self, rows: Iterable[Row]) -> None:
        """Adds rows, and replaces those of the same names."""
        with self._open() as opened:
            opened.executemany("insert or replace into inbox values (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def forget(self, names: Iterable[str]) -> None:
        with self._open() as opened:
            opened.executemany("delete from inbox where name = ?", [(name,) for name in names])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        opened = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        try:
            with opened:
                opened.execute(TABLE)
                yield opened
        finally:
            opened.close()
