"""RenderSpec: the complete plan of one video. It names no engine; times are whole output frames or sound samples."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.colour import Lut
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.media import Loss
from pytoon_pipeline.contracts.output_format import (
    DEFAULT_CODEC,
    DEFAULT_RESOLUTION,
    HEIGHT,
    SAMPLE_RATE,
    WIDTH,
    Canvas,
    Resolution,
    VideoCodec,
)
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.contracts.transitions import TransitionKind


class Transition(Record):
    """How a scene comes in over the one before: both are seen, or on their way, for ``frames`` frames.

    ``colour`` is what some transitions show between the two.
    """

    kind: TransitionKind
    frames: int = Field(gt=0)
    colour: Colour = "#000000"


class Scene(Record):
    """A stack of layers, back to front, for some time. With a transition its first frames overlap the scene before.

    The lowest ``background_layers`` stay in place in a transition between scenes that both have some, while the others
    move.
    """

    start: int = Field(ge=0)
    frames: int = Field(gt=0)
    background: Colour = "#000000"
    layers: tuple[Layer, ...]
    background_layers: int = Field(default=0, ge=0)
    transition: Transition | None = None

    @property
    def end(self) -> int:
        return self.start + self.frames


class Segment(Record):
    """A run of frames that is rendered on its own: a *body*, or a *seam*, the overlap of a transition."""

    kind: Literal["body", "seam"] = "body"
    start: int = Field(ge=0)
    frames: int = Field(gt=0)


class CueWord(Record):
    """A spoken word and the frames ``[start, end)`` in which it is heard. ``emphasis`` marks a key word."""

    text: str
    start: int
    end: int
    emphasis: bool = False


class WordPlace(Record):
    """Where words of a caption are drawn: usually one, and more where they cannot be separated.

    ``first`` and ``last`` are indices of the words. ``text`` is what is drawn, at ``size``; ``x`` is the left edge of
    its advance, ``width`` the advance, ``baseline`` that of its line ``line``. In pixels.
    """

    first: int = Field(ge=0)
    last: int = Field(ge=0)
    text: str
    line: int = Field(ge=0)
    x: float
    baseline: float
    width: float
    size: float = Field(gt=0)


class Cue(Record):
    """One caption on screen, its words lit one after the other. ``places`` say where its words are drawn."""

    start: int
    end: int
    words: tuple[CueWord, ...] = Field(min_length=1)
    places: tuple[WordPlace, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def moved(self, frames: int) -> "Cue":
        """The caption ``frames`` later."""
        words = tuple(
            one.model_copy(update={"start": one.start + frames, "end": one.end + frames}) for one in self.words
        )
        return self.model_copy(update={"start": self.start + frames, "end": self.end + frames, "words": words})

    def until(self, end: int) -> "Cue":
        """The caption as it leaves at frame ``end``, if it has not left before."""
        return self if self.end <= end else self.model_copy(update={"end": end})


class SubtitleTrack(Record):
    """What is said, in another ``language`` (ISO 639-1), for subtitle files beside the video."""

    language: str = Field(pattern="^[a-z]{2}$")
    cues: tuple[Cue, ...]


class CaptionPlan(Record):
    """Captions of speech. ``hidden`` are not drawn, because they are switched off or no font has their letters; like
    ``cues`` they go into the subtitle files. ``language`` is that of a translation (ISO 639-2), none of captions in the
    language that is spoken. ``tracks`` are further subtitle files.
    """

    style: CaptionStyle
    cues: tuple[Cue, ...]
    hidden: tuple[Cue, ...] = ()
    language: str | None = Field(default=None, pattern="^[a-z]{3}$")
    tracks: tuple[SubtitleTrack, ...] = ()


class AudioClip(Record):
    """A run of an item's sound. ``start`` counts samples of the video, ``source_start`` those of the source.

    A source with pictures is counted from its first picture. Fades are equal in power, so that overlapping parts keep
    their level.
    """

    item: str
    start: int = Field(ge=0)
    source_start: int = Field(ge=0)
    samples: int = Field(gt=0)
    fade_in: int = Field(default=0, ge=0)
    fade_out: int = Field(default=0, ge=0)


class GainKeyframe(Record):
    """Gain in dB at a sample of the video; between keys it runs in a straight line of dB."""

    sample: int = Field(ge=0)
    db: float


# How strongly noise is taken out of speech.
Strength = Literal["voice", "strong"]


class AudioTrack(Record):
    """Parts that are summed, one gain in dB for all of them, gain that changes over time, such as ducking, and a fade
    over the last ``fade_out`` samples of the video. ``enhance`` cleans up speech before all that.
    """

    role: Literal["original", "voice", "music"]
    clips: tuple[AudioClip, ...]
    gain_db: float = 0
    enhance: Strength | None = None
    envelope: tuple[GainKeyframe, ...] = ()
    fade_out: int = Field(default=0, ge=0)


SoundKind = Literal["whoosh", "pop", "click", "riser", "hit", "ding"]


class SoundEffect(Record):
    """A synthesised sound at samples ``[start, start + samples)`` of the video, with its peak at ``gain_db``."""

    kind: SoundKind
    start: int = Field(ge=0)
    samples: int = Field(gt=0)
    gain_db: float
    seed: int = Field(default=0, ge=0)


class AudioMix(Record):
    """The sound of the video: the sum of its tracks and effects; none means silence.

    ``loudness`` in LUFS and ``true_peak`` in dBTP are those of the encoded file.
    """

    sample_rate: int = SAMPLE_RATE
    samples: int = Field(ge=0)
    tracks: tuple[AudioTrack, ...] = ()
    effects: tuple[SoundEffect, ...] = ()
    loudness: float
    true_peak: float


class Note(Record):
    """Something a person should know about the plan, such as a limit that shortened it."""

    code: str
    message: str


class Constraints(Record):
    """What the plan was held to: the platform, where text may be, and the length.

    ``upper_area`` is above the buttons of the app, where text may be wider than in ``safe_area``.
    """

    platform: str = "any"
    safe_area: Rect[int] = Rect(0, 0, WIDTH, HEIGHT)
    upper_area: Rect[int] | None = None
    max_frames: int = Field(default=1800, gt=0)

    def excess(self, area: Rect[float]) -> float:
        """The pixels by which a text that covers ``area`` stands outside of where text may be; 0 or less inside."""
        allowed = (self.safe_area, self.upper_area or self.safe_area)
        return min(
            max(free.left - area.left, area.right - free.right, free.top - area.top, area.bottom - free.bottom)
            for free in allowed
        )


class BrandUse(Record):
    """Which brand the plan follows, and whether it was held to the brand's rules."""

    name: str
    brand_safe: bool


class RenderSpec(Record):
    """Scenes one after the other, overlays over all of them, captions and sound.

    ``width``, ``height`` and all lengths are in pixels of 1080p, which the renderer scales to the ``resolution``: one
    plan serves all sizes of an aspect ratio. ``max_bit_rate`` is the most bits per second that pictures may have. The
    length is the sum of the scenes less their overlaps. ``overlays``
    count frames of the video. ``still`` and ``dark`` ranges are motionless or black as planned, so not a fault of the
    video. ``losses`` are parts of its sources that were promised and did not come. ``language`` is that of the audio
    (ISO 639-2), ``und`` when it is unknown.
    ``lut`` changes the colours of layers whose correction says so. ``thumbnail_title`` stands on the thumbnail instead
    of all other texts.
    """

    version: Literal[4] = 4
    archetype: Archetype = "footage"
    width: int = WIDTH
    height: int = HEIGHT
    resolution: Resolution = DEFAULT_RESOLUTION
    rate: FrameRate
    codec: VideoCodec = DEFAULT_CODEC
    max_bit_rate: int | None = Field(default=None, gt=0)
    frames: int = Field(gt=0)
    scenes: tuple[Scene, ...] = Field(min_length=1)
    overlays: tuple[Layer, ...] = ()
    thumbnail_title: TextLayer | None = None
    segments: tuple[Segment, ...] = Field(min_length=1)
    lut: Lut | None = None
    captions: CaptionPlan
    audio: AudioMix
    language: str = Field(default="und", pattern="^[a-z]{3}$")
    constraints: Constraints = Constraints()
    brand: BrandUse | None = None
    static_ranges: tuple[FrameRange, ...] = ()
    black_ranges: tuple[FrameRange, ...] = ()
    remedies: tuple[str, ...] = ()
    fallback: bool = False
    notes: tuple[Note, ...] = ()
    losses: tuple[Loss, ...] = ()

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height of the video in its own pixels."""
        return Canvas(self.width, self.height).at(self.resolution)

    def layers(self) -> Iterator[tuple[int, int, Layer]]:
        """All layers that are not inside a group, with the frames ``[first, last)`` of the video that show them."""
        for scene in self.scenes:
            for layer in scene.layers:
                yield scene.start + layer.start, _end(layer, scene.start, scene.end), layer
        for layer in self.overlays:
            yield layer.start, _end(layer, 0, self.frames), layer

    def texts(self) -> list[tuple[int, int, TextLayer]]:
        """Text layers with the frames that show them, in order of time."""
        found = [(a, b, layer) for a, b, layer in self.layers() if isinstance(layer, TextLayer)]
        return sorted(found, key=lambda one: (one[0], one[1]))


def _end(layer: Layer, offset: int, end: int) -> int:
    return end if layer.frames is None else min(end, offset + layer.start + layer.frames)
