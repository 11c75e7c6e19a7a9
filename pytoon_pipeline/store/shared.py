"""The object store that homes share, and the folder of this home as the bounded cache in front of it.

A file leaves the cache only when the object store has it and no run may need it: it was last used before the oldest run
in progress began. Files and records have the same names in both places.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.store.files import OBJECT, Seen, listed_files, remove_file
from pytoon_pipeline.store.objects.protocol import ObjectStore, Versioned

MARK = "shared_with"
# A use is recorded, as the modification time of the file, at most this often.
USE_SECONDS = 300
# What was used within this time stays, also for commands that are no runs.
GRACE_SECONDS = 900
# The cache is measured when this part of its limit was added, and once for each process that adds to it.
MEASURED_PART = 1 / 50


@dataclass
class Shared:
    """``oldest_run`` says when the oldest run in progress began, in seconds since the epoch.

    A mark in the folder says that all of it is in this object store; then nothing has to be asked for what is here. A
    new folder gets the mark at once, one from before by ``share_all``.
    """

    objects: ObjectStore
    cache_bytes: int
    oldest_run: Callable[[], float | None]
    _there: set[str] = field(default_factory=set)
    _damaged: set[str] = field(default_factory=set)
    _added: float = float("inf")

    # Files

    def is_complete(self, root: Path) -> bool:
        """Whether everything in the folder ``root`` is in this object store."""
        if not root.exists():
            return True
        with suppress(FileNotFoundError):
            return (root / MARK).read_text() == self.objects.address
        return False

    def mark_complete(self, root: Path) -> None:
        write_bytes(root / MARK, self.objects.address.encode())

    def send(self, path: Path, file: StoredFile, root: Path) -> None:
        """Stores a file of the folder ``root``, unless it is there."""
        name = file_name(file.sha256)
        if file.sha256 in self._there:
            return
        if not (root / "objects").exists():
            self.mark_complete(root)
        if file.sha256 in self._damaged or self.objects.size(name) != file.bytes:
            self.objects.send(path, name, file.sha256)
            self._damaged.discard(file.sha256)
        self._there.add(file.sha256)

    def fetch(self, file: StoredFile, path: Path) -> bool:
        """Downloads a file to ``path``, unverified. ``False`` when it is not there."""
        return self.objects.fetch(file_name(file.sha256), path, file.bytes)

    def report_damage(self, file: StoredFile) -> None:
        """The next ``send`` replaces what is there."""
        self._damaged.add(file.sha256)
        self._there.discard(file.sha256)

    def file_size(self, sha256: str) -> int | None:
        return self.objects.size(file_name(sha256))

    def remove_file(self, sha256: str) -> None:
        self._there.discard(sha256)
        self.objects.remove(file_name(sha256))

    # Records

    def read_record(self, fingerprint: str) -> Versioned | None:
        return self.objects.read(record_name(fingerprint))

    def write_record(self, fingerprint: str, data: bytes, replaces: str | None) -> bool:
        return self.objects.write(record_name(fingerprint), data, replaces)

    def remove_record(self, fingerprint: str) -> None:
        self.objects.remove(record_name(fingerprint))

    # The cache

    def make_room(self, folder: Path, work: Path, added: int) -> None:
        """Evicts files from ``folder``, to which ``added`` bytes were added, when they exceed the limit."""
        self._added += added
        if self._added < self.cache_bytes * MEASURED_PART:
            return
        self._added = 0
        files = [seen for _, seen in listed_files(folder, OBJECT)]
        for seen in to_evict(files, self.cache_bytes, in_use_since(time.time(), self.oldest_run())):
            if self.file_size(Path(seen.path).name) == seen.bytes:
                remove_file(seen, work)


def in_use_since(now: float, oldest_run: float | None) -> float:
    """The time since which every file that was used counts as in use."""
    return min(now - GRACE_SECONDS, now if oldest_run is None else oldest_run) - USE_SECONDS


def to_evict(files: Iterable[Seen], limit: int, in_use_since: float) -> list[Seen]:
    """The files that have to go so that the rest is within ``limit`` bytes, least recently used first."""
    by_use = sorted(files, key=lambda one: one.mtime_ns)
    excess, gone = sum(one.bytes for one in by_use) - limit, []
    for one in by_use:
        if excess <= 0 or one.mtime >= in_use_since:
            break
        gone.append(one)
        excess -= one.bytes
    return gone


def file_name(sha256: str) -> str:
    return f"objects/{sha256[:2]}/{sha256}"


def incoming_name(name: str) -> str:
    """Where others put a file that is checked before it is kept."""
    return f"incoming/{name}"


def record_name(fingerprint: str) -> str:
    return f"artifacts/{fingerprint[:2]}/{fingerprint}.json"
