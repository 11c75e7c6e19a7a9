"""Delivering a held video after a person has decided so. Nothing that runs by itself calls this."""

import logging
import time
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.degradation import Release
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.contracts.manifest import Delivery, Manifest
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.delivery.outbox import MANIFEST, deliver, plan_delivery, replace_earlier
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.logs import log_context
from pytoon_pipeline.store.fingerprint import hash_files

log = logging.getLogger("pytoon.delivery")


def release(home: Home, key: str, by: str, reason: str) -> DeliveryRecord:
    """Puts the held video of ``key`` into the outbox and keeps who decided it and why.

    Raises ``InvalidInput`` when no video of the key is held, ``DependencyMissing`` when it is no longer what was
    checked.
    """
    uploads = Uploads(home)
    upload, record = uploads.get(key), uploads.delivered(key)
    if record is None or not record.held or uploads.is_pending(key):
        raise InvalidInput(
            "not_held", "No video of this upload is held.", f"See how it stands with “pytoon status {key}”."
        )
    place = home.root / record.video
    manifest = _manifest(place.parent / MANIFEST)
    plan = plan_delivery(manifest.title, key, degraded=True)
    files = {name: place.parent / Path(name).name for name in manifest.files}
    _verify(files, manifest)
    decided = Release(at=time.time(), by=by, reason=reason, video=manifest.files[plan.video])
    deliver(home.outbox, home.work, plan, files, manifest.model_copy(update={"released": decided}))
    current = home.outbox / plan.folder
    changes = {"at": decided.at, "held": False, "released": decided, "video": _below(home, plan)}
    # First: whoever is killed in between leaves a folder too many, and no video that is said to be held.
    uploads.deliver(key, record.model_copy(update={**changes, "others": record.folders}), upload)
    stay = replace_earlier(home, key, record, current, held=False)
    released = record.model_copy(update={**changes, "others": stay})
    uploads.deliver(key, released, upload)
    with log_context(key=key):
        log.info("delivered", extra={"event": "delivered", "engine": record.engine, "degraded": True})
    return released


def _below(home: Home, plan: Delivery) -> str:
    return (home.outbox / plan.video).relative_to(home.root).as_posix()


def _manifest(path: Path) -> Manifest:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError) as error:
        raise _damaged() from error


def _verify(files: Mapping[str, Path], manifest: Manifest) -> None:
    for name, file in files.items():
        if not file.is_file() or hash_files(file) != manifest.files[name]:
            raise _damaged()


def _damaged() -> DependencyMissing:
    return DependencyMissing(
        "held_damaged", "The held video is not what was checked: files are missing or were changed.",
        "Run “pytoon render” for the upload again; what is there already is not made again.",
    )  # fmt: skip
