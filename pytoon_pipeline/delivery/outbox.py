"""Writes a finished video where people find it, with everything that reproducing it needs."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import QualityFailure
from pytoon_pipeline.contracts.manifest import Delivery, Manifest
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.operations.remedies import MAX_ATTEMPTS
from pytoon_pipeline.runtime.atomic import copy_file, write_bytes
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_files

SPEC, MANIFEST, POST = "spec.json", "manifest.json", "post.json"


class _FolderManifest(BaseModel):
    """The fields of a manifest of any version that say which files of its folder were delivered."""

    key: str
    files: dict[str, str]


def failure(report: QcReport) -> QualityFailure:
    """The error of a video that did not pass, with its first three gates."""
    gates = [finding.message for finding in report.findings if finding.severity == "gate"]
    return QualityFailure(
        "qc_failed",
        f"The finished video did not pass quality control: {' '.join(dict.fromkeys(gates[:3]))}",
        "The findings of qc_score show where. Pytoon retries with a change that may help, and delivers a "
        f"simplified version after {MAX_ATTEMPTS} failed attempts.",
    )


def plan_delivery(parent: str, name: str, version: int = 1, degraded: bool = False) -> Delivery:
    """The paths of a delivery below the outbox: in the folder ``parent`` of its media, one for each version of the
    upload ``name``.

    The folder's name says when the video is degraded.
    """
    stem = f"{name}.v{version}" if version > 1 else name
    folder = f"{parent}/{stem}.degraded" if degraded else f"{parent}/{stem}"
    return Delivery(
        folder=folder,
        video=f"{folder}/{stem}.mp4",
        thumbnail=f"{folder}/{stem}.jpg",
        captions=(),
        post=f"{folder}/{POST}",
        spec=f"{folder}/{SPEC}",
        manifest=f"{folder}/{MANIFEST}",
    )


def deliver(root: Path, work: Path, delivery: Delivery, files: Mapping[str, Path], manifest: Manifest) -> bool:
    """Copies ``files`` (path below ``root`` → file) and writes the spec and the manifest, the manifest last.

    ``work`` is the folder for temporary files. Returns false when all of it was already there.
    """
    texts = {
        delivery.spec: manifest.spec.model_dump_json(indent=2).encode(),
        delivery.manifest: manifest.model_dump_json(indent=2).encode(),
    }
    present = all(_same_content(root / name, file) for name, file in files.items()) and all(
        (root / name).is_file() and (root / name).read_bytes() == text for name, text in texts.items()
    )
    if present:
        return False
    for name, file in files.items():
        copy_file(file, root / name, work)
    for name, text in texts.items():
        write_bytes(root / name, text, work)
    return True


def delivered_files(home: Home, root: Path, delivery: Delivery) -> dict[str, StoredFile]:
    """Size and SHA-256 of all files of a delivery below ``root``, by their paths below the home."""
    names = (*delivery.roles.values(), delivery.spec, delivery.manifest)
    return {
        path.relative_to(home.root).as_posix(): StoredFile(sha256=hash_files(path), bytes=path.stat().st_size)
        for path in (root / name for name in names)
    }


def replace_earlier(home: Home, key: str, earlier: DeliveryRecord | None, current: Path, held: bool) -> tuple[str, ...]:
    """Removes folders of the ``earlier`` delivery of a version that ``current`` replaces; returns those that remain.

    A held video replaces nothing in the outbox: the earlier video stays until a person decides. Other versions stay.
    """
    remaining = []
    for folder in dict.fromkeys(earlier.folders if earlier is not None else ()):
        path = home.root / folder
        if held and path.is_relative_to(home.outbox):
            remaining.append(folder)
        elif path != current:
            withdraw(home, path, key)
    return tuple(folder for folder in remaining if home.root / folder != current)


def is_edited(file: Path) -> bool:
    """Whether a person has changed a delivered file. The manifest beside it says what was delivered."""
    manifest = _read_manifest(file.parent)
    proposed = {Path(name).name: sha256 for name, sha256 in manifest.files.items()} if manifest is not None else {}
    return file.name in proposed and file.is_file() and hash_files(file) != proposed[file.name]


def withdraw(home: Home, folder: Path, key: str) -> None:
    """Removes from ``folder`` what was delivered there for the key. Files that a person changed or added stay.

    The folder of its media goes with the last delivery in it.
    """
    manifest = _read_manifest(folder)
    if manifest is None or manifest.key != key:
        return
    for name, sha256 in manifest.files.items():
        file = folder / Path(name).name
        if file.is_file() and hash_files(file) == sha256:
            file.unlink()
    (folder / SPEC).unlink(missing_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for empty in (folder, folder.parent):
        if empty in (home.outbox, home.held) or any(empty.iterdir()):
            break
        empty.rmdir()


def _read_manifest(folder: Path) -> _FolderManifest | None:
    try:
        return _FolderManifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _same_content(path: Path, file: Path) -> bool:
    if not path.is_file() or path.stat().st_size != file.stat().st_size:
        return False
    return hash_files(path) == hash_files(file)
