"""Removal: takes out of the store what was computed for one upload alone.

``dependents`` and ``left_over`` are pure: they select what to remove. ``remove`` reads the store and removes.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.store.inventory import ArtifactFacts, Listing, listing, remove_object, remove_record
from pytoon_pipeline.store.store import Store


@dataclass(frozen=True)
class RemovalReport:
    """How many artifacts and files were removed, and the bytes of the files."""

    artifacts: int
    files: int
    bytes: int


def dependents(
    artifacts: Sequence[ArtifactFacts], roots: Iterable[str], protected: AbstractSet[str] = frozenset()
) -> set[str]:
    """Fingerprints of the artifacts among ``roots``, and of all that were computed from ``roots``: from an artifact or
    a file (SHA-256), directly or indirectly, but not from a file in ``protected``.
    """
    users: dict[str, list[ArtifactFacts]] = {}
    for one in artifacts:
        for name in one.inputs:
            users.setdefault(name, []).append(one)
    known = {one.fingerprint: one for one in artifacts}
    waiting = list(roots)
    found = {name for name in waiting if name in known}
    while waiting:
        name = waiting.pop()
        files = [file for file in known[name].files if file not in protected] if name in known else []
        for one in (user for source in (name, *files) for user in users.get(source, ())):
            if one.fingerprint not in found:
                found.add(one.fingerprint)
                waiting.append(one.fingerprint)
    return found


def left_over(artifacts: Sequence[ArtifactFacts], gone: AbstractSet[str], linked: AbstractSet[str]) -> set[str]:
    """Fingerprints of the artifacts that only those in ``gone`` used: as an input, or by a file that both have.

    What the latest result of some upload is (``linked``), and what another result uses, stays: a segment that two
    videos have, and the frames of a photo that two uploads show.
    """
    found: set[str] = set()
    while True:
        going = gone | found
        staying = [one for one in artifacts if one.fingerprint not in going]
        leaving = [one for one in artifacts if one.fingerprint in going]
        used = linked | {name for one in staying for name in one.inputs}
        kept = {file for one in staying if one.fingerprint in used for file in one.files}
        freed = {name for one in leaving for name in (*one.inputs, *one.files)} - kept
        more = {
            one.fingerprint
            for one in staying
            if one.fingerprint not in used and not freed.isdisjoint((one.fingerprint, *one.files))
        }
        if not more:
            return found
        found |= more


def remove(
    store: Store, key: str, stages: AbstractSet[str], files: AbstractSet[str], protected: AbstractSet[str]
) -> RemovalReport:
    """Removes the links of ``key``, the latest results of its ``stages``, results that name it, ``files`` (SHA-256),
    what was computed from them, and what only they used. Files in ``protected`` stay.

    Whatever else used a removed result computes it again. Records are removed before their files.
    """
    links = {path.parent.name: path for path in (store.root / "links").glob(f"*/{key}")}
    own = {path.read_text() for stage, path in links.items() if stage in stages}
    # Variants share their media, and may share results.
    others = {path.read_text() for path in (store.root / "links").glob("*/*") if path.name != key}
    variants = {path for path in (store.root / "links").glob(f"*/{key.partition('-')[0]}*") if path.name != key}
    roots = files | (own - {path.read_text() for path in variants})
    found = listing(store)
    # Those of earlier versions are not the latest of any stage.
    roots |= {name for name, seen in found.records.items() if f'"{key}"'.encode() in Path(seen.path).read_bytes()}
    report = _remove(store, found, roots, files, protected, others)
    for path in links.values():
        path.unlink(missing_ok=True)
    return report


def remove_files(store: Store, files: AbstractSet[str], stages: AbstractSet[str]) -> RemovalReport:
    """Removes ``files`` (SHA-256), what was computed from them, and all results of ``stages``."""
    found = listing(store)
    roots = files | {one.fingerprint for one in found.artifacts if one.stage in stages}
    links = {path.read_text() for path in (store.root / "links").glob("*/*")}
    return _remove(store, found, roots, files, frozenset(), links)


def _remove(
    store: Store,
    found: Listing,
    roots: AbstractSet[str],
    files: AbstractSet[str],
    protected: AbstractSet[str],
    linked: AbstractSet[str],
) -> RemovalReport:
    gone = dependents(found.artifacts, roots, protected)
    gone |= left_over(found.artifacts, gone, linked)
    kept = protected | {file for one in found.artifacts if one.fingerprint not in gone for file in one.files}
    leaving = (files | {file for one in found.artifacts if one.fingerprint in gone for file in one.files}) - kept
    store.work.mkdir(parents=True, exist_ok=True)
    # The roots last: after an interruption, they lead to the rest.
    ordered = sorted(gone, key=lambda name: name in roots)
    removed = [name for name in ordered if remove_record(store, name, found.records[name])]
    sizes = [
        one.bytes
        for one in found.objects
        if one.sha256 in leaving and remove_object(store, one.sha256, found.files.get(one.sha256), everywhere=True)
    ]
    return RemovalReport(len(removed), len(sizes), sum(sizes))
