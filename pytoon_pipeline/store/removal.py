"""Removal: takes out of the store what was computed for one upload alone.

``dependents`` is pure: it selects what to remove. ``remove`` reads the store and removes.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pytoon_pipeline.store.inventory import OBJECT, RECORD, ArtifactFacts, facts_of, listed_files, remove_file
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


def remove(
    store: Store, key: str, stages: AbstractSet[str], files: AbstractSet[str], protected: AbstractSet[str]
) -> RemovalReport:
    """Removes the links of ``key``, the latest results of its ``stages``, ``files`` (SHA-256), and what was computed
    from them. Files in ``protected`` stay.

    Whatever else used a removed result computes it again. Records are removed before their files.
    """
    links = {path.parent.name: path for path in (store.root / "links").glob(f"*/{key}")}
    own = {path.read_text() for stage, path in links.items() if stage in stages}
    # Variants share their media, and may share results.
    variants = (path for path in (store.root / "links").glob(f"*/{key.partition('-')[0]}*") if path.name != key)
    roots = files | (own - {path.read_text() for path in variants})
    objects = dict(listed_files(store.root / "objects", OBJECT))
    records = {name.removesuffix(".json"): seen for name, seen in listed_files(store.root / "artifacts", RECORD)}
    artifacts = [facts_of(store, name, seen) for name, seen in records.items()]
    gone = dependents(artifacts, roots, protected)
    kept = protected | {file for one in artifacts if one.fingerprint not in gone for file in one.files}
    leaving = (files | {file for one in artifacts if one.fingerprint in gone for file in one.files}) - kept

    store.work.mkdir(parents=True, exist_ok=True)
    for path in links.values():
        path.unlink(missing_ok=True)
    removed = [name for name in gone if remove_file(records[name], store.work)]
    sizes = [seen.bytes for name, seen in objects.items() if name in leaving and remove_file(seen, store.work)]
    return RemovalReport(len(removed), len(sizes), sum(sizes))
