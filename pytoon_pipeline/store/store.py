"""The store: files by content hash, artifacts by fingerprint, and links from a key to its latest artifacts."""

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Generator, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Protocol, TypeVar

from pytoon_pipeline.contracts.artifact import Artifact, StoredFile
from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError
from pytoon_pipeline.runtime.atomic import atomic_replace, write_bytes
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline.store.records import artifact_of, document_of
from pytoon_pipeline.store.shared import USE_SECONDS, Shared

# The last use of an artifact is recorded, as the modification time of its record, at most this often.
USE_RESOLUTION_SECONDS = 3600
CHUNK_BYTES = 8 << 20
# How many other homes may replace a record while this one does.
MAX_WRITERS = 5

T = TypeVar("T")


class Digest(Protocol):
    """A hash that is updated chunk by chunk."""

    def update(self, data: bytes, /) -> None: ...


class Store:
    """Below ``root``: ``objects/`` (files), ``artifacts/`` (records), ``links/`` (latest artifact per stage and key).

    Everything is verified when it is read; what does not match its hash counts as absent. ``min_free_bytes`` of the
    disk are left for databases and logs, which must be written even when no space is left for videos. With
    ``recompute``, only artifacts that were stored through this object are reused.

    Files and records also go to ``shared``, and what is absent here comes from there. Links stay: they say what the
    uploads of this home last had.
    """

    def __init__(
        self,
        root: Path,
        work: Path,
        min_free_bytes: int = 0,
        *,
        recompute: bool = False,
        shared: Shared | None = None,
    ) -> None:
        self.root = root
        self.work = work
        self.shared = shared
        self._min_free_bytes = min_free_bytes
        self._verified: dict[str, tuple[int, int]] = {}
        self._recomputed: set[str] | None = set() if recompute else None

    def ensure_free_space(self, more: int = 0) -> None:
        """Raises ``OSError`` (ENOSPC) when the disk has no space for ``more`` bytes."""
        self.work.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.work).free
        if free < self._min_free_bytes + more:
            raise OSError(errno.ENOSPC, f"only {free / 1e6:.0f} MB of disk space are free")

    # Files

    def put(self, path: Path) -> StoredFile:
        """Copies a file into the store."""
        return run_to_end(self.put_in_steps(path))

    def put_in_steps(self, path: Path, *also: Digest) -> Generator[None, None, StoredFile]:
        """``put`` in steps, for files that take longer than the caller has.

        ``also`` are digests that receive the bytes too. Raises ``TransientError`` when the file changes meanwhile.
        """
        file = yield from _read(path, None, also)
        if self._is_here(file):
            self._share(self._object(file), file, new=False)
        else:
            self.ensure_free_space(file.bytes)
            with scratch_dir(self.work) as scratch:
                copied_path = scratch / "copy"
                copied = yield from _read(path, copied_path)
                if copied != file:
                    raise TransientError(
                        "file_changing",
                        "The file changed while it was being read.",
                        "Try again when it is completely written.",
                    )
                self._share(copied_path, file)
                atomic_replace(copied_path, self._object(file))
            self._make_room(file)
        return file

    def adopt(self, path: Path) -> StoredFile:
        """Moves a file from the scratch directory into the store."""
        file = StoredFile(sha256=hash_files(path), bytes=path.stat().st_size)
        if self._is_here(file):
            self._share(self._object(file), file, new=False)
        else:
            self._share(path, file)
            atomic_replace(path, self._object(file))
            self._make_room(file)
        return file

    def find_file(self, sha256: str) -> StoredFile | None:
        """The intact file with this hash, marked as used now; none without one."""
        try:
            size: int | None = (self.root / "objects" / sha256[:2] / sha256).stat().st_size
        except FileNotFoundError:
            size = self.shared.file_size(sha256) if self.shared else None
        if size is None:
            return None
        file = StoredFile(sha256=sha256, bytes=size)
        return file if self.verify(file) and self._mark_used(file) else None

    def _is_here(self, file: StoredFile) -> bool:
        """Whether the file is intact here; if so, marks it as used now, so that garbage collection keeps it."""
        return self._is_intact(file) and self._mark_used(file)

    def _mark_used(self, file: StoredFile) -> bool:
        """Records that the file is used now. ``False`` when it is gone."""
        now = time.time_ns()
        if not _touch(self._object(file), now):
            return False
        self._verified[file.sha256] = (file.bytes, now)
        return True

    def verify(self, file: StoredFile) -> bool:
        """Whether the file is here with the right content; if it is only in the object store, it is downloaded."""
        return self._is_intact(file) or self._fetch(file)

    def _fetch(self, file: StoredFile) -> bool:
        """Downloads a file from the object store, if it has one with the right content."""
        if self.shared is None:
            return False
        self.ensure_free_space(file.bytes)
        with scratch_dir(self.work) as scratch:
            copy = scratch / "copy"
            if not self.shared.fetch(file, copy):
                return False
            if hash_files(copy) != file.sha256:
                self.shared.report_damage(file)
                return False
            atomic_replace(copy, self._object(file))
        self._make_room(file)
        return self._mark_used(file)

    def _share(self, path: Path, file: StoredFile, new: bool = True) -> None:
        """Sends the file at ``path`` to the object store before it is kept here: what is here is there too."""
        if self.shared is not None and (new or not self.shared.is_complete(self.root)):
            self.shared.send(path, file, self.root)

    def _make_room(self, added: StoredFile) -> None:
        if self.shared is not None:
            self.shared.make_room(self.root / "objects", self.work, added.bytes)

    def _is_intact(self, file: StoredFile) -> bool:
        """Whether the file is here with the right content. An unchanged file is hashed once per process."""
        path = self._object(file)
        try:
            stat = path.stat()
        except FileNotFoundError:
            return False
        seen = (stat.st_size, stat.st_mtime_ns)
        if self._verified.get(file.sha256) != seen:
            if stat.st_size != file.bytes or hash_files(path) != file.sha256:
                return False
            self._verified[file.sha256] = seen
        # The cache evicts what was not used for long.
        stale = self.shared is not None and time.time_ns() - stat.st_mtime_ns > USE_SECONDS * 10**9
        return self._mark_used(file) if stale else True

    def path(self, file: StoredFile) -> Path:
        """The path of the file. Raises ``DependencyMissing`` when it is absent or damaged."""
        if not self.verify(file):
            raise DependencyMissing(
                "artifact_damaged",
                f"A file that this step needs is missing from the store or damaged ({file.sha256[:12]}…).",
                "Materialize the whole graph for this upload; missing results are computed again.",
            )
        return self._object(file)

    def _object(self, file: StoredFile) -> Path:
        return self.root / "objects" / file.sha256[:2] / file.sha256

    # Artifacts

    def find(self, fingerprint: str) -> Artifact | None:
        """The artifact of this fingerprint, or ``None`` when it is absent or damaged. Records that it was used."""
        artifact = self.record(fingerprint)
        return artifact if artifact and self._complete(artifact) and self._record_use(fingerprint) else None

    def _complete(self, artifact: Artifact) -> bool:
        return all(self.verify(file) for file in artifact.files.values())

    def reuse(self, fingerprint: str) -> Artifact | None:
        """The artifact of this fingerprint if it may be reused, else ``None``."""
        may = self._recomputed is None or fingerprint in self._recomputed
        return self.find(fingerprint) if may else None

    def record(self, fingerprint: str) -> Artifact | None:
        """The stored record, whether or not its files exist; ``None`` when it is absent or damaged."""
        path = self._artifact(fingerprint)
        try:
            artifact = artifact_of(path.read_bytes(), fingerprint)
        except FileNotFoundError:
            artifact = None
        if artifact is None and self.shared is not None and (found := self.shared.read_record(fingerprint)):
            artifact = artifact_of(found.data, fingerprint)
            if artifact is not None:
                write_bytes(path, found.data, self.work)
        return artifact

    def _record_use(self, fingerprint: str) -> bool:
        """Records the use of an artifact. ``False`` when its record has just been removed."""
        path, now = self._artifact(fingerprint), time.time_ns()
        try:
            recent = now - path.stat().st_mtime_ns < USE_RESOLUTION_SECONDS * 10**9
        except FileNotFoundError:
            return False
        return recent or _touch(path, now)

    def lineage(self, artifact: Artifact) -> list[Artifact]:
        """All artifacts that ``artifact`` depends on, directly or indirectly, each once, inputs first."""
        found: dict[str, Artifact] = {}

        def visit(fingerprint: str) -> None:
            if fingerprint not in found and (one := self.find(fingerprint)):
                for _, earlier in sorted(one.inputs.items()):
                    visit(earlier)
                found[fingerprint] = one

        for _, fingerprint in sorted(artifact.inputs.items()):
            visit(fingerprint)
        return list(found.values())

    def put_artifact(self, artifact: Artifact) -> Artifact:
        """Stores a record. Returns the one that stands: the first, when another home has stored the same result."""
        standing = self._publish(artifact) if self.shared else artifact
        write_bytes(self._artifact(artifact.fingerprint), document_of(standing), self.work)
        if self._recomputed is not None:
            self._recomputed.add(artifact.fingerprint)
        return standing

    def _publish(self, artifact: Artifact) -> Artifact:
        """Puts a record into the object store. One that cannot be used, or is recomputed, is replaced."""
        assert self.shared is not None
        replaces: str | None = None
        for _ in range(MAX_WRITERS):
            if self.shared.write_record(artifact.fingerprint, document_of(artifact), replaces):
                return artifact
            found = self.shared.read_record(artifact.fingerprint)
            theirs = artifact_of(found.data, artifact.fingerprint) if found else None
            if theirs is not None and self._recomputed is None and self._complete(theirs):
                return theirs
            replaces = found.version if found else None
        raise TransientError(
            "store_contended",
            f"Other homes keep replacing the result of “{artifact.stage}” in the object store.",
            "Repeat the run; finished stages are kept.",
        )

    def _artifact(self, fingerprint: str) -> Path:
        return self.root / "artifacts" / fingerprint[:2] / f"{fingerprint}.json"

    # Links

    def set_latest(self, stage: str, key: str, fingerprint: str) -> None:
        """Links a stage and a key to the artifact that the stage last returned."""
        write_bytes(self._latest_path(stage, key), fingerprint.encode(), self.work)

    def latest(self, stage: str, key: str) -> Artifact:
        """The latest artifact of a stage for a key. Raises ``DependencyMissing`` when it is absent or damaged."""
        try:
            artifact = self.find(self._latest_path(stage, key).read_text())
        except FileNotFoundError:
            artifact = None
        if artifact is None:
            raise DependencyMissing(
                "artifact_missing",
                f"The store has no usable result of “{stage}” for this upload.",
                f"Materialize “{stage}” for this upload, or the whole graph.",
            )
        return artifact

    def _latest_path(self, stage: str, key: str) -> Path:
        return self.root / "links" / stage / key


def _touch(path: Path, now: int) -> bool:
    """Sets the modification time of a file (ns). ``False`` when it is gone; a read-only file system is ignored."""
    try:
        os.utime(path, ns=(now, now))
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
    return True


def run_to_end(work: Generator[None, None, T]) -> T:
    """The result of work that is done in steps."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def _read(path: Path, copy: Path | None, also: Iterable[Digest] = ()) -> Generator[None, None, StoredFile]:
    digest, length = hashlib.sha256(), 0
    with path.open("rb", buffering=0) as source, copy.open("wb") if copy else nullcontext() as target:
        while chunk := source.read(CHUNK_BYTES):
            length += len(chunk)
            for one in (digest, *also):
                one.update(chunk)
            if target is not None:
                target.write(chunk)
            yield
    return StoredFile(sha256=digest.hexdigest(), bytes=length)
