"""What leaves the store: results that can be made again, by age and by size, those longest unused first.

``decide`` says what goes, from facts alone; ``sweep`` reads the facts and acts.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from stat import S_ISREG
from typing import Literal, NamedTuple

from pytoon_pipeline.store.store import NOTED_SECONDS, Store

DAY_SECONDS = 86400
# Names of files in the store. Others that lie there are let be.
OBJECT, RECORD = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{64}\.json")
LINK = re.compile(r"[^.].*")

Reason = Literal["damaged", "incomplete", "old", "size"]


@dataclass(frozen=True)
class Rules:
    """What may go, and when.

    Artifacts of the stages ``intermediate`` can be made again: they go when unused for ``days``, and sooner, those
    longest unused first, while all files together exceed ``most_bytes``. What was used within ``grace_seconds`` stays.
    """

    days: float
    max_bytes: int
    grace_seconds: float
    intermediate: frozenset[str]


@dataclass(frozen=True)
class ArtifactFacts:
    """A record in the store. ``stage`` is none for a damaged one, of which nothing else is known either.

    ``used`` is when its use was last noted, in seconds since the epoch; ``files`` are bytes by SHA-256; ``inputs`` may
    name artifacts or files.
    """

    fingerprint: str
    stage: str | None
    used: float
    files: Mapping[str, int]
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObjectFacts:
    """A file in the store. ``mtime`` is in seconds since the epoch: when it came, or came again."""

    sha256: str
    bytes: int
    mtime: float


@dataclass(frozen=True)
class Decision:
    """Fingerprints that go, each with its reason, and bytes of the files that go, by SHA-256.

    ``excess`` is by how many bytes what stays is larger than wished: none of it may go.
    """

    artifacts: Mapping[str, Reason]
    objects: Mapping[str, int]
    bytes_before: int
    bytes_after: int
    excess: int


@dataclass(frozen=True)
class RetentionReport:
    """What was removed: artifacts by reason, files, links to nothing, and bytes; and the bytes that are left."""

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
    """What goes at ``now``, in seconds since the epoch.

    Files in ``protected`` (SHA-256) stay, and so does all that was used since ``in_use_since``, when the oldest run at
    work began. An artifact that may go and misses a file goes: it counts as absent anyway. A file goes when no
    artifact that stays refers to it.
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
    """Whatever was used at this time or later is in use."""
    grace = now - rules.grace_seconds
    return grace if in_use_since is None else min(grace, in_use_since)


def last_uses(artifacts: Sequence[ArtifactFacts]) -> dict[str, float]:
    """When each artifact was last used at the latest, by fingerprint.

    Use is noted at most once in ``NOTED_SECONDS``. What something was made from is used with it: a run asks for both.
    So is an artifact whose files are all part of others: it takes no scratch of its own. (Segments of a video that is
    used are there when one caption of it changes.)
    """
    known = {one.fingerprint: one for one in artifacts}
    last: dict[str, float] = {}
    # Latest first: whoever comes to an artifact first brings its latest use.
    for one in sorted(artifacts, key=lambda one: -one.used):
        waiting = [one.fingerprint]
        while waiting:
            name = waiting.pop()
            if name in known and name not in last:
                last[name] = one.used + NOTED_SECONDS
                waiting.extend(known[name].inputs)
    of_file: dict[str, float] = {}
    for one in artifacts:
        for file in one.files:
            of_file[file] = max(of_file.get(file, last[one.fingerprint]), last[one.fingerprint])
    return {name: min((of_file[file] for file in known[name].files), default=use) for name, use in last.items()}


def sweep(
    store: Store, rules: Rules, protected: AbstractSet[str], in_use_since: float | None, now: float
) -> RetentionReport:
    """Removes from ``store`` what ``decide`` says, and links that lead to nothing.

    Records go before the files that they refer to: when this breaks off, files are left that nobody refers to, never a
    record without its file. What is used at this very moment stays. Runs may work meanwhile, and other sweeps too.
    """
    # Files first: whatever is kept meanwhile is seen with all that it refers to.
    files = dict(_files(store.root / "objects", OBJECT))
    records = {name.removesuffix(".json"): seen for name, seen in _files(store.root / "artifacts", RECORD)}
    artifacts = [_facts(store, name, seen) for name, seen in records.items()]
    objects = [ObjectFacts(name, seen.bytes, seen.mtime) for name, seen in files.items()]
    decision = decide(artifacts, objects, rules, now, protected, in_use_since)

    store.work.mkdir(parents=True, exist_ok=True)
    reasons = {name: why for name, why in decision.artifacts.items() if _remove(records[name], store.work)}
    spared = decision.artifacts.keys() - reasons.keys()
    held = {file for one in artifacts if one.fingerprint in spared for file in one.files}
    removed = [size for name, size in decision.objects.items() if name not in held and _remove(files[name], store.work)]
    left = decision.bytes_before - sum(removed)
    return RetentionReport(
        artifacts=Counter(reasons.values()),
        objects=len(removed),
        links=_remove_links(store, records.keys() - reasons.keys(), busy_since(rules, now, in_use_since)),
        bytes_freed=sum(removed),
        bytes_left=left,
        excess=max(0, left - rules.max_bytes),
    )


class _Seen(NamedTuple):
    """A file as it was seen."""

    path: str
    bytes: int
    mtime_ns: int

    @property
    def mtime(self) -> float:
        return self.mtime_ns / 1e9


def _files(root: Path, names: re.Pattern[str]) -> Iterator[tuple[str, _Seen]]:
    """The files in the folders of ``root`` that are named like this."""
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if folder.is_dir():
            with os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(FileNotFoundError):
                        stat = entry.stat(follow_symlinks=False)
                        if S_ISREG(stat.st_mode) and names.fullmatch(entry.name):
                            yield entry.name, _Seen(entry.path, stat.st_size, stat.st_mtime_ns)


def _facts(store: Store, fingerprint: str, seen: _Seen) -> ArtifactFacts:
    record = store.record(fingerprint)
    if record is None:
        return ArtifactFacts(fingerprint, None, seen.mtime, {})
    files = {file.sha256: file.bytes for file in record.files.values()}
    return ArtifactFacts(fingerprint, record.stage, seen.mtime, files, tuple(record.inputs.values()))


def _remove(seen: _Seen, work: Path) -> bool:
    """Removes a file, unless it was marked as used since it was seen.

    It is moved tmp_path first: whoever marks it as used finds it gone, or has marked it before, and then it comes back.
    """
    tmp_path = work / f".{token_hex(16)}.part"
    try:
        # Mostly seen here already, so that it is not even missed for a moment.
        if os.stat(seen.path).st_mtime_ns != seen.mtime_ns:
            return False
        os.replace(seen.path, tmp_path)
    except FileNotFoundError:
        return False
    # What lies tmp_path for long, and so was not marked, may also be removed by whoever opens a workroom.
    with suppress(FileNotFoundError):
        if os.stat(tmp_path).st_mtime_ns != seen.mtime_ns:
            os.replace(tmp_path, seen.path)
            return False
        os.unlink(tmp_path)
    return True


def _remove_links(store: Store, known: AbstractSet[str], busy: float) -> int:
    """Removes links to artifacts that are neither among the ``known`` nor kept since, and counts them."""
    removed = 0
    for _, seen in _files(store.root / "links", LINK):
        if seen.mtime >= busy:
            continue
        with suppress(FileNotFoundError):
            name = Path(seen.path).read_bytes().decode("ascii", "replace")
            dangling = name not in known and not (OBJECT.fullmatch(name) and store.record(name))
            removed += dangling and _remove(seen, store.work)
    return removed
