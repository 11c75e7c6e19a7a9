"""The index of the inbox: what a scan knows of each file or folder.

It is always in the home, also where homes share their catalog: each home has an inbox of its own.
"""

import json
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

    def ingested(self) -> dict[str, str]:
        """The etags of what was ingested, by name: of a large inbox nearly everything."""
        with self._database.read() as database:
            return dict(database.execute("select name, etag from inbox where state = 'ingested'"))

    def rows_besides(self, names: Iterable[str]) -> dict[str, Row]:
        """Rows with these names, and all that are not ingested."""
        found = self._select("where state != 'ingested' or name in (select value from json_each(?))", names)
        return {row.name: row for row in found}

    def ingested_with_note_or_key(self, keys: Iterable[str]) -> list[Row]:
        """Rows of ingested uploads that have a note beside them, or one of these keys."""
        belongs = "code is not null or key in (select value from json_each(?))"
        return self._select(f"where state = 'ingested' and ({belongs}) order by name", keys)

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

    def _select(self, condition: str, texts: Iterable[str] | None = None) -> list[Row]:
        """Rows that meet the condition, which may have ``texts`` as an array of JSON."""
        values = () if texts is None else (json.dumps(list(texts)),)
        with self._database.read() as database:
            return list(map(Row._make, database.execute(f"select {COLUMNS} from inbox {condition}", values)))
