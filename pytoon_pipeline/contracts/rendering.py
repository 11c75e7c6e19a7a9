"""What rendering says of its results."""

from typing import Literal

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec


class SegmentResult(Record):
    """One rendered segment."""

    frames: int


EngineName = Literal["local", "remote", "safe"]


class EngineTry(Record):
    """An engine that could not render, and why."""

    engine: EngineName
    code: str
    message: str
    seconds: float


class SegmentsReady(Record):
    """All segments of a video lie in the store. ``engine`` rendered them, after ``tried`` had failed.

    ``plain`` is the plan that the safe engine rendered in place of the one that was asked for.
    """

    segments: int
    engine: EngineName = "local"
    tried: tuple[EngineTry, ...] = ()
    plain: RenderSpec | None = None

    def shown(self, spec: RenderSpec) -> RenderSpec:
        """The plan that the segments show."""
        return self.plain or spec


class ThumbnailResult(Record):
    """Which frame of the video was chosen."""

    frame: int


class SoundResult(Record):
    """What was measured on the encoded sound (LUFS, dBTP), and the gain and ceiling (dB) that brought it there."""

    loudness: float
    true_peak: float
    gain_db: float
    ceiling_db: float
    silent: bool


class CompositeResult(Record):
    """What was joined: pictures, sound samples, their lengths in seconds, and SHA-256 of the packets of both."""

    frames: int
    samples: int
    picture_seconds: float
    sound_seconds: float
    picture_packets: str
    sound_packets: str


class Finished(Record):
    """A finished file: its pictures and its sound, and the frame of its thumbnail."""

    joined: CompositeResult
    sound: SoundResult
    thumbnail: int
