"""Everything that is kept about a tenant, as one ZIP that is made while it is read."""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytoon_pipeline.accounts import audit
from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.export import rows_of
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.catalog.listing import tenant_rows
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.audit import lines
from pytoon_pipeline.service.renders import Workplace
from pytoon_pipeline.store.inventory import results_of
from pytoon_pipeline.store.opening import open_store

CHUNK = 1 << 20
PAGE = 1000
# Videos are packed already.
PACKED = {".mp4", ".webm", ".mov", ".jpg", ".jpeg", ".png", ".webp", ".m4a", ".mp3", ".npz"}


def export(at: Workplace) -> Iterator[bytes]:
    """The bytes of the ZIP. That somebody asked for it is a line of the audit log, also where reading it ends early."""
    with at.accounts.write() as connection:
        audit.append(connection, at.tenant, at.by, "tenant.exported", at.tenant)
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in _entries(at):
            info = zipfile.ZipInfo(name, time.gmtime()[:6])
            info.compress_type = zipfile.ZIP_STORED if Path(name).suffix in PACKED else zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as target:
                for chunk in _chunks(content):
                    target.write(chunk)
                    yield sink.taken()
    yield sink.taken()


def export_tenant(home: Home, tenant: str, by: str) -> Iterator[bytes]:
    """``export`` for a tenant by its name, as ``by`` asks."""
    accounts = Accounts.open(home)
    try:
        yield from export(Workplace(home, open_store(home), accounts, tenant, by))
    finally:
        accounts.close()


def _entries(at: Workplace) -> Iterator[tuple[str, bytes | Path]]:
    """Names in the ZIP, and what they hold: bytes, or a file."""
    rows = rows_of(at.accounts, at.tenant)
    yield "account.json", _json({"tenant": at.tenant, **rows})
    for path in sorted((at.home.brands / at.tenant).rglob("*")):
        if path.is_file():
            yield f"brands/{path.relative_to(at.home.brands / at.tenant).as_posix()}", path
    yield "audit.jsonl", b"".join(_json(line) for line in _audit(at))
    contents = {row["sha256"] for row in rows["files"]}
    results: dict[str, Artifact] = {}
    for row in tenant_rows(Database(at.home), at.tenant):
        upload = Uploads(at.home).find(row.key)
        if upload is None:
            continue
        contents |= {item.sha256 for item in upload.items if item.origin != "brand"}
        results |= {one.fingerprint: one for one in results_of(at.store, row.key)}
        yield from _render(at, row.key)
    for sha256 in sorted(contents):
        if file := at.store.find_file(sha256):
            yield f"uploads/{sha256}", at.store.path(file)
    for one in results.values():
        name = f"results/{one.stage}-{one.fingerprint[:16]}"
        yield f"{name}.json", _json(one.model_dump(mode="json"))
        for part, file in one.files.items():
            if at.store.verify(file):
                yield f"{name}/{part}", at.store.path(file)


def _render(at: Workplace, key: str) -> Iterator[tuple[str, bytes | Path]]:
    """What is known of a render, its log lines, and its files."""
    uploads, events = Uploads(at.home), Events(at.home)
    upload, failure, versions = uploads.get(key), uploads.failure(key), uploads.versions(key)
    known: dict[str, Any] = {
        "name": uploads.name(key), "upload": upload.model_dump(mode="json"),
        "failure": None if failure is None else failure.model_dump(mode="json"),
        "attempts": [one.model_dump(mode="json") for one in uploads.attempts(key)],
        "versions": [one.model_dump(mode="json") for one in versions],
        "events": [one.model_dump(mode="json") for one in events.after(0, at.tenant, key, limit=-1)],
    }  # fmt: skip
    yield f"renders/{key}/render.json", _json(known)
    yield f"renders/{key}/log.jsonl", b"".join(_log_lines(at.home.logs, key))
    for version in versions:
        for path in (at.home.root / name for name in version.files):
            if path.is_file():
                yield f"renders/{key}/{path.parent.name}/{path.name}", path


def _log_lines(logs: Path, key: str) -> Iterator[bytes]:
    for log in sorted(logs.glob("*.jsonl")):
        with log.open("rb") as file:
            yield from (line for line in file if key.encode() in line)


def _audit(at: Workplace) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        page = lines(at, cursor, PAGE)
        yield from (line.model_dump(mode="json") for line in page.lines)
        if (cursor := page.next) is None:
            return


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _chunks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


class _Sink(io.RawIOBase):
    """Takes what is written, until somebody takes it away. It cannot seek, so a ZIP is written from front to back."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
