"""Moves what a home has into the object store; can be interrupted and repeated."""

from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.store.inventory import listing
from pytoon_pipeline.store.shared import Shared
from pytoon_pipeline.store.store import Store


@dataclass(frozen=True)
class SharingReport:
    """How many files and records of the home the object store has, and the bytes of the files."""

    files: int
    records: int
    bytes: int


def share_all(store: Store, shared: Shared) -> SharingReport:
    """Sends every file and record of ``store`` that its object store does not have, the files first.

    Damaged ones count as absent. Records of other homes stand.
    """
    found, sent = listing(store), []
    for name, seen in found.files.items():
        file = StoredFile(sha256=name, bytes=seen.bytes)
        if store.verify(file):
            shared.send(Path(seen.path), file, store.root)
            sent.append(file)
    records = [one for name in found.records if (one := store.find(name)) is not None]
    for record in records:
        store.put_artifact(record)
    shared.mark_complete(store.root)
    return SharingReport(len(sent), len(records), sum(file.bytes for file in sent))
