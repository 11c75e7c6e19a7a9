"""The formats of rendered videos: their sizes in pixels, their audio sample rate, and the loudness that is silence."""

from dataclasses import dataclass
from typing import Literal

from pytoon_pipeline.contracts.geometry import Rect

# How the picture of a video is coded.
VideoCodec = Literal["h264", "hevc", "vp9", "av1"]
DEFAULT_CODEC: VideoCodec = "h264"
# The aspect ratio of a video, width to height.
Aspect = Literal["9:16", "4:5", "1:1", "16:9"]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of a video's frame in pixels."""

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


# The short side is the same in all, so that sizes of type mean the same.
CANVASES: dict[Aspect, Canvas] = {
    "9:16": Canvas(1080, 1920),
    "4:5": Canvas(1080, 1350),
    "1:1": Canvas(1080, 1080),
    "16:9": Canvas(1920, 1080),
}
DEFAULT_ASPECT: Aspect = "9:16"
WIDTH, HEIGHT = CANVASES[DEFAULT_ASPECT].width, CANVASES[DEFAULT_ASPECT].height
SAMPLE_RATE = 48_000
# Integrated loudness at or below this is silence. ITU-R BS.1770 gates at -70 LUFS; encoders leave some noise above it.
SILENT_LUFS = -60.0


def aspect_names(value: object) -> object:
    """Aspect ratios as people write them: a list, or a text such as ``1:1, 16x9``. Raises ``ValueError`` for others."""
    entries = value.split(",") if isinstance(value, str) else value
    if not isinstance(entries, list | tuple):
        entries = [entries]
    names = [_aspect_name(one) for one in entries]
    for name in names:
        if not isinstance(name, str) or name not in CANVASES:
            raise ValueError(f"“{name[:40]}” is no aspect ratio of a video", f"Choose from: {', '.join(CANVASES)}.")
    return names


def _aspect_name(entry: object) -> str:
    if isinstance(entry, int):
        # YAML 1.1 reads 16:9 as the number 16 × 60 + 9.
        return f"{entry // 60}:{entry % 60}"
    return str(entry).strip().lower().replace("x", ":")
