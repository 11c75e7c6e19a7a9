"""Whether a file is what a platform accepts: the facts of the file, and the limits that it violates."""

from typing import Literal

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.platforms import PlatformName
from pytoon_pipeline.contracts.quality import Severity

# Violations that are corrected without encoding the picture again.
Correction = Literal[
    "container", "index_last", "start_offset", "extra_streams", "private_metadata", "language_missing",
    "colour_untagged", "audio_codec", "sample_rate", "channels", "loudness", "true_peak",
]  # fmt: skip
ViolationCode = Literal[
    Correction,
    "video_codec", "pixel_format", "colour", "interlaced", "pixel_aspect", "rotation", "level", "frame_rate",
    "variable_frame_rate", "aspect", "frame_size", "open_gop", "video_bit_rate", "too_long", "too_short", "too_large",
    "desync", "title_too_long", "caption_too_long", "too_many_hashtags",
]  # fmt: skip


class FileFacts(Record):
    """What matters to platforms about a file. Sizes in pixels, times in seconds, bit rates in bits per second.

    ``colour`` are range, primaries, transfer and matrix as ITU-T H.273 numbers them; 2 (0 for the range) is
    unspecified. ``rotation`` in degrees. ``level`` is that of H.264 (4.0), none for other codecs. ``steps`` are the
    shortest and the longest time between two frames. ``language`` is that of the audio. ``private_metadata`` are names
    of tags with places and devices. ``loudness`` in LUFS and ``true_peak`` in dBTP are none without audio, and for
    silence.
    """

    container: str
    bytes: int
    seconds: float
    index_first: bool = True
    extra_streams: int = 0
    private_metadata: tuple[str, ...] = ()
    video_codec: str
    pixel_format: str
    level: float | None = None
    width: int
    height: int
    pixel_aspect: float = 1.0
    rotation: int = 0
    interlaced: bool = False
    colour: tuple[int, int, int, int]
    frame_rate: float
    steps: tuple[float, float]
    open_gop: bool = False
    video_bit_rate: float
    video_start: float = 0.0
    audio_codec: str | None = None
    sample_rate: int = 0
    channels: int = 0
    audio_start: float = 0.0
    language: str | None = None
    loudness: float | None = None
    true_peak: float | None = None

    @property
    def aspect(self) -> float:
        """Width over height as displayed."""
        width, height = self.width * self.pixel_aspect, float(self.height)
        return height / width if self.rotation % 180 else width / height


class PostTexts(Record):
    """What is posted with a video."""

    title: str = ""
    caption: str = ""
    hashtags: tuple[str, ...] = ()


class Violation(Record):
    """A limit that a file violates. Platforms refuse or damage files with a *gate*; *advice* harms less.

    ``correctable``: without encoding the picture again.
    """

    code: ViolationCode
    severity: Severity
    value: str
    limit: str
    source: str
    message: str
    correctable: bool = False


class ConformanceResult(Record):
    """What ``pytoon qc --platform`` answers. ``conforms``: no gate is violated. ``corrected`` are violations that the
    file no longer has.
    """

    platform: PlatformName
    file: str
    conforms: bool
    violations: tuple[Violation, ...]
    facts: FileFacts
    corrected: tuple[ViolationCode, ...] = ()
