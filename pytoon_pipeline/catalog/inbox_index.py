"""The index of the inbox: what a scan knows of each file or folder.

It is always in the home, also where homes share their catalog: each home has an inbox of its own.
"""

from collections.abc import Iterable
from typing import NamedTuple

from pytoon_pipeline.catalog.sqlite_file import SqliteFile
from pytoon_pipeline.runtime.home import Home


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


COLUMNS = ", ".join(Row._fields)
REPLACED = ", ".join(f"{name} = excluded.{name}" for name in Row._fields[1:])
PUT = f"insert into inbox ({COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (name) do update set {REPLACED}"


class InboxIndex:
    """One row per file or folder, by name."""

    def __init__(self, home: Home) -> None:
        self._database = SqliteFile(home)

    def rows(self) -> dict[str, Row]:
        return {row.name: row for row in self._select("")}

    def rejected(self) -> list[Row]:
        """Rows with a note beside the upload."""
        return self._select("where code is not null order by name")

    def not_ingested(self) -> list[Row]:
        """Rows that are not ingested: not complete yet, or rejected."""
        return self._select("where state != 'ingested' order by name")

    def put(self, rows: Iterable[Row]) -> None:
        """Adds rows, and replaces those of the same names."""
        if changed := list(rows):
            with self._database.write() as database:
                database.executemany(PUT, changed)

    def forget(self, names: Iterable[str]) -> None:
        if gone := [(name,) for name in names]:
            with self._database.write() as database:
                database.executemany("delete from inbox where name = ?", gone)

    def _select(self, condition: str) -> list[Row]:
        with self._database.read() as database:
            return list(map(Row._make, database.execute(f"select {COLUMNS} from inbox {condition}")))
