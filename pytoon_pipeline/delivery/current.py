"""Finds a delivered version that a run would only repeat, so that it can be returned without one."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import presets_digest
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.delivery.environment import environment_digest
from pytoon_pipeline.delivery.outbox import MANIFEST
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_files


@dataclass(frozen=True)
class StoredDelivery:
    """A delivery: its record in the catalog and its manifest."""

    record: DeliveryRecord
    manifest: Manifest


def read_delivery(home: Home, key: str) -> StoredDelivery | None:
    """The current version of a key, none without one or without its manifest."""
    record = Uploads(home).delivered(key)
    return _read(home, record) if record is not None and record.video else None


def _read(home: Home, record: DeliveryRecord) -> StoredDelivery | None:
    try:
        manifest = Manifest.model_validate_json(((home.root / record.video).parent / MANIFEST).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return StoredDelivery(record, manifest)


def reuse_delivery(home: Home, upload: SourceMedia) -> StoredDelivery | None:
    """The version of ``upload`` if a run would deliver the same files again, else none. It becomes the current version.

    That holds when it was made from exactly this upload, with the same presets and in the same environment, no run of
    it failed or was requested since, and all its files are intact. A video of the fallback engine is always rendered
    again: the next run may find its engine working.
    """
    uploads = Uploads(home)
    record = uploads.delivered_as(upload)
    if record is None or record.engine == "fallback" or uploads.needs_run(upload):
        return None
    delivered = _read(home, record)
    if delivered is None or not _same_upload(upload, delivered.manifest):
        return None
    if delivered.manifest.attempts != uploads.attempts(upload.key):
        return None
    if not _same_settings(home, upload, record) or not _intact(home, record):
        return None
    uploads.make_current(upload)
    return delivered


def _same_upload(upload: SourceMedia, manifest: Manifest) -> bool:
    """Whether the manifest is about exactly this upload. The run may have added files of its brand."""
    now = (upload.key, upload.title, upload.request, upload.public_items)
    then = (manifest.key, manifest.title, manifest.request, manifest.media[: len(upload.items)])
    return now == then


def _same_settings(home: Home, upload: SourceMedia, record: DeliveryRecord) -> bool:
    try:
        request = Request.model_validate(upload.request)
        if presets_digest(request, record.preset) != record.presets:
            return False
        return record.environment is not None and environment_digest(home, request.brand) == record.environment
    except (InvalidInput, ValidationError):
        return False


def _intact(home: Home, record: DeliveryRecord) -> bool:
    return bool(record.files) and all(_verify(home.root / name, file) for name, file in record.files.items())


def _verify(path: Path, file: StoredFile) -> bool:
    return path.is_file() and path.stat().st_size == file.bytes and hash_files(path) == file.sha256
