"""What lies in the store: its files and records as they were listed, and removing them one by one."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from stat import S_ISREG
from typing import NamedTuple

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.store.store import Store

# Names of files in the store. Other files are left alone.
OBJECT, RECORD = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{64}\.json")
LINK = re.compile(r"[^.].*")


@dataclass(frozen=True)
class ArtifactFacts:
    """A record in the store. A damaged one has ``None`` as its stage, and no files.

    ``used`` is the recorded time of its last use, in seconds since the epoch; ``files`` are bytes by SHA-256;
    ``inputs`` identify artifacts or files.
    """

    fingerprint: str
    stage: str | None
    used: float
    files: Mapping[str, int]
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObjectFacts:
    """A file in the store. ``mtime`` is when it was last stored, in seconds since the epoch."""

    sha256: str
    bytes: int
    mtime: float


class Seen(NamedTuple):
    """A file as it was listed."""

    path: str
    bytes: int
    mtime_ns: int

    @property
    def mtime(self) -> float:
        return self.mtime_ns / 1e9


def listed_files(root: Path, names: re.Pattern[str]) -> Iterator[tuple[str, Seen]]:
    """The files in the folders of ``root`` whose names match."""
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if folder.is_dir():
            with os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(FileNotFoundError):
                        stat = entry.stat(follow_symlinks=False)
                        if S_ISREG(stat.st_mode) and names.fullmatch(entry.name):
                            yield entry.name, Seen(entry.path, stat.st_size, stat.st_mtime_ns)


def facts_of(store: Store, fingerprint: str, seen: Seen) -> ArtifactFacts:
    """What the record of an artifact says; ``seen`` is its file."""
    record = store.record(fingerprint)
    if record is None:
        return ArtifactFacts(fingerprint, None, seen.mtime, {})
    files = {file.sha256: file.bytes for file in record.files.values()}
    return ArtifactFacts(fingerprint, record.stage, seen.mtime, files, tuple(record.inputs.values()))


def remove_file(seen: Seen, work: Path) -> bool:
    """Removes a file, unless it was marked as used since it was listed.

    It is moved away first. A process that marks it as used either finds it gone, or did so before the move, in which
    case it is moved back.
    """
    tmp_path = work / f".{token_hex(16)}.part"
    try:
        # Usually detected here, so that the file is not even absent for a moment.
        if os.stat(seen.path).st_mtime_ns != seen.mtime_ns:
            return False
        os.replace(seen.path, tmp_path)
    except FileNotFoundError:
        return False
    # A file that was moved away some time ago may also be removed by the next scratch directory.
    with suppress(FileNotFoundError):
        if os.stat(tmp_path).st_mtime_ns != seen.mtime_ns:
            os.replace(tmp_path, seen.path)
            return False
        os.unlink(tmp_path)
    return True


def results_of(store: Store, key: str) -> list[Artifact]:
    """The latest results of the stages for a key, with all that they were computed from, each once."""
    found: dict[str, Artifact] = {}
    for link in sorted((store.root / "links").glob(f"*/{key}")):
        if (latest := store.find(link.read_text())) is not None:
            found |= {one.fingerprint: one for one in (*store.lineage(latest), latest)}
    return list(found.values())


@dataclass(frozen=True)
class Listing:
    """What lies in the store: its files by SHA-256 and its records by fingerprint, with what the records say."""

    files: Mapping[str, Seen]
    records: Mapping[str, Seen]
    artifacts: Sequence[ArtifactFacts]

    @property
    def objects(self) -> list[ObjectFacts]:
        return [ObjectFacts(name, seen.bytes, seen.mtime) for name, seen in self.files.items()]


def listing(store: Store) -> Listing:
    """Lists the store. An artifact that is stored meanwhile is seen with all of its files: these are listed first."""
    files = dict(listed_files(store.root / "objects", OBJECT))
    records = {name.removesuffix(".json"): seen for name, seen in listed_files(store.root / "artifacts", RECORD)}
    return Listing(files, records, [facts_of(store, name, seen) for name, seen in records.items()])
