"""Pieces of a video:

scenes that belong together, with their captions and sound; and how sequences become a timeline.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.render_spec import Cue, CueWord, Note, Scene, Transition, TransitionKind
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.context import AnalysedMedia
from pytoon_pipeline.planning.layout.contrast import Backdrops, together

# A transition takes at most this share of the shorter of its two pieces.
MAX_OVERLAP = 0.4


@dataclass(frozen=True)
class AudioRef:
    """A run of an item's own sound, in frames of the sequence and of the source."""

    item: str
    start: int
    frames: int
    source_start: int
    gain_db: float = 0.0


def own_sound(material: AnalysedMedia, frames: int, source_start: int) -> tuple[AudioRef, ...]:
    """What is heard of an item while a sequence shows it; nothing of a picture or a silent clip."""
    if material.is_still or not material.audible:
        return ()
    return (AudioRef(material.item, 0, frames, source_start),)


@dataclass(frozen=True)
class KeepOutArea:
    """An area that texts had better not cover, in frames ``[start, end)`` of the sequence; a face counts most."""

    start: int
    end: int
    area: Rect[int]
    weight: float = 1.0


@dataclass(frozen=True)
class SceneSequence:
    """Scenes one after the other, counted from 0. ``behind`` is what texts over it have to stand out from.

    ``avoid`` is what they had better not cover. ``speech`` is where somebody talks; ``still`` and ``dark`` where
    nothing moves or all is black by intention.
    """

    scenes: tuple[Scene, ...]
    backdrop: Backdrops
    keep_out: tuple[KeepOutArea, ...] = ()
    cues: tuple[Cue, ...] = ()
    audio: tuple[AudioRef, ...] = ()
    speech: tuple[FrameRange, ...] = ()
    static: tuple[FrameRange, ...] = ()
    black: tuple[FrameRange, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def frames(self) -> int:
        return self.scenes[-1].end


@dataclass(frozen=True)
class Timeline(SceneSequence):
    """Pieces joined; ``parts`` are the frames of each."""

    parts: tuple[FrameRange, ...] = field(default=())


def overlaps(lengths: Sequence[int], kind: str, frames: int) -> list[int]:
    """Frames by which each sequence overlaps the one before: 0 for the first, and for cuts."""
    if kind == "cut":
        return [0] * len(lengths)
    found = [0]
    for before, after in pairwise(lengths):
        found.append(max(0, min(frames, int(MAX_OVERLAP * min(before, after)))))
    return found


def join(sequences: Sequence[SceneSequence], kind: str, frames: int) -> Timeline:
    """Pieces one after the other, each coming in by the transition ``kind`` of ``frames``."""
    steps = overlaps([sequence.frames for sequence in sequences], kind, frames)
    moved: list[SceneSequence] = []
    position = 0
    for sequence, overlap in zip(sequences, steps, strict=True):
        position -= overlap
        moved.append(_moved(sequence, position, kind, overlap))
        position += sequence.frames
    return Timeline(
        scenes=tuple(scene for sequence in moved for scene in sequence.scenes),
        backdrop=together([sequence.backdrop for sequence in sequences]),
        keep_out=tuple(one for sequence in moved for one in sequence.keep_out),
        cues=tuple(cue for sequence in moved for cue in sequence.cues),
        audio=tuple(heard for sequence in moved for heard in sequence.audio),
        speech=tuple(one for sequence in moved for one in sequence.speech),
        static=tuple(one for sequence in moved for one in sequence.static),
        black=tuple(one for sequence in moved for one in sequence.black),
        notes=tuple(note for sequence in moved for note in sequence.notes),
        parts=tuple(FrameRange(start=p.scenes[0].start, end=p.scenes[-1].end) for p in moved),
    )


def _moved(sequence: SceneSequence, by: int, kind: str, overlap: int) -> SceneSequence:
    scenes = [scene.model_copy(update={"start": scene.start + by}) for scene in sequence.scenes]
    if overlap:
        coming: TransitionKind = kind  # type: ignore[assignment]
        scenes[0] = scenes[0].model_copy(update={"transition": Transition(kind=coming, frames=overlap)})
    return replace(
        sequence,
        scenes=tuple(scenes),
        keep_out=tuple(replace(one, start=one.start + by, end=one.end + by) for one in sequence.keep_out),
        cues=tuple(_later(cue, by) for cue in sequence.cues),
        audio=tuple(replace(heard, start=heard.start + by) for heard in sequence.audio),
        speech=_shifted(sequence.speech, by),
        static=_shifted(sequence.static, by),
        black=_shifted(sequence.black, by),
    )


def _later(cue: Cue, by: int) -> Cue:
    words = tuple(CueWord(text=w.text, start=w.start + by, end=w.end + by) for w in cue.words)
    return Cue(start=cue.start + by, end=cue.end + by, words=words)


def _shifted(ranges: Sequence[FrameRange], by: int) -> tuple[FrameRange, ...]:
    return tuple(FrameRange(start=one.start + by, end=one.end + by) for one in ranges)


def distribute(wanted: Sequence[float], shortest: Sequence[float], most: float) -> tuple[list[float], bool]:
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
