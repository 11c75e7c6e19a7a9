"""Sequences: scenes that belong together, with their captions and audio; and how sequences become a timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, TextLayer, Transform
from pytoon_pipeline.contracts.spec.render_spec import Cue, Note, Scene, Transition
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.contracts.transitions import OVERLAYING, TransitionChoice
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import Backdrops, together
from pytoon_pipeline.planning.keep_out import KeepOutArea
from pytoon_pipeline.planning.title_request import TitleRequest

# A transition takes at most this share of the shorter of its two sequences.
MAX_OVERLAP = 0.4
# A text that would lose more than the rest of its time to transitions keeps all of it.
MIN_TEXT_SHARE = 0.5


@dataclass(frozen=True)
class SceneTransition:
    """How sequences follow each other, and the frames by which they overlap at most.

    ``colour`` is what some transitions show between the two.
    """

    kind: TransitionChoice
    frames: int
    colour: Colour = "#000000"


@dataclass(frozen=True)
class AudioRef:
    """A run of an item's own audio, in frames of the sequence and of the source."""

    item: str
    start: int
    frames: int
    source_start: int
    gain_db: float = 0.0


def own_audio(material: AnalysedMedia, frames: int, source_start: int) -> tuple[AudioRef, ...]:
    """The audio of an item while a sequence shows it; empty for a picture or a silent clip."""
    if material.is_still or not material.audible:
        return ()
    return (AudioRef(material.item, 0, frames, source_start),)


@dataclass(frozen=True)
class TextSpace:
    """Where titles stand over a sequence, and how they look there.

    ``shade`` is the dark tone of the picture behind them, for a scrim; none where a designed ground is behind them.
    ``label`` is the item's own text, which comes after its hook and beats. ``hold`` is whether texts stay until the
    next one comes; else each leaves when it has been read.
    """

    area: Rect[int]
    headline: HeadlineSettings
    shade: Colour | None = None
    label: TitleRequest | None = None
    hold: bool = True


@dataclass(frozen=True)
class CaptionPanel:
    """A plain area of the frame that shows captions, and no footage, in frames ``[start, end)``."""

    start: int
    end: int
    area: Rect[int]


@dataclass(frozen=True)
class SceneSequence:
    """Scenes one after the other, starting at frame 0. ``backdrop`` is what texts over them must stand out from.

    ``keep_out`` are areas that texts should not cover. ``hidden`` are captions that are not drawn. ``speech`` is where
    a person talks, ``panels`` where captions have an area of their own; ``static`` and ``black`` are where nothing
    moves, or all is black, as planned. ``text`` is None where no title may stand. ``comes_by`` is how it comes in, if
    not as the others do.
    """

    scenes: tuple[Scene, ...]
    backdrop: Backdrops
    keep_out: tuple[KeepOutArea, ...] = ()
    cues: tuple[Cue, ...] = ()
    hidden: tuple[Cue, ...] = ()
    panels: tuple[CaptionPanel, ...] = ()
    audio: tuple[AudioRef, ...] = ()
    speech: tuple[FrameRange, ...] = ()
    static: tuple[FrameRange, ...] = ()
    black: tuple[FrameRange, ...] = ()
    notes: tuple[Note, ...] = ()
    text: TextSpace | None = None
    comes_by: TransitionChoice | None = None

    @property
    def frames(self) -> int:
        return self.scenes[-1].end


@dataclass(frozen=True)
class Timeline(SceneSequence):
    """Sequences joined. ``parts`` are the frames of each."""

    parts: tuple[FrameRange, ...] = field(default=())


def overlaps(lengths: Sequence[int], transition: SceneTransition, kinds: Sequence[TransitionChoice] = ()) -> list[int]:
    """Frames by which each sequence overlaps the one before: 0 for the first, and for cuts.

    ``kinds`` are the transitions of the sequences, where they are not all the same.
    """
    if not lengths:
        return []
    kinds = kinds or [transition.kind] * len(lengths)
    shorter = [min(before, after) for before, after in pairwise(lengths)]
    most = [0, *(max(0, min(transition.frames, int(MAX_OVERLAP * length))) for length in shorter)]
    return [0 if kind == "cut" else frames for kind, frames in zip(kinds, most, strict=True)]


def join(sequences: Sequence[SceneSequence], transition: SceneTransition) -> Timeline:
    """Sequences one after the other, each coming in by ``transition``."""
    moved: list[SceneSequence] = []
    position = 0
    kinds = [one.comes_by or transition.kind for one in sequences]
    before = overlaps([one.frames for one in sequences], transition, kinds)
    mixing = [transition.kind in OVERLAYING or kind in OVERLAYING for kind in kinds]
    for n, (sequence, overlap, after) in enumerate(zip(sequences, before, [*before[1:], 0], strict=True)):
        position -= overlap
        late, early = overlap // 2 * mixing[n], (after - after // 2) * any(mixing[n + 1 : n + 2])
        if late or early:
            sequence = _with_texts_apart(sequence, late, early)
        coming = replace(transition, kind=kinds[n])
        moved.append(_with_transition(_moved(sequence, position), coming, overlap))
        position += sequence.frames
    return Timeline(
        scenes=tuple(scene for sequence in moved for scene in sequence.scenes),
        backdrop=together([sequence.backdrop for sequence in sequences]),
        keep_out=tuple(one for sequence in moved for one in sequence.keep_out),
        cues=tuple(cue for sequence in moved for cue in sequence.cues),
        hidden=tuple(cue for sequence in moved for cue in sequence.hidden),
        panels=tuple(panel for sequence in moved for panel in sequence.panels),
        audio=tuple(one for sequence in moved for one in sequence.audio),
        speech=tuple(one for sequence in moved for one in sequence.speech),
        static=tuple(one for sequence in moved for one in sequence.static),
        black=tuple(one for sequence in moved for one in sequence.black),
        notes=tuple(note for sequence in moved for note in sequence.notes),
        parts=tuple(FrameRange(start=one.scenes[0].start, end=one.scenes[-1].end) for one in moved),
    )


def join_content(
    sequences: Sequence[SceneSequence], end_card: SceneSequence | None, transition: SceneTransition
) -> tuple[Timeline, int]:
    """Sequences and the end card as a timeline, and the frame at which the content ends and the end card comes in."""
    timeline = join([*sequences, *([end_card] if end_card is not None else [])], transition)
    content = timeline.parts[len(sequences) - 1].end
    return timeline, content if end_card is None else min(content, timeline.parts[-1].start)


def _with_transition(sequence: SceneSequence, transition: SceneTransition, overlap: int) -> SceneSequence:
    if not overlap or transition.kind == "cut":
        return sequence
    coming = Transition(kind=transition.kind, frames=overlap, colour=transition.colour)
    first = sequence.scenes[0].model_copy(update={"transition": coming})
    return replace(sequence, scenes=(first, *sequence.scenes[1:]))


def _with_texts_apart(sequence: SceneSequence, late: int, early: int) -> SceneSequence:
    """The sequence with its texts coming ``late`` frames later and leaving ``early`` frames earlier.

    Texts of two scenes that mix would otherwise be seen over each other.
    """
    scenes = list(sequence.scenes)
    scenes[0] = _texts_moved(scenes[0], late, 0)
    scenes[-1] = _texts_moved(scenes[-1], 0, early)
    return replace(sequence, scenes=tuple(scenes))


def _texts_moved(scene: Scene, late: int, early: int) -> Scene:
    layers = tuple(_text_moved(layer, scene.frames, late, early) for layer in scene.layers)
    return scene.model_copy(update={"layers": layers})


def _text_moved(layer: Layer, scene_frames: int, late: int, early: int) -> Layer:
    """A text that is there when its scene begins or ends, shown for less of it. Others keep their time.

    Keyframes in the first half of its time move with its entrance, those in the second half with its exit.
    """
    if not isinstance(layer, TextLayer):
        return layer
    end = scene_frames if layer.frames is None else min(scene_frames, layer.start + layer.frames)
    late, early = late if layer.start == 0 else 0, early if end == scene_frames else 0
    frames = end - layer.start - late - early
    if (not late and not early) or frames < (end - layer.start) * MIN_TEXT_SHARE:
        return layer
    middle = (layer.start + end) / 2

    def track(keys: tuple[Keyframe, ...]) -> tuple[Keyframe, ...]:
        moved = [key.model_copy(update={"frame": key.frame + (late if key.frame < middle else -early)}) for key in keys]
        return tuple(moved) if len(keys) > 1 else keys

    transform = Transform(**{name: track(getattr(layer.transform, name)) for name in Transform.model_fields})
    return layer.model_copy(update={"start": layer.start + late, "frames": frames, "transform": transform})


def _moved(sequence: SceneSequence, offset: int) -> SceneSequence:
    return replace(
        sequence,
        scenes=tuple(scene.model_copy(update={"start": scene.start + offset}) for scene in sequence.scenes),
        keep_out=tuple(replace(one, start=one.start + offset, end=one.end + offset) for one in sequence.keep_out),
        cues=tuple(cue.moved(offset) for cue in sequence.cues),
        hidden=tuple(cue.moved(offset) for cue in sequence.hidden),
        panels=tuple(replace(one, start=one.start + offset, end=one.end + offset) for one in sequence.panels),
        audio=tuple(replace(one, start=one.start + offset) for one in sequence.audio),
        speech=_moved_ranges(sequence.speech, offset),
        static=_moved_ranges(sequence.static, offset),
        black=_moved_ranges(sequence.black, offset),
    )


def _moved_ranges(ranges: Sequence[FrameRange], offset: int) -> tuple[FrameRange, ...]:
    return tuple(FrameRange(start=one.start + offset, end=one.end + offset) for one in ranges)
