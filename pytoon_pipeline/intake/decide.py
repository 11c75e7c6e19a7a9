"""What to do with what lies in the inbox. Pure: a listing, what is known of it, and the time decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple, Protocol

from pytoon_pipeline.intake.inbox import Entry
from pytoon_pipeline.intake.uploads import EDIT_PLAN_NAME, REQUEST_NAMES
from pytoon_pipeline.media.subtitles import SUFFIXES
from pytoon_pipeline.store.fingerprint import hash_value

# Files by which a folder says what it wants.
ASKING = (*REQUEST_NAMES, EDIT_PLAN_NAME)


class Candidate(NamedTuple):
    """A file, with its subtitles, or a folder with its files, at the top of the inbox. ``stamp`` changes with any."""

    name: str
    folder: bool
    files: tuple[str, ...]
    bytes: int
    etag: str

    @property
    def asks(self) -> bool:
        """Whether it says what it wants: a clip does by itself, a folder by its request; subtitles wait for theirs."""
        if not self.folder:
            return not _is_subtitles(self.name)
        return any(f"{self.name}/{name}" in self.files for name in ASKING)


class Known(Protocol):
    """What is known of a candidate: with which stamp it was seen first and when, and what became of it then (“seen”:
    nothing yet, “taken”, “rejected”).
    """

    @property
    def etag(self) -> str: ...

    @property
    def since(self) -> float: ...

    @property
    def state(self) -> str: ...


@dataclass(frozen=True)
class Decision:
    """``watch``: new or changed, to be looked at again; ``ready``: they have settled, those that came first in front;
    ``forget``: gone, and never taken.
    """

    watch: tuple[Candidate, ...]
    ready: tuple[Candidate, ...]
    forget: tuple[str, ...]


def candidates(entries: Iterable[Entry]) -> list[Candidate]:
    """Files and folders at the top of a listing, in the order of their names."""
    single: list[Candidate] = []
    folders: dict[str, list[Entry]] = {}
    for entry in entries:
        top, slash, _ = entry.name.partition("/")
        if slash:
            folders.setdefault(top, []).append(entry)
        else:
            single.append(Candidate(top, False, (top,), entry.bytes, f"{entry.bytes}-{entry.etag}"))
    single = _paired(single)
    for name, inside in folders.items():
        inside.sort(key=lambda entry: entry.name)
        stamp = hash_value([[entry.name, entry.bytes, entry.etag] for entry in inside])
        files = tuple(entry.name for entry in inside)
        single.append(Candidate(name, True, files, sum(entry.bytes for entry in inside), stamp))
    return sorted(single, key=lambda one: one.name)


def _paired(single: Iterable[Candidate]) -> list[Candidate]:
    """Files, with subtitles joined to all clips whose name they have; without one they stand for themselves."""
    single = list(single)
    clips = {one.name: one for one in single if not _is_subtitles(one.name)}
    owners: dict[str, list[str]] = {}
    for name in clips:
        owners.setdefault(PurePosixPath(name).stem, []).append(name)
    alone = []
    for one in (one for one in single if _is_subtitles(one.name)):
        named = owners.get(PurePosixPath(one.name).stem, [])
        for name in named:
            clip = clips[name]
            clips[name] = clip._replace(
                files=(*clip.files, one.name), bytes=clip.bytes + one.bytes, etag=f"{clip.etag}+{one.etag}"
            )
        if not named:
            alone.append(one)
    return [*clips.values(), *alone]


def _is_subtitles(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def decide(found: Iterable[Candidate], known: Mapping[str, Known], now: float, settled: float) -> Decision:
    """What is new, what has not changed for ``settled`` seconds, and what has gone.

    What was taken or rejected counts again only when it has changed.
    """
    watch: list[Candidate] = []
    ready: list[tuple[float, Candidate]] = []
    there = set()
    for one in found:
        there.add(one.name)
        before = known.get(one.name)
        if before is None or before.etag != one.etag:
            watch.append(one)
        elif before.state == "seen" and now - before.since >= settled:
            ready.append((before.since, one))
    gone = tuple(name for name, one in known.items() if one.state != "taken" and name not in there)
    in_order = sorted(ready, key=lambda pair: (pair[0], pair[1].name))
    return Decision(tuple(watch), tuple(one for _, one in in_order), gone)
