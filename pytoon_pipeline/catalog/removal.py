"""Removes an upload from the catalog."""

from pytoon_pipeline.catalog import audit
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.names import item_id
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.runtime.home import Home

TABLES = ("events", "files", "failures", "attempts", "versions", "uploads")
# The ids of an upload are a JSON array; none of them has a character that a pattern gives a meaning.
UNUSED = "delete from items where id = ? and not exists (select 1 from uploads where items like ?)"


def files_of_others(home: Home, key: str) -> set[str]:
    """SHA-256 of the files of all uploads but one."""
    with Database(home).read() as database:
        return {sha256 for (sha256,) in database.execute("select distinct sha256 from files where key != ?", (key,))}


def forget_upload(home: Home, key: str, items: tuple[SourceItem, ...], by: str | None = None) -> None:
    """Removes all that is recorded of a key, and of those ``items`` that no other upload has, as ``by`` asks.

    The inbox keeps what it knows of the key: a file that is still there is not ingested again.
    """
    with Database(home).write() as database:
        audit.append(database, key, by, "render.erased")
        for table in TABLES:
            database.execute(f"delete from {table} where key = ?", (key,))
        database.executemany(UNUSED, [(name, f'%"{name}"%') for name in {item_id(item) for item in items}])
