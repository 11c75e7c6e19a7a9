"""The formats of rendered videos: their sizes in pixels, their audio sample rate, and the loudness that is silence."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.geometry import Rect

# How the picture of a video is coded.
VideoCodec = Literal["h264", "hevc", "vp9", "av1"]
DEFAULT_CODEC: VideoCodec = "h264"
# The aspect ratio of a video, width to height.
Aspect = Literal["9:16", "4:5", "1:1", "16:9"]
# The short side of the frame, and its name.
Resolution = Literal["720p", "1080p", "1440p", "4k"]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of a video's frame in pixels of its plan."""

    width: int
    height: int

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    @property
    def area(self) -> Rect[int]:
        """The whole frame."""
        return Rect(0, 0, self.width, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return self.width / 2, self.height / 2

    def at(self, resolution: Resolution) -> tuple[int, int]:
        """Width and height in pixels of the video."""
        scale = pixel_scale(resolution)
        return round(self.width * scale), round(self.height * scale)


# What plans count in: their pixels are those of 1080p, and the renderer scales them to the resolution. The short side
# is the same in all, so that sizes of type mean the same.
CANVASES: dict[Aspect, Canvas] = {
    "9:16": Canvas(1080, 1920),
    "4:5": Canvas(1080, 1350),
    "1:1": Canvas(1080, 1080),
    "16:9": Canvas(1920, 1080),
}
SHORT_SIDES: dict[Resolution, int] = {"720p": 720, "1080p": 1080, "1440p": 1440, "4k": 2160}
DEFAULT_RESOLUTION: Resolution = "1080p"
DEFAULT_ASPECT: Aspect = "9:16"
WIDTH, HEIGHT = CANVASES[DEFAULT_ASPECT].width, CANVASES[DEFAULT_ASPECT].height
SAMPLE_RATE = 48_000
# Integrated loudness at or below this is silence. ITU-R BS.1770 gates at -70 LUFS; encoders leave some noise above it.
SILENT_LUFS = -60.0


class Output(Record):
    """One version of the video. Without ``resolution`` or ``codec``, it has those of the request."""

    aspect: Aspect = DEFAULT_ASPECT
    resolution: Resolution | None = None
    codec: VideoCodec | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.aspect, self.resolution, self.codec)))


def pixel_scale(resolution: Resolution) -> float:
    """Pixels of the video per pixel of its plan."""
    return SHORT_SIDES[resolution] / SHORT_SIDES[DEFAULT_RESOLUTION]


def listed_outputs(value: object) -> object:
    """Outputs as people write them: a list, or a text such as ``1:1, 16x9 4k hevc``."""
    entries = value.split(",") if isinstance(value, str) else value
    return entries if isinstance(entries, list | tuple) else [entries]


def read_output(value: object) -> object:
    """An output as people write it: its aspect ratio, resolution and codec in any order, such as ``16:9 4k hevc``.

    Raises ``ValueError`` for words that are none of them.
    """
    if isinstance(value, Output | dict):
        return value
    # YAML 1.1 reads 16:9 as the number 16 × 60 + 9.
    text = f"{value // 60}:{value % 60}" if isinstance(value, int) else str(value)
    found: dict[str, Any] = {}
    for word in text.lower().split():
        field, name = _field(word)
        if field in found:
            raise ValueError(f"“{text.strip()[:40]}” names two values for {field}", "Write one output for each.")
        found[field] = name
    return found


# How to ask for files that are no videos, by the kinds that people write as an output.
BESIDE = {"gif": "teaser: 6 (seconds of the video)", "m4a": "audio_files: m4a", "mp3": "audio_files: mp3"}


def _field(word: str) -> tuple[str, str]:
    """The field of an output that ``word`` is a value of, and that value."""
    known = {"aspect": tuple(CANVASES), "resolution": get_args(Resolution), "codec": get_args(VideoCodec)}
    for field, names in known.items():
        name = word.replace("x", ":") if field == "aspect" else word
        if name in names:
            return field, name
    if word in BESIDE:
        raise ValueError(f"a file of the kind “{word}” stands beside the video", f"Write: {BESIDE[word]}")
    hint = "; ".join(", ".join(names) for names in known.values())
    raise ValueError(f"“{word[:40]}” is no aspect ratio, resolution or codec of a video", f"Choose from: {hint}.")
