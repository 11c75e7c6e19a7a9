"""Takes over the catalog that a home has in SQLite, when it is the first to use a new catalog on PostgreSQL.

The file stays as it is, and goes on as the index of the inbox.
"""

from typing import TYPE_CHECKING

from pytoon_pipeline.catalog.sqlite_file import SqliteFile
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.catalog.postgresql_connection import PostgresConnection

# What others refer to comes first. Inserted failures make events, so the events come last.
TABLES = ("uploads", "files", "failures", "attempts", "versions", "items", "audit", "events")
FLAGS = {"current", "fallback"}
COUNT_ON = (
    "select setval(pg_get_serial_sequence('events', 'seq'), (select coalesce(max(seq), 0) + 1 from events), false)"
)


def take_over(home: Home, target: "PostgresConnection") -> None:
    """Copies all rows, within the transaction of the caller. The tables of ``target`` are empty."""
    if not home.catalog.exists():
        return
    with SqliteFile(home).read() as source:
        for table in TABLES:
            rows = source.execute(f"select * from {table}")
            names = [column[0] for column in rows.description]
            if table == "events":
                target.send("delete from events")
            into = f"insert into {table} ({', '.join(names)}) overriding system value"
            values = (
                [bool(one) if name in FLAGS else one for name, one in zip(names, row, strict=True)] for row in rows
            )
            target.executemany(f"{into} values ({', '.join('?' * len(names))})", values)
    target.send(COUNT_ON)
