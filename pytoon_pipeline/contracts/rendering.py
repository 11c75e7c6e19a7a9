"""What rendering says of its results."""

from typing import Literal

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec


class SegmentResult(Record):
    """One rendered segment."""

    frames: int


EngineName = Literal["local", "remote", "fallback"]


class EngineAttempt(Record):
    """An engine that could not render, and why."""

    engine: EngineName
    code: str
    message: str
    seconds: float


class RenderedSegments(Record):
    """All segments of a video lie in the store. ``engine`` rendered them, after ``tried`` had failed.

    ``plain`` is the plan that the safe engine rendered in place of the one that was asked for.
    """

    segments: int
    engine: EngineName = "local"
    engine_attempts: tuple[EngineAttempt, ...] = ()
    fallback_spec: RenderSpec | None = None

    def rendered_spec(self, spec: RenderSpec) -> RenderSpec:
        """The plan that the segments show."""
        return self.fallback_spec or spec


class ThumbnailResult(Record):
    """Which frame of the video was chosen."""

    frame: int


class AudioResult(Record):
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
    video_seconds: float
    audio_seconds: float
    video_packets_sha256: str
    audio_packets_sha256: str


class FinishedVideo(Record):
    """A finished file: its pictures and its sound, and the frame of its thumbnail."""

    composite: CompositeResult
    audio: AudioResult
    thumbnail: int
