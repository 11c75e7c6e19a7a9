"""Removing an upload with its videos."""

from dataclasses import dataclass

from pytoon_pipeline.catalog.finding import find_key
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.results import RemoveResult
from pytoon_pipeline.operations.removal import remove_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.runner import OpenRunRecords
from pytoon_pipeline.store.opening import open_store


@dataclass(frozen=True)
class Described:
    """An upload that may be removed, and what a person reads of it."""

    key: str
    text: str


def described(home: Home, name: str) -> Described:
    """The upload that ``name`` means. Raises ``InvalidInput`` for none, or several."""
    uploads, key = Uploads(home), find_key(home, name)
    versions = len(uploads.versions(key))
    videos = "its video, " if versions == 1 else f"the {versions} versions of its video, " if versions else ""
    return Described(key, f"“{uploads.get(key).title}” ({uploads.name(key)}) with {videos}its files and results")


def remove(home: Home, key: str, open_records: OpenRunRecords) -> RemoveResult:
    """Removes an upload. Raises ``InvalidInput`` while a run of it is in progress or queued."""
    uploads = Uploads(home)
    upload, name = uploads.get(key), uploads.name(key)
    with open_records(home) as records:
        if records.in_progress(key):
            raise InvalidInput(
                "run_in_progress",
                f"A run of “{name}” is in progress or queued.",
                f"Wait for its end, or stop it: with Ctrl-C, or in the Dagster UI. Then type: pytoon remove {name}",
            )
        done = remove_upload(home, open_store(home, load_operations().min_free_bytes), key)
        records.forget(name)
    return RemoveResult(
        key=key, name=name, title=upload.title, versions=done.versions, files=done.store.files,
        bytes_freed=done.store.bytes, remaining=tuple(map(str, done.remaining)),
    )  # fmt: skip
