"""What a source file is."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from pytoon_pipeline.contracts.access import DEFAULT_TENANT, Tenant
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.time import FrameRate

Dynamic = Literal["sdr", "hlg", "pq"]


class VideoStream(Record):
    """The video stream that is used: the first that is not an attached picture.

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
    """The audio stream that is used: the default one, else the first."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    start: float = 0.0
    language: str = ""


class StillPicture(Record):
    """A still image. ``width`` and ``height`` are those of its upright sRGB copy; ``original`` describes the file."""

    width: int
    height: int
    transparent: bool
    original: str


class StreamLength(Record):
    """The length of one stream: as the headers and the index declare it, and as it was read.

    ``declared_seconds`` and ``declared_frames`` are none where nothing is declared. ``gap_seconds`` are missing between
    the ``packets`` that were read; they are counted in damaged files only.
    """

    declared_seconds: float | None = None
    declared_frames: int | None = None
    read_seconds: float = 0.0
    packets: int = 0
    gap_seconds: float = 0.0


class MediaInfo(Record):
    """Result of probing one file. ``seconds`` comes from its headers and may be wrong in a damaged file.

    ``truncated``: the file ends before the parts that its headers declare.
    """

    container: str
    seconds: float
    video: VideoStream | None
    audio: AudioStream | None
    still: StillPicture | None = None
    streams: dict[str, int]
    video_length: StreamLength | None = None
    audio_length: StreamLength | None = None
    truncated: bool = False

    @property
    def display_size(self) -> tuple[float, float]:
        """Width and height of the picture in square pixels, upright; 0 × 0 for audio alone."""
        if self.still is not None:
            return self.still.width, self.still.height
        return self.video.display_size if self.video is not None else (0.0, 0.0)


class Loss(Record):
    """A part of a source that its file declares and that is missing or cannot be decoded.

    ``declared_seconds`` and ``lost_seconds`` are none where the full length is unknown.
    """

    name: str
    track: Literal["picture", "sound"]
    declared_seconds: float | None
    decoded_seconds: float
    lost_seconds: float | None

    @property
    def message(self) -> str:
        part = f"The audio of “{self.name}”" if self.track == "sound" else f"“{self.name}”"
        if self.declared_seconds is None:
            return f"{part} is cut off after {self.decoded_seconds:.1f} s; how much is missing is unknown."
        return (
            f"{part} should be {self.declared_seconds:.1f} s long, but only {self.decoded_seconds:.1f} s can be read."
        )


Role = Literal["media", "subtitles", "transcript", "edits", "background", "music", "voice", "logo", "font"]
# Files that are neither pictures nor clips nor audio; they are not probed.
NO_MEDIA: tuple[Role, ...] = ("subtitles", "transcript", "edits", "font")
# Files in which somebody may speak.
SPEAKING: tuple[Role, ...] = ("media", "voice")
# Files beside a clip or a voice-over, which belong to it.
BESIDE: tuple[Role, ...] = ("subtitles", "transcript")
Origin = Literal["uploaded", "generated", "brand"]


def named_origin(value: Any) -> Any:
    """The origin for what earlier versions recorded: the path of an uploaded file, and the name of a brand's."""
    if not isinstance(value, str) or value in get_args(Origin):
        return value
    return "brand" if value.startswith("brand: ") else "uploaded"


class SourceItem(Record):
    """One file of an upload in the store: its role, and where it came from.

    A file is *uploaded* by a person, whether it was in a folder or named on the command line; *generated* by Pytoon; or
    one of the *brand*'s. ``path`` is where it was found; only the catalog of this machine knows it. *subtitles* and a
    *transcript* belong to the item before them; *edits* are what people changed in the transcripts of all items.
    """

    name: str
    sha256: str
    bytes: int
    origin: Annotated[Origin, BeforeValidator(named_origin)] = "uploaded"
    role: Role = "media"
    path: str = ""

    @model_validator(mode="before")
    @classmethod
    def _with_path(cls, values: Any) -> Any:
        """Earlier versions recorded the path as the origin."""
        origin = values.get("origin", "") if isinstance(values, dict) else ""
        recorded = isinstance(origin, str) and named_origin(origin) == "uploaded" != origin
        return {"path": origin, **values} if recorded else values

    @property
    def stored(self) -> StoredFile:
        """The file in the store."""
        return StoredFile(sha256=self.sha256, bytes=self.bytes)


class SourceMedia(Record):
    """An upload in the store: its key, its files in request order and the request as written.

    ``overrides`` are fields of the request that have other values in one run. ``tenant`` owns it.
    """

    key: str
    tenant: Tenant = DEFAULT_TENANT
    title: str
    items: tuple[SourceItem, ...]
    request: dict[str, object]
    overrides: dict[str, object] = Field(default_factory=dict)

    @property
    def asked(self) -> dict[str, object]:
        """The request in effect."""
        return self.request | self.overrides

    @property
    def public_items(self) -> tuple[SourceItem, ...]:
        """The items as others may see them: without the paths of this machine."""
        return tuple(item.model_copy(update={"path": ""}) for item in self.items)

    def subtitles(self) -> dict[str, SourceItem]:
        """Subtitle files by the SHA-256 of the item that they belong to."""
        return self._beside("subtitles")

    def transcripts(self) -> dict[str, SourceItem]:
        """Transcript files by the SHA-256 of the item that they belong to."""
        return self._beside("transcript")

    @property
    def edits(self) -> SourceItem | None:
        """The file with the edits of all transcripts."""
        return next((item for item in self.items if item.role == "edits"), None)

    def _beside(self, role: Role) -> dict[str, SourceItem]:
        found, owner = {}, ""
        for item in self.items:
            if item.role == role:
                found[owner] = item
            elif item.role not in BESIDE:
                owner = item.sha256
        return found


class Metadata(Record):
    """Probed facts of one file. ``audio_seconds`` is the length of its 16 kHz extract, 0 when there is none.

    ``audio_lost`` counts seconds of audio that could not be decoded. ``loudness`` is integrated, in LUFS; none without
    audio. ``beats`` are times in seconds, of music that has a steady beat.
    """

    info: MediaInfo
    audio_seconds: float
    audio_lost: float = 0.0
    loudness: float | None = None
    beats: tuple[float, ...] = ()
