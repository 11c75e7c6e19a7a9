"""What lies in the store: its files, and what its records say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.store.files import OBJECT, RECORD, Seen, listed_files, remove_file
from pytoon_pipeline.store.store import Store


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


def facts_of(store: Store, fingerprint: str, seen: Seen) -> ArtifactFacts:
    """What the record of an artifact says; ``seen`` is its file."""
    record = store.record(fingerprint)
    if record is None:
        return ArtifactFacts(fingerprint, None, seen.mtime, {})
    files = {file.sha256: file.bytes for file in record.files.values()}
    return ArtifactFacts(fingerprint, record.stage, seen.mtime, files, tuple(record.inputs.values()))


def results_of(store: Store, key: str) -> list[Artifact]:
    """The latest results of the stages for a key, with all that they were computed from, each once."""
    found: dict[str, Artifact] = {}
    for link in sorted((store.root / "links").glob(f"*/{key}")):
        if (latest := store.find(link.read_text())) is not None:
            found |= {one.fingerprint: one for one in (*store.lineage(latest), latest)}
    return list(found.values())


@dataclass(frozen=True)
class Listing:
    """What lies in the store: its files by SHA-256 and its records by fingerprint, with what the records say.

    ``evicted`` are the bytes of the files that records name and that are only in the object store.
    """

    files: Mapping[str, Seen]
    records: Mapping[str, Seen]
    artifacts: Sequence[ArtifactFacts]
    evicted: Mapping[str, int]

    @property
    def objects(self) -> list[ObjectFacts]:
        here = [ObjectFacts(name, seen.bytes, seen.mtime) for name, seen in self.files.items()]
        return here + [ObjectFacts(name, size, 0.0) for name, size in self.evicted.items()]


def listing(store: Store) -> Listing:
    """Lists the store. An artifact that is stored meanwhile is seen with all of its files: these are listed first."""
    files = dict(listed_files(store.root / "objects", OBJECT))
    records = {name.removesuffix(".json"): seen for name, seen in listed_files(store.root / "artifacts", RECORD)}
    artifacts = [facts_of(store, name, seen) for name, seen in records.items()]
    named = {file: size for one in artifacts for file, size in one.files.items()} if store.shared else {}
    return Listing(files, records, artifacts, {file: size for file, size in named.items() if file not in files})


def remove_record(store: Store, fingerprint: str, seen: Seen) -> bool:
    """Removes a record here and from the object store; ``False`` if it was used since it was listed.

    The object store comes first: if it does not answer, the record is still known here, and can be removed later.
    """
    if store.shared is not None:
        store.shared.remove_record(fingerprint)
    return remove_file(seen, store.work)


def remove_object(store: Store, sha256: str, seen: Seen | None, *, everywhere: bool) -> bool:
    """Removes a file; ``seen`` is its copy here, if there is one. With ``everywhere``, also from the object store."""
    if everywhere and store.shared is not None:
        store.shared.remove_file(sha256)
    return remove_file(seen, store.work) if seen is not None else True
