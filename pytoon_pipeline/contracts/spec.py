"""RenderSpec: the complete plan of one video. It names no engine; times are whole output frames or sound samples.

Positions are fractions of the source picture as displayed (rotated, square pixels).
"""

from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.timing import FrameRange, FrameRate


class CropKey(Record):
    """The 9:16 window at one frame of a clip: its centre, and the point towards which a zoom goes."""

    frame: int = Field(ge=0)
    x: float
    y: float
    focus_x: float
    focus_y: float


class Breathing(Record):
    """Zoom that swells to ``maximum`` and back along a sine, once every ``period`` frames of the video."""

    maximum: float = Field(ge=1)
    period: int = Field(gt=0)


class Camera(Record):
    """The window over one clip. ``width`` and ``height`` are its size at zoom 1; between keys it moves smoothly."""

    width: float
    height: float
    keys: tuple[CropKey, ...] = Field(min_length=1)
    breathing: Breathing | None = None


class Clip(Record):
    """A run of source pictures on the timeline.

    ``source_start`` counts output frames from the source's first picture.
    """

    start: int = Field(ge=0)
    frames: int = Field(gt=0)
    item: str
    source_start: int = Field(ge=0)
    camera: Camera


class Segment(Record):
    """A run of frames that is rendered on its own."""

    kind: Literal["body", "seam"] = "body"
    start: int = Field(ge=0)
    frames: int = Field(gt=0)


class CueWord(Record):
    text: str
    start: int
    end: int


class Cue(Record):
    """One caption on screen, its words lit one after the other."""

    start: int
    end: int
    words: tuple[CueWord, ...] = Field(min_length=1)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class CaptionPlan(Record):
    style: CaptionStyle
    cues: tuple[Cue, ...]


class SoundClip(Record):
    """A run of source sound. ``source_start`` counts samples from the source's first picture."""

    item: str
    source_start: int = Field(ge=0)
    samples: int = Field(gt=0)


class SoundPlan(Record):
    """The sound track: clips one after the other, each faded over ``fade`` samples at both ends.

    No clips means a silent track. ``loudness`` in LUFS, ``true_peak`` in dBTP, of the encoded file.
    """

    sample_rate: int = 48000
    samples: int = Field(ge=0)
    clips: tuple[SoundClip, ...]
    fade: int
    loudness: float
    true_peak: float


class Note(Record):
    """Something a person should know about the plan, such as a limit that shortened it."""

    code: str
    message: str


class RenderSpec(Record):
    """``still`` and ``dark`` ranges are frozen or black in the source itself, so not a fault of the video."""

    version: Literal[1] = 1
    width: int = 1080
    height: int = 1920
    rate: FrameRate
    frames: int = Field(gt=0)
    clips: tuple[Clip, ...] = Field(min_length=1)
    segments: tuple[Segment, ...] = Field(min_length=1)
    captions: CaptionPlan
    sound: SoundPlan
    still: tuple[FrameRange, ...] = ()
    dark: tuple[FrameRange, ...] = ()
    notes: tuple[Note, ...] = ()
