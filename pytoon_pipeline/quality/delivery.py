"""Putting a finished video where people find it, with all that is needed to make it again."""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from pytoon_pipeline.contracts.errors import QualityFailure
from pytoon_pipeline.contracts.manifest import Delivery, Manifest
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.planning.remedies import MOST
from pytoon_pipeline.store.atomic import copy_file, write_bytes
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline.store.home import Home

LONGEST_NAME = 60


def readable_name(title: str) -> str:
    """A file name that any system takes, close to ``title``."""
    plain = unicodedata.normalize("NFKC", title)
    words = re.sub(r"[^\w]+", "-", plain, flags=re.UNICODE).strip("-_")
    return words[:LONGEST_NAME].strip("-_") or "video"


def failure(report: QcReport) -> QualityFailure:
    """The error of a video that did not pass, with its first gates."""
    gates = [finding.message for finding in report.findings if finding.severity == "gate"]
    return QualityFailure(
        "qc_failed",
        f"The finished video did not pass: {' '.join(dict.fromkeys(gates[:3]))}",
        f"The findings of qc_score say where. It is made again with another change that may help, until {MOST} attempts"
        " have failed; then plainly.",
    )


def plan_delivery(title: str, key: str) -> Delivery:
    """Paths below the outbox for a key."""
    name = readable_name(title)
    digits, _, variant = key.partition("-")
    folder = "-".join(part for part in (name, digits[:8], variant) if part)
    return Delivery(
        folder=folder,
        video=f"{folder}/{name}.mp4",
        thumbnail=f"{folder}/{name}.jpg",
        captions=(f"{folder}/{name}.srt", f"{folder}/{name}.vtt"),
        spec=f"{folder}/spec.json",
        manifest=f"{folder}/manifest.json",
    )


def deliver(home: Home, delivery: Delivery, files: Mapping[str, Path], manifest: Manifest) -> bool:
    """Copies ``files`` (path below the outbox → file) and writes spec and manifest, the manifest last.

    Gives false when all of it was there already.
    """
    texts = {
        delivery.spec: manifest.spec.model_dump_json(indent=2).encode(),
        delivery.manifest: manifest.model_dump_json(indent=2).encode(),
    }
    outbox = home.outbox
    present = all(_same(outbox / name, file) for name, file in files.items()) and all(
        (outbox / name).is_file() and (outbox / name).read_bytes() == text for name, text in texts.items()
    )
    if present:
        return False
    for name, file in files.items():
        copy_file(file, outbox / name, home.work)
    for name, text in texts.items():
        write_bytes(outbox / name, text, home.work)
    return True


def _same(there: Path, file: Path) -> bool:
    if not there.is_file() or there.stat().st_size != file.stat().st_size:
        return False
    return hash_files(there) == hash_files(file)
