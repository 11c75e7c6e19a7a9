"""Garbage collection: removes results that can be recomputed, by age and by size, least recently used first.

``decide`` is pure: it selects what to remove. ``sweep`` reads the store, decides and removes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pytoon_pipeline.store.files import LINK, OBJECT, listed_files, remove_file
from pytoon_pipeline.store.inventory import ArtifactFacts, ObjectFacts, listing, remove_object, remove_record
from pytoon_pipeline.store.store import USE_RESOLUTION_SECONDS, Store

DAY_SECONDS = 86400
Reason = Literal["damaged", "incomplete", "old", "size"]


@dataclass(frozen=True)
class Rules:
    """What may be removed, and when.

    Artifacts of the stages ``intermediate`` can be recomputed. They are removed when unused for ``days``, and earlier,
    least recently used first, while all files together exceed ``max_bytes``. What was used within ``grace_seconds``
    stays.
    """

    days: float
    max_bytes: int
    grace_seconds: float
    intermediate: frozenset[str]


@dataclass(frozen=True)
class Decision:
    """Fingerprints to remove, each with its reason, and the bytes of the files to remove, by SHA-256.

    ``excess`` is by how many bytes the rest exceeds the limit although nothing more may be removed.
    """

    artifacts: Mapping[str, Reason]
    objects: Mapping[str, int]
    bytes_before: int
    bytes_after: int
    excess: int


@dataclass(frozen=True)
class RetentionReport:
    """What was removed: artifacts by reason, files, dangling links and bytes; and the bytes that are left."""

    artifacts: Mapping[Reason, int]
    objects: int
    links: int
    bytes_freed: int
    bytes_left: int
    excess: int


def decide(
    artifacts: Sequence[ArtifactFacts],
    objects: Sequence[ObjectFacts],
    rules: Rules,
    now: float,
    protected: AbstractSet[str] = frozenset(),
    in_use_since: float | None = None,
) -> Decision:
    """Selects what to remove at ``now``, in seconds since the epoch.

    Files in ``protected`` (SHA-256) stay, and so does everything used since ``in_use_since``, when the oldest active
    run started. A removable artifact without one of its files is removed: it counts as absent anyway. A file is
    removed when no remaining artifact refers to it.
    """
    busy = busy_since(rules, now, in_use_since)
    last = last_uses(artifacts)
    there = {one.sha256: one.bytes for one in objects}

    def may_go(one: ArtifactFacts) -> bool:
        return last[one.fingerprint] < busy and (one.stage is None or one.stage in rules.intermediate)

    def reason(one: ArtifactFacts) -> Reason | None:
        if one.stage is None:
            return "damaged"
        if any(there.get(file) != size for file, size in one.files.items()):
            return "incomplete"
        return "old" if last[one.fingerprint] < now - rules.days * DAY_SECONDS else None

    removable = sorted(filter(may_go, artifacts), key=lambda one: (last[one.fingerprint], one.used, one.fingerprint))
    gone = {one.fingerprint: why for one in removable if (why := reason(one))}

    held = {file for one in artifacts if not may_go(one) for file in one.files} | protected
    free = {one.sha256: one.bytes for one in objects if one.mtime < busy and one.sha256 not in held}
    users = Counter(file for one in artifacts if one.fingerprint not in gone for file in one.files)
    leaving = {file: size for file, size in free.items() if not users[file]}

    before = sum(there.values())
    left = before - sum(leaving.values())
    for one in removable:
        if left <= rules.max_bytes:
            break
        if one.fingerprint in gone or not any(file in free for file in one.files):
            continue
        gone[one.fingerprint] = "size"
        users.subtract(one.files.keys())
        for file in one.files:
            if file in free and not users[file]:
                leaving[file] = free[file]
                left -= free[file]
    return Decision(gone, leaving, before, left, max(0, left - rules.max_bytes))


def busy_since(rules: Rules, now: float, in_use_since: float | None) -> float:
    """The time since which everything that was used counts as in use."""
    grace = now - rules.grace_seconds
    return grace if in_use_since is None else min(grace, in_use_since)


def last_uses(artifacts: Sequence[ArtifactFacts]) -> dict[str, float]:
    """The latest possible last use of each artifact, by fingerprint.

    Uses are recorded at most once in ``USE_RESOLUTION_SECONDS``. The inputs of an artifact are used with it, since a
    run needs both. So is an artifact whose files all belong to others: it needs no space of its own. (The segments of
    a video in use are still there when one of its captions changes.)
    """
    known = {one.fingerprint: one for one in artifacts}
    last: dict[str, float] = {}
    # Latest first, so the first visit of an artifact brings its latest use.
    for one in sorted(artifacts, key=lambda one: -one.used):
        waiting = [one.fingerprint]
        while waiting:
            name = waiting.pop()
            if name in known and name not in last:
                last[name] = one.used + USE_RESOLUTION_SECONDS
                waiting.extend(known[name].inputs)
    of_file: dict[str, float] = {}
    for one in artifacts:
        for file in one.files:
            of_file[file] = max(of_file.get(file, last[one.fingerprint]), last[one.fingerprint])
    return {name: min((of_file[file] for file in known[name].files), default=use) for name, use in last.items()}


def sweep(
    store: Store, rules: Rules, protected: AbstractSet[str], in_use_since: float | None, now: float
) -> RetentionReport:
    """Removes from ``store`` what ``decide`` selects, and dangling links.

    Records are removed before their files: an interrupted sweep leaves unreferenced files, never a record without its
    file. Runs and other sweeps may be active at the same time; what they use stays.
    """
    found = listing(store)
    files, records, artifacts = found.files, found.records, found.artifacts
    decision = decide(artifacts, found.objects, rules, now, protected, in_use_since)

    store.work.mkdir(parents=True, exist_ok=True)
    reasons = {name: why for name, why in decision.artifacts.items() if remove_record(store, name, records[name])}
    spared = decision.artifacts.keys() - reasons.keys()
    held = {file for one in artifacts if one.fingerprint in spared for file in one.files}
    # What no record here names may belong to an upload of another home.
    results = {file for one in artifacts if one.fingerprint in reasons for file in one.files}
    removed = [
        size
        for name, size in decision.objects.items()
        if name not in held and remove_object(store, name, files.get(name), everywhere=name in results)
    ]
    left = decision.bytes_before - sum(removed)
    return RetentionReport(
        artifacts=Counter(reasons.values()),
        objects=len(removed),
        links=_remove_links(store, records.keys() - reasons.keys(), busy_since(rules, now, in_use_since)),
        bytes_freed=sum(removed),
        bytes_left=left,
        excess=max(0, left - rules.max_bytes),
    )


def _remove_links(store: Store, known: AbstractSet[str], busy: float) -> int:
    """Removes links to artifacts that are neither ``known`` nor stored since. Returns how many."""
    removed = 0
    for _, seen in listed_files(store.root / "links", LINK):
        if seen.mtime >= busy:
            continue
        with suppress(FileNotFoundError):
            name = Path(seen.path).read_bytes().decode("ascii", "replace")
            dangling = name not in known and not (OBJECT.fullmatch(name) and store.record(name))
            removed += dangling and remove_file(seen, store.work)
    return removed
