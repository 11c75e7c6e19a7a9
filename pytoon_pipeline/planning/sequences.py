"""Pieces of a video: scenes that belong together, with their captions and sound; and how pieces become a timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pytoon_pipeline.contracts.spec.render_spec import Area, Cue, CueWord, Note, Scene, Transition, TransitionKind
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.context import Material
from pytoon_pipeline.planning.layout.contrast import Behind, together

# A transition takes at most this share of the shorter of its two pieces.
MOST_OVERLAP = 0.4


@dataclass(frozen=True)
class Heard:
    """A run of an item's own sound, in frames of the piece and of the source."""

    item: str
    start: int
    frames: int
    source_start: int
    volume_db: float = 0.0


def own_sound(material: Material, frames: int, source_start: int) -> tuple[Heard, ...]:
    """What is heard of an item while a piece shows it; nothing of a picture or a silent clip."""
    if material.is_still or not material.audible:
        return ()
    return (Heard(material.item, 0, frames, source_start),)


@dataclass(frozen=True)
class Obstacle:
    """An area that texts had better not cover, in frames ``[start, end)`` of the piece; a face counts most."""

    start: int
    end: int
    area: Area
    weight: float = 1.0


@dataclass(frozen=True)
class Piece:
    """Scenes one after the other, counted from 0. ``behind`` is what texts over it have to stand out from.

    ``avoid`` is what they had better not cover. ``speech`` is where somebody talks; ``still`` and ``dark`` where
    nothing moves or all is black by intention.
    """

    scenes: tuple[Scene, ...]
    behind: Behind
    avoid: tuple[Obstacle, ...] = ()
    cues: tuple[Cue, ...] = ()
    heard: tuple[Heard, ...] = ()
    speech: tuple[FrameRange, ...] = ()
    still: tuple[FrameRange, ...] = ()
    dark: tuple[FrameRange, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def frames(self) -> int:
        return self.scenes[-1].end


@dataclass(frozen=True)
class Timeline(Piece):
    """Pieces joined; ``parts`` are the frames of each."""

    parts: tuple[FrameRange, ...] = field(default=())


def overlaps(lengths: Sequence[int], kind: str, frames: int) -> list[int]:
    """Frames by which each piece overlaps the one before: 0 for the first, and for cuts."""
    if kind == "cut":
        return [0] * len(lengths)
    found = [0]
    for before, after in pairwise(lengths):
        found.append(max(0, min(frames, int(MOST_OVERLAP * min(before, after)))))
    return found


def join(pieces: Sequence[Piece], kind: str, frames: int) -> Timeline:
    """Pieces one after the other, each coming in by the transition ``kind`` of ``frames``."""
    steps = overlaps([piece.frames for piece in pieces], kind, frames)
    moved: list[Piece] = []
    position = 0
    for piece, overlap in zip(pieces, steps, strict=True):
        position -= overlap
        moved.append(_moved(piece, position, kind, overlap))
        position += piece.frames
    return Timeline(
        scenes=tuple(scene for piece in moved for scene in piece.scenes),
        behind=together([piece.behind for piece in pieces]),
        avoid=tuple(one for piece in moved for one in piece.avoid),
        cues=tuple(cue for piece in moved for cue in piece.cues),
        heard=tuple(heard for piece in moved for heard in piece.heard),
        speech=tuple(one for piece in moved for one in piece.speech),
        still=tuple(one for piece in moved for one in piece.still),
        dark=tuple(one for piece in moved for one in piece.dark),
        notes=tuple(note for piece in moved for note in piece.notes),
        parts=tuple(FrameRange(start=p.scenes[0].start, end=p.scenes[-1].end) for p in moved),
    )


def _moved(piece: Piece, by: int, kind: str, overlap: int) -> Piece:
    scenes = [scene.model_copy(update={"start": scene.start + by}) for scene in piece.scenes]
    if overlap:
        coming: TransitionKind = kind  # type: ignore[assignment]
        scenes[0] = scenes[0].model_copy(update={"transition": Transition(kind=coming, frames=overlap)})
    return replace(
        piece,
        scenes=tuple(scenes),
        avoid=tuple(replace(one, start=one.start + by, end=one.end + by) for one in piece.avoid),
        cues=tuple(_later(cue, by) for cue in piece.cues),
        heard=tuple(replace(heard, start=heard.start + by) for heard in piece.heard),
        speech=_shifted(piece.speech, by),
        still=_shifted(piece.still, by),
        dark=_shifted(piece.dark, by),
    )


def _later(cue: Cue, by: int) -> Cue:
    words = tuple(CueWord(text=w.text, start=w.start + by, end=w.end + by) for w in cue.words)
    return Cue(start=cue.start + by, end=cue.end + by, words=words)


def _shifted(ranges: Sequence[FrameRange], by: int) -> tuple[FrameRange, ...]:
    return tuple(FrameRange(start=one.start + by, end=one.end + by) for one in ranges)


def share_out(wanted: Sequence[float], shortest: Sequence[float], most: float) -> tuple[list[float], bool]:
    """Lengths that add up to at most ``most``, all shortened by one factor, none below its shortest.

    Gives the lengths and whether they were shortened. When even the shortest do not fit, those are given.
    """
    if sum(wanted) <= most:
        return list(wanted), False
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        total = sum(max(least, length * middle) for length, least in zip(wanted, shortest, strict=True))
        low, high = (middle, high) if total <= most else (low, middle)
    return [max(least, length * low) for length, least in zip(wanted, shortest, strict=True)], True
