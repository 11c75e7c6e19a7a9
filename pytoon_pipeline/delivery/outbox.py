"""Putting a finished video where people find it, with all that is needed to make it again."""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pytoon_pipeline.contracts.errors import QualityFailure
from pytoon_pipeline.contracts.manifest import Delivery, Manifest
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.operations.remedies import MAX_ATTEMPTS
from pytoon_pipeline.runtime.atomic import copy_file, write_bytes
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_files

MAX_NAME = 60
SPEC, MANIFEST = "spec.json", "manifest.json"


class _Written(BaseModel):
    """What a manifest of any version says of its folder."""

    key: str
    files: dict[str, str]


def readable_name(title: str) -> str:
    """A file name that any system takes, close to ``title``."""
    plain = unicodedata.normalize("NFKC", title)
    words = re.sub(r"[^\w]+", "-", plain, flags=re.UNICODE).strip("-_")
    return words[:MAX_NAME].strip("-_") or "video"


def failure(report: QcReport) -> QualityFailure:
    """The error of a video that did not pass, with its first gates."""
    gates = [finding.message for finding in report.findings if finding.severity == "gate"]
    return QualityFailure(
        "qc_failed",
        f"The finished video did not pass: {' '.join(dict.fromkeys(gates[:3]))}",
        "The findings of qc_score say where. Pytoon retries with a change that may help, and delivers a simplified "
        f"version after {MAX_ATTEMPTS} failed attempts.",
    )


def plan_delivery(title: str, key: str, degraded: bool = False) -> Delivery:
    """Paths below the outbox for a key. The folder's name says when the video is degraded."""
    name = readable_name(title)
    digits, _, variant = key.partition("-")
    folder = "-".join(part for part in (name, digits[:8], variant, "degraded" if degraded else "") if part)
    return Delivery(
        folder=folder,
        video=f"{folder}/{name}.mp4",
        thumbnail=f"{folder}/{name}.jpg",
        captions=(f"{folder}/{name}.srt", f"{folder}/{name}.vtt"),
        spec=f"{folder}/{SPEC}",
        manifest=f"{folder}/{MANIFEST}",
    )


def deliver(root: Path, tmp_path: Path, delivery: Delivery, files: Mapping[str, Path], manifest: Manifest) -> bool:
    """Copies ``files`` (path below ``root`` → file) and writes spec and manifest, the manifest last.

    Returns false when all of it was there already.
    """
    texts = {
        delivery.spec: manifest.spec.model_dump_json(indent=2).encode(),
        delivery.manifest: manifest.model_dump_json(indent=2).encode(),
    }
    present = all(_same(root / name, file) for name, file in files.items()) and all(
        (root / name).is_file() and (root / name).read_bytes() == text for name, text in texts.items()
    )
    if present:
        return False
    for name, file in files.items():
        copy_file(file, root / name, tmp_path)
    for name, text in texts.items():
        write_bytes(root / name, text, tmp_path)
    return True


def replace_earlier(home: Home, key: str, earlier: DeliveryRecord | None, current: Path, held: bool) -> tuple[str, ...]:
    """Removes the folders of earlier deliveries of the key that ``current`` replaces; returns those that stay.

    A held video replaces nothing in the outbox: what lies there is what people have until somebody decides.
    """
    stay = []
    for folder in dict.fromkeys(earlier.folders if earlier is not None else ()):
        place = home.root / folder
        if held and place.is_relative_to(home.outbox):
            stay.append(folder)
        elif place != current:
            withdraw(place, key)
    return tuple(one for one in stay if home.root / one != current)


def withdraw(folder: Path, key: str) -> None:
    """Removes from ``folder`` what was delivered there for the key. What a person has changed or added stays."""
    try:
        written = _Written.model_validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValidationError):
        return
    if written.key != key:
        return
    for name, sha256 in written.files.items():
        file = folder / Path(name).name
        if file.is_file() and hash_files(file) == sha256:
            file.unlink()
    (folder / SPEC).unlink(missing_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _same(there: Path, file: Path) -> bool:
    if not there.is_file() or there.stat().st_size != file.stat().st_size:
        return False
    return hash_files(there) == hash_files(file)
