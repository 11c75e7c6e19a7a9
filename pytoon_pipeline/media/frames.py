"""Decoded frames as 8-bit planes in BT.709 limited range, upright. Only the part that is needed is converted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.media.colour_conversion import BT709, Coding, Planes, convert
from pytoon_pipeline.media.dynamic_range import to_standard_range

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Plane = NDArray[np.uint8]

# Pixel formats whose planes are read as they are. Others are converted as a whole.
PLANAR = frozenset(
    {f"yuv{j}{kind}p" for j in ("", "j") for kind in (420, 422, 444)}
    | {f"yuv{kind}p{bits}le" for kind in (420, 422, 444) for bits in (9, 10, 12)}
)


@dataclass(frozen=True)
class YuvFrame:
    """Planes Y, U and V. U and V have the size of Y, or half of it, rounded up, in one direction or in both."""

    y: Plane
    u: Plane
    v: Plane

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of Y."""
        return self.y.shape[1], self.y.shape[0]

    @property
    def subsampling(self) -> tuple[int, int]:
        """Columns and rows of Y for each of U and V."""
        rows, columns = self.y.shape
        return 1 if self.u.shape[1] == columns else 2, 1 if self.u.shape[0] == rows else 2


@dataclass(frozen=True)
class FramePart:
    """The planes of a frame from column ``left`` and row ``top`` on, averaged over ``across`` × ``down`` pixels."""

    planes: YuvFrame
    left: int
    top: int
    across: int = 1
    down: int = 1


class SourceFrame:
    """A decoded frame, upright. Its planes are converted where they are needed, and the last part is kept."""

    def __init__(self, frame: "VideoFrame", video: VideoStream) -> None:
        self._video = video
        self._coding, self._planes = _planes(frame, video)
        self._last: tuple[object, FramePart] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels of Y."""
        rows, columns = self._planes[0].shape
        return (rows, columns) if self._video.rotation in (90, 270) else (columns, rows)

    def part(self, area: Rect[int], across: int = 1, down: int = 1) -> FramePart:
        """The planes of at least ``area``, each ``across`` × ``down`` pixels averaged into one."""
        wanted = (area, across, down)
        if self._last is None or self._last[0] != wanted:
            self._last = wanted, self._convert(area, across, down)
        return self._last[1]

    def whole(self) -> YuvFrame:
        """The planes of the whole frame, with even sides."""
        return self.part(Rect(0, 0, *self.size)).planes

    def _convert(self, area: Rect[int], across: int, down: int) -> FramePart:
        turn, (columns, rows) = self._video.rotation, self.size
        coded = _turned(area, turn, columns, rows)
        if turn in (90, 270):
            columns, rows, across, down = rows, columns, down, across
        # Blocks of pixels, two for each of chroma, begin at multiples of their size in every part of the frame.
        wide, high = 2 * across, 2 * down
        covered = Rect(
            coded.left // wide * wide,
            coded.top // high * high,
            -(-coded.right // wide) * wide,
            -(-coded.bottom // high) * high,
        )
        y, u, v = (reduced(self._cut(plane, covered), across, down) for plane in self._planes)
        planes = y, u, v
        if self._video.dynamic != "sdr":
            planes = to_standard_range(planes, self._coding, self._video.dynamic)
        elif self._coding != BT709:
            planes = convert(planes, self._coding)
        frame = YuvFrame(*(_rotated(np.asarray(plane, np.uint8), turn) for plane in planes))
        upright = _turned(covered, -turn % 360, columns, rows)
        if turn in (90, 270):
            across, down = down, across
        return FramePart(frame, upright.left, upright.top, across, down)

    def _cut(self, plane: NDArray[Any], area: Rect[int]) -> NDArray[Any]:
        """The part of a plane that covers ``area``, in coded pixels of Y. Beyond the plane its edge is repeated."""
        import cv2

        x, y = (1 if a == b else 2 for a, b in zip(plane.shape[::-1], self._planes[0].shape[::-1], strict=True))
        right, bottom = area.right // x, area.bottom // y
        cut: Any = plane[area.top // y : bottom, area.left // x : right]
        beyond, below = max(0, right - plane.shape[1]), max(0, bottom - plane.shape[0])
        if beyond or below:
            cut = cv2.copyMakeBorder(cut, 0, below, 0, beyond, cv2.BORDER_REPLICATE)
        return np.asarray(cut, plane.dtype)


def _planes(frame: "VideoFrame", video: VideoStream) -> tuple[Coding, Planes]:
    """The planes Y, U and V of a frame as coded, and what their values mean."""
    frame, coding = _planar(frame, video)
    sizes = frame.format.components
    y, u, v = (
        rows(plane).view(np.uint8 if coding.bits == 8 else np.uint16)[:, : size.width]
        for plane, size in zip(frame.planes[:3], sizes, strict=False)
    )
    return coding, (y, u, v)


def _planar(frame: "VideoFrame", video: VideoStream) -> tuple["VideoFrame", Coding]:
    """A frame in one of ``PLANAR``, and what its values mean."""
    from av.video.reformatter import ColorRange, Colorspace
    from av.video.reformatter import Interpolation as How

    hdr = video.dynamic != "sdr"
    matrix = "bt2020" if hdr else video.matrix
    if frame.format.name in PLANAR:
        return frame, Coding(matrix, video.full_range, frame.format.components[0].bits)
    target = Coding("bt2020", full_range=False, bits=10) if hdr else BT709
    spaces = {"bt601": Colorspace.ITU601, "bt709": Colorspace.ITU709, "bt2020": Colorspace.BT2020}
    rgb = frame.format.is_rgb
    converted = frame.reformat(
        format="yuv444p10le" if hdr else "yuv420p",
        src_colorspace=spaces[target.matrix if rgb else matrix],
        dst_colorspace=spaces[target.matrix],
        src_color_range=ColorRange.JPEG if rgb or video.full_range else ColorRange.MPEG,
        dst_color_range=ColorRange.MPEG,
        # Without full chroma and accurate rounding a grey comes out one or two levels off and tinted.
        interpolation=How.BICUBIC | How.ACCURATE_RND | How.FULL_CHR_H_INT | How.FULL_CHR_H_INP,
        threads=1,
    )
    return converted, target


def rows(plane: Any) -> Plane:
    """The rows of a frame's plane, which are its own memory, with what pads them at their end."""
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height]


def reduced(plane: NDArray[Any], across: int, down: int) -> NDArray[Any]:
    """The plane with ``across`` × ``down`` pixels averaged into one. Its edge is repeated to fill the last ones."""
    if across == down == 1:
        return plane
    import cv2

    height, width = plane.shape
    right, below = -width % across, -height % down
    padded: Any = plane
    if right or below:
        padded = cv2.copyMakeBorder(plane, 0, below, 0, right, cv2.BORDER_REPLICATE)
    size = ((width + right) // across, (height + below) // down)
    return np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_AREA), plane.dtype)


def _turned(area: Rect[int], back: int, columns: int, rows: int) -> Rect[int]:
    """``area`` of a picture of ``columns`` × ``rows`` after a rotation by ``back`` degrees counter-clockwise."""
    left, top, right, bottom = area
    match back:
        case 90:
            return Rect(top, columns - right, bottom, columns - left)
        case 180:
            return Rect(columns - right, rows - bottom, columns - left, rows - top)
        case 270:
            return Rect(rows - bottom, left, rows - top, right)
    return area


def _rotated(plane: Plane, clockwise: int) -> Plane:
    if not clockwise:
        return plane
    import cv2

    turn = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    return np.asarray(cv2.rotate(plane, turn[clockwise]), np.uint8)
