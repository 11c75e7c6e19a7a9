"""Results of rendering."""

from typing import Literal

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec


class SegmentResult(Record):
    """One rendered segment and its number of frames."""

    frames: int


EngineName = Literal["local", "remote", "fallback"]
# Which engines a request allows; engines/policy.py has the order in which they are tried.
EnginePolicy = Literal["local_only", "local_preferred", "api_only"]


class EngineAttempt(Record):
    """An engine that failed to render, and the error it raised."""

    engine: EngineName
    code: str
    message: str
    seconds: float


class RenderedSegments(Record):
    """All segments of a video are in the store. ``engine`` rendered them after those in ``engine_attempts`` failed.

    ``fingerprints`` are those of the segments, in order. ``fallback_spec`` is the plan that the fallback engine
    rendered instead of the requested one.
    """

    segments: int
    fingerprints: tuple[str, ...] = ()
    engine: EngineName = "local"
    engine_attempts: tuple[EngineAttempt, ...] = ()
    fallback_spec: RenderSpec | None = None

    def rendered_spec(self, spec: RenderSpec) -> RenderSpec:
        """The plan that was rendered: the fallback plan if there is one, else ``spec``."""
        return self.fallback_spec or spec


class ThumbnailResult(Record):
    """The frame of the video that is the thumbnail."""

    frame: int


class AudioResult(Record):
    """Loudness (LUFS) and true peak (dBTP) measured on the encoded audio, and the gain and ceiling used (dB)."""

    loudness: float
    true_peak: float
    gain_db: float
    ceiling_db: float
    silent: bool


class ExtraFile(Record):
    """A file that was made of a finished video, such as a GIF of a part of it."""

    bytes: int


class CompositeResult(Record):
    """The concatenated video: frames, audio samples, both durations, and SHA-256 over the packets of each stream."""

    frames: int
    samples: int
    video_seconds: float
    audio_seconds: float
    video_packets_sha256: str
    audio_packets_sha256: str


class FinishedVideo(Record):
    """A finished file: its video and audio, and the frame of its thumbnail."""

    composite: CompositeResult
    audio: AudioResult
    thumbnail: int
