"""Delivers a held video after a person decided so. Nothing automatic calls this."""

import logging
import time
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.degradation import Release
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.contracts.manifest import Delivery, Manifest
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.delivery.outbox import MANIFEST, POST, deliver, delivered_files, plan_delivery, replace_earlier
from pytoon_pipeline.delivery.subtitles import FORMATS
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.logs import log_context
from pytoon_pipeline.store.fingerprint import hash_files

log = logging.getLogger("pytoon.delivery")


def release(home: Home, key: str, by: str, reason: str, actor: str | None = None) -> DeliveryRecord:
    """Delivers the held video of ``key`` to the outbox and records who decided it and why. ``actor`` is what the audit
    log calls them; by default, a user of this machine.

    Raises ``InvalidInput`` when no video of the key is held, ``DependencyMissing`` when its files are no longer those
    that were checked.
    """
    uploads = Uploads(home)
    upload, record = uploads.get(key), uploads.delivered(key)
    if record is None or not record.held or uploads.is_pending(key):
        raise InvalidInput(
            "not_held",
            "No video of this upload is held.",
            f"To see its status, type: pytoon status {uploads.name(key)}",
        )
    folder = (home.root / record.video).parent
    manifest = _read_manifest(folder / MANIFEST)
    degraded = record.degraded.after_release if record.degraded is not None else None
    _verify(folder, manifest)
    plan = plan_delivery(uploads.folder(key), uploads.name(key), record.version, degraded is not None)
    # The same files under their names in the outbox.
    roles = _roles(manifest.files)
    names = {_named_as(plan, role): held for role, held in roles.items()}
    plan = plan.with_captions(role for role in roles if role.endswith(FORMATS))
    plan = plan.with_extras([role for role in roles if _named_as(plan, role) not in plan.roles.values()])
    hashes = {name: manifest.files[held] for name, held in names.items()}
    decision = Release(at=time.time(), by=by, reason=reason, video=hashes[plan.video])
    decided = {"released": decision, "degraded": degraded, "files": hashes}
    files = {name: folder / Path(held).name for name, held in names.items()}
    deliver(home.outbox, home.work, plan, files, manifest.model_copy(update=decided))
    current = home.outbox / plan.folder
    changes: dict[str, object] = {
        "at": decision.at, "held": False, "released": decision, "degraded": degraded,
        "video": (home.outbox / plan.video).relative_to(home.root).as_posix(),
        "files": delivered_files(home, home.outbox, plan),
    }  # fmt: skip
    # Recorded before the held folder is removed: a process killed in between leaves a superfluous folder, but never a
    # released video that is recorded as held.
    source = record.source or upload
    Uploads(home, by=actor or f"shell:{by}").deliver(
        key, record.model_copy(update={**changes, "others": record.folders}), source
    )
    remaining = replace_earlier(home, key, record, current, held=False)
    released = record.model_copy(update={**changes, "others": remaining})
    uploads.deliver(key, released, source)
    with log_context(key=key):
        log.info("delivered", extra={"event": "delivered", "engine": record.engine, "degraded": degraded is not None})
    return released


def _roles(files: Iterable[str]) -> dict[str, str]:
    """Files that are held by what follows the name of their video, such as *mp4* or *de.srt*."""
    names = {name: Path(name).name for name in files}
    video = next(Path(name).stem for name in files if name.endswith(".mp4"))
    return {name.removeprefix(f"{video}."): path for path, name in names.items()}


def _named_as(plan: Delivery, role: str) -> str:
    """The path below the outbox of a file that is held."""
    return plan.post if role == POST else str(Path(plan.video).with_suffix(f".{role}"))


def _read_manifest(path: Path) -> Manifest:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError) as error:
        raise _damaged() from error


def _verify(folder: Path, manifest: Manifest) -> None:
    for name, sha256 in manifest.files.items():
        file = folder / Path(name).name
        if not file.is_file() or hash_files(file) != sha256:
            raise _damaged()


def _damaged() -> DependencyMissing:
    return DependencyMissing(
        "held_damaged",
        "The held video is not the one that was checked: files are missing or have changed.",
        "Run pytoon render for the upload again; finished stages are not recomputed.",
    )
