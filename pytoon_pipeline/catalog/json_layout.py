"""Takes over the catalog of a home that keeps it in JSON files and marker files, the layout before the database.

The files stay as they are. What cannot be read counts as absent, as it did there, and is logged.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pytoon_pipeline.catalog import records
from pytoon_pipeline.catalog.connection import Connection
from pytoon_pipeline.catalog.names import KEY
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.contracts.status import DeliveryRecord, FailureRecord
from pytoon_pipeline.runtime.home import Home

log = logging.getLogger("pytoon.uploads")

R = TypeVar("R", bound=BaseModel)


class _Attempts(Record):
    request: str
    attempts: tuple[Attempt, ...] = ()


class _Since(Record):
    at: float


class _ManifestRequest(BaseModel):
    """The fields of a manifest of any version that say what was asked for."""

    request: dict[str, object]
    media: tuple[SourceItem, ...]


def import_files(home: Home, database: Connection) -> None:
    """Adds everything that the files of ``home`` hold, within the transaction of the caller. The database is empty."""
    uploads = home.root / "uploads"
    oldest_first = sorted(uploads.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in oldest_first:
        if KEY.match(path.stem) and (upload := _read(path, SourceMedia)):
            records.put_upload(database, upload, path.stat().st_mtime)
    for status in ("pending", "stopped", "archived"):
        for key, since in _marked(uploads / status, _Since):
            database.execute(f"update uploads set {status} = ? where key = ?", (since.at, key))
    for key, failure in _marked(uploads / "failed", FailureRecord):
        records.put_failure(database, key, failure)
    for folder in ("attempts", "overridden"):
        for key, tried in _marked(uploads / folder, _Attempts):
            for attempt in tried.attempts:
                records.put_attempt(database, key, tried.request, attempt)
    for key, delivery in _marked(uploads / "delivered", DeliveryRecord):
        records.put_delivery(database, key, _delivered_request(database, home, key, delivery), delivery)
    for path in sorted((home.root / "registry").glob("*.json")):
        if item := _read(path, ItemRecord):
            records.put_item(database, item)
    _import_inbox(home.root / "inbox.sqlite", database)


def _delivered_request(database: Connection, home: Home, key: str, record: DeliveryRecord) -> str:
    """The digest of the request that was delivered: as its manifest has it, else the present request of the upload."""
    if manifest := _read((home.root / record.video).parent / "manifest.json", _ManifestRequest):
        source = SourceMedia(key=key, title="", items=manifest.media, request=manifest.request)
        return records.request_digest(source)
    found = database.execute("select record from uploads where key = ?", (key,)).fetchone()
    if found is None:
        return ""
    upload = SourceMedia.model_validate_json(found[0])
    return records.request_digest(upload.model_copy(update={"overrides": record.overrides}))


def _import_inbox(path: Path, database: Connection) -> None:
    if not path.exists():
        return
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as inbox:
        if inbox.execute("select 1 from sqlite_schema where name = 'inbox'").fetchone():
            rows = inbox.execute("select name, etag, since, state, key, code, message, hint from inbox")
            database.executemany("insert into inbox values (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _marked(folder: Path, kind: type[R]) -> Iterator[tuple[str, R]]:
    for path in sorted(folder.glob("*.json")):
        if KEY.match(path.stem) and (record := _read(path, kind)):
            yield path.stem, record


def _read(path: Path, kind: type[R]) -> R | None:
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        extra = {"event": "unreadable", "file": path.name, "reason": str(error)[:200]}
        log.warning("unreadable record", extra=extra)
        return None
