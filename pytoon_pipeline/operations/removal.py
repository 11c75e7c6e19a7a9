"""Removes an upload: its videos, its files, and all that was computed from them."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.analysis.registry import STAGES as ANALYSES
from pytoon_pipeline.catalog.removal import files_of_others, forget_upload
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.delivery.outbox import withdraw
from pytoon_pipeline.operations.garbage import STAGES
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.removal import RemovalReport, remove
from pytoon_pipeline.store.store import Store

# Analyses depend on the media alone: they stay where another upload has the same media.
OF_THE_REQUEST = frozenset(stage.name for stage in STAGES) - {stage.name for stage in ANALYSES}


@dataclass(frozen=True)
class UploadRemoval:
    """What was removed: versions of the video, and results and files of the store. ``remaining`` are folders with files
    that a person changed or added.
    """

    versions: int
    store: RemovalReport
    remaining: tuple[Path, ...]


def remove_upload(
    home: Home, store: Store, key: str, kept: AbstractSet[str] = frozenset(), by: str | None = None
) -> UploadRemoval:
    """Removes the upload of ``key``, as ``by`` asks, without the files in ``kept`` (SHA-256). Raises ``InvalidInput``
    for an unknown one.

    It leaves the catalog last: after an interruption, the same call removes the rest.
    """
    uploads = Uploads(home)
    upload, versions = uploads.get(key), uploads.versions(key)
    uploads.stop(key)
    remaining = _withdraw(home, key, versions)
    sources = (upload, *(version.source for version in versions if version.source is not None))
    items = tuple(item for source in sources for item in source.items if item.origin != "brand")
    others = files_of_others(home, key) | kept
    removed = remove(store, key, OF_THE_REQUEST, {item.sha256 for item in items} - others, others)
    forget_upload(home, key, items, by)
    return UploadRemoval(len(versions), removed, remaining)


def _withdraw(home: Home, key: str, versions: Iterable[DeliveryRecord]) -> tuple[Path, ...]:
    """Removes the delivered and the held videos. Returns the folders that remain."""
    folders = [home.root / folder for version in versions for folder in version.folders]
    for folder in folders:
        withdraw(home, folder, key)
    return tuple(folder for folder in dict.fromkeys(folders) if folder.exists())
