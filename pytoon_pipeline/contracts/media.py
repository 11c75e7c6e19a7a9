"""What a source file is."""

from itertools import pairwise
from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.time import FrameRate

Dynamic = Literal["sdr", "hlg", "pq"]


class VideoStream(Record):
    """The picture stream that is used: the first that is not an attached picture.

    ``width`` and ``height`` are coded pixels, before rotation; ``rotation`` is in degrees clockwise;
    ``sample_aspect`` is pixel width over pixel height; ``start`` is the first presentation time in seconds.
    """

    index: int
    codec: str
    width: int
    height: int
    pixel_format: str
    rotation: Literal[0, 90, 180, 270] = 0
    sample_aspect: float = Field(gt=0, default=1.0)
    average_rate: FrameRate | None = None
    variable_rate: bool = False
    start: float = 0.0
    matrix: Literal["bt601", "bt709", "bt2020"] = "bt709"
    matrix_assumed: bool = False
    full_range: bool = False
    dynamic: Dynamic = "sdr"

    @property
    def display_size(self) -> tuple[float, float]:
        """Width and height in square pixels after rotation."""
        width, height = self.width * self.sample_aspect, float(self.height)
        return (height, width) if self.rotation in (90, 270) else (width, height)


class AudioStream(Record):
    """The sound stream that is used: the default one, else the first."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    start: float = 0.0
    language: str = ""


class StillPicture(Record):
    """A picture file. ``width`` and ``height`` are those of its upright copy in sRGB; ``original`` says what it was."""

    width: int
    height: int
    transparent: bool
    original: str


class Promise(Record):
    """What headers and index of a file say of one stream, and what came of it; lengths in seconds.

    ``seconds`` and ``frames`` are promised, none where nothing is said. ``read_seconds`` and ``packets`` were read;
    ``gap_seconds`` are missing between them, told only of files that are damaged.
    """

    seconds: float | None = None
    frames: int | None = None
    read_seconds: float = 0.0
    packets: int = 0
    gap_seconds: float = 0.0


class MediaInfo(Record):
    """Result of probing one file. ``seconds`` comes from its headers and may be wrong in a damaged file.

    ``broken_off``: the file ends before the parts that its headers announce.
    """

    container: str
    seconds: float
    video: VideoStream | None
    audio: AudioStream | None
    still: StillPicture | None = None
    streams: dict[str, int]
    picture_promise: Promise | None = None
    audio_promise: Promise | None = None
    broken_off: bool = False

    @property
    def display_size(self) -> tuple[float, float]:
        """Width and height of the picture in square pixels, upright; 0 × 0 for sound alone."""
        if self.still is not None:
            return self.still.width, self.still.height
        return self.video.display_size if self.video is not None else (0.0, 0.0)


class Loss(Record):
    """A part of a source that was promised and is missing or cannot be decoded.

    ``promised`` and ``lost`` are none where nobody knows how long the whole was.
    """

    name: str
    track: Literal["picture", "sound"]
    promised: float | None
    came: float
    lost: float | None

    @property
    def message(self) -> str:
        what = f"the sound of “{self.name}”" if self.track == "sound" else f"“{self.name}”"
        if self.promised is None:
            return f"{what[0].upper()}{what[1:]} breaks off after {self.came:.1f} s; how much is missing is not known."
        return f"{what[0].upper()}{what[1:]} promised {self.promised:.1f} s, {self.came:.1f} s came."


Role = Literal["media", "subtitles", "background", "music", "voice", "logo", "font"]
# What is no picture, clip or sound: nobody probes it.
NO_MEDIA: tuple[Role, ...] = ("subtitles", "font")


class SourceItem(Record):
    """One file of an upload, as kept in the store, what it is for, and where it came from.

    *subtitles* belong to the item before them.
    """

    name: str
    sha256: str
    bytes: int
    origin: str
    role: Role = "media"

    @property
    def stored(self) -> StoredFile:
        """The file in the store."""
        return StoredFile(sha256=self.sha256, bytes=self.bytes)


class SourceMedia(Record):
    """An upload in the store: its key, its files in request order and the request as written.

    ``overrides`` are fields of the request that one run was given other values for.
    """

    key: str
    title: str
    items: tuple[SourceItem, ...]
    request: dict[str, object]
    overrides: dict[str, object] = Field(default_factory=dict)

    @property
    def asked(self) -> dict[str, object]:
        """The request that counts."""
        return self.request | self.overrides

    def subtitles(self) -> dict[str, SourceItem]:
        """Subtitle files by the SHA-256 of the item that they belong to."""
        return {item.sha256: after for item, after in pairwise(self.items) if after.role == "subtitles"}


class Metadata(Record):
    """Probed facts of one file. ``audio_seconds`` is the length of its 16 kHz extract, 0 when there is none.

    ``audio_lost`` counts seconds of sound that could not be decoded. ``loudness`` is that of its sound in LUFS, none
    without sound.
    """

    info: MediaInfo
    audio_seconds: float
    audio_lost: float = 0.0
    loudness: float | None = None
