"""What a scan of the inbox has to do. Pure: computed from a listing, the index of the inbox, and the time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import NamedTuple, Protocol

from pytoon_pipeline.intake.companions import clip_stem
from pytoon_pipeline.intake.folder import REQUEST_FILES, sort_files
from pytoon_pipeline.intake.listing import Entry
from pytoon_pipeline.store.fingerprint import hash_value

NONE: Mapping[str, str] = MappingProxyType({})


class Candidate(NamedTuple):
    """A file with what belongs to it, or a folder with its files, at the top of the inbox. ``etag`` covers all."""

    name: str
    folder: bool
    files: tuple[str, ...]
    bytes: int
    etag: str

    @property
    def has_request(self) -> bool:
        """Whether it can be ingested: a clip on its own, a folder with its request, subtitles only with their clip."""
        if not self.folder:
            return clip_stem(self.name) is None
        return any(f"{self.name}/{name}" in self.files for name in REQUEST_FILES)

    @property
    def has_media(self) -> bool:
        """Whether a folder has photos or clips at its top, by their names."""
        names = [name.removeprefix(f"{self.name}/") for name in self.files]
        return bool(sort_files(name for name in names if "/" not in name).media)


class Known(Protocol):
    """The index's record of a candidate: its ``etag``, when it was first seen with it (seconds since the epoch), and
    its state, “seen”, “ingested” or “rejected”.
    """

    @property
    def etag(self) -> str: ...

    @property
    def since(self) -> float: ...

    @property
    def state(self) -> str: ...


@dataclass(frozen=True)
class Decision:
    """``watch``: new or changed, must settle first; ``ready``: settled, the oldest first; ``forget``: gone, and never
    ingested.
    """

    watch: tuple[Candidate, ...]
    ready: tuple[Candidate, ...]
    forget: tuple[str, ...]


def candidates(entries: Iterable[Entry], ingested: Mapping[str, str] = NONE) -> list[Candidate]:
    """Files and folders at the top of a listing, sorted by name; without those whose etag is that of ``ingested``."""
    single: list[Candidate] = []
    unchanged: list[Entry] = []
    folders: dict[str, list[Entry]] = {}
    for entry in entries:
        top, slash, _ = entry.name.partition("/")
        if slash:
            folders.setdefault(top, []).append(entry)
        elif ingested.get(top) == _etag(entry):
            unchanged.append(entry)
        else:
            single.append(_file(entry))
    found = (*_paired(single, unchanged), *_folders(folders))
    return sorted((one for one in found if ingested.get(one.name) != one.etag), key=attrgetter("name"))


def _etag(entry: Entry) -> str:
    return f"{entry.bytes}-{entry.etag}"


def _file(entry: Entry) -> Candidate:
    return Candidate(entry.name, False, (entry.name,), entry.bytes, _etag(entry))


def _folders(folders: Mapping[str, list[Entry]]) -> Iterator[Candidate]:
    for name, members in folders.items():
        members.sort(key=lambda entry: entry.name)
        etag = hash_value([[entry.name, entry.bytes, entry.etag] for entry in members])
        files = tuple(entry.name for entry in members)
        yield Candidate(name, True, files, sum(entry.bytes for entry in members), etag)


def _paired(single: list[Candidate], unchanged: Iterable[Entry]) -> list[Candidate]:
    """Files, each with what belongs to it; what belongs to no clip is a candidate of its own.

    Of what is ``unchanged`` only clips count to which something belongs now.
    """
    companions = [(stem, one) for one in single if (stem := clip_stem(one.name)) is not None]
    if not companions:
        return single
    stems = {stem for stem, _ in companions}
    single = [*single, *(_file(one) for one in unchanged if PurePosixPath(one.name).stem in stems)]
    apart = {one.name for _, one in companions}
    clips = {one.name: one for one in single if one.name not in apart}
    owners: dict[str, list[str]] = {}
    for name in clips:
        owners.setdefault(PurePosixPath(name).stem, []).append(name)
    alone = []
    for stem, one in companions:
        named = owners.get(stem, [])
        for name in named:
            clip = clips[name]
            clips[name] = clip._replace(
                files=(*clip.files, one.name), bytes=clip.bytes + one.bytes, etag=f"{clip.etag}+{one.etag}"
            )
        if not named:
            alone.append(one)
    return [*clips.values(), *alone]


def decide(found: Iterable[Candidate], known: Mapping[str, Known], now: float, settled: float) -> Decision:
    """Candidates that are new, that have not changed for ``settled`` seconds, and that are gone.

    One that was ingested or rejected is considered again only after it has changed.
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
    gone = tuple(name for name, one in known.items() if one.state != "ingested" and name not in there)
    in_order = sorted(ready, key=lambda pair: (pair[0], pair[1].name))
    return Decision(tuple(watch), tuple(one for _, one in in_order), gone)
