"""Sheets: pictures in BT.709 planes with coverage, and how one is laid over another.

Values of a sheet with coverage are premultiplied, offsets included: over a canvas the result is
``canvas · (1 - coverage) + sheet`` for every plane alike.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media.colour import OFFSET, TO_YUV, yuv
from pytoon_pipeline.media.frames import Plane, YuvFrame
from pytoon_pipeline.media.images import Rgba

Values = NDArray[np.float32]


@dataclass(frozen=True)
class YuvaImage:
    """Planes Y, U, V; coverage ``a`` at the size of Y and ``h`` at that of U and V, none when all is opaque.

    ``box`` (left, top, width, height in pixels of Y) is the part that fills a layer's nominal size; what lies outside
    it overhangs, such as an outline or a shadow; its rim is clear. A ``soft`` sheet has no detail that would show a
    move in whole pixels.
    """

    y: Plane
    u: Plane
    v: Plane
    a: Plane | None = None
    h: Plane | None = None
    box: tuple[float, float, float, float] | None = field(default=None, kw_only=True)
    soft: bool = field(default=False, kw_only=True)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of Y."""
        return self.y.shape[1], self.y.shape[0]

    @property
    def nominal(self) -> tuple[float, float, float, float]:
        return self.box or (0.0, 0.0, *self.size)


@dataclass(frozen=True)
class Sprite:
    """A sheet in pixels of the canvas, its upper left corner at even numbers."""

    left: int
    top: int
    image: YuvaImage


def opaque_image(picture: YuvFrame) -> YuvaImage:
    return YuvaImage(picture.y, picture.u, picture.v)


def solid_image(colour: str, width: int, height: int) -> YuvaImage:
    """A sheet of one colour."""
    half = (height // 2, width // 2)
    y, u, v = (round(value) for value in yuv(colour))
    return YuvaImage(np.full((height, width), y, np.uint8), np.full(half, u, np.uint8), np.full(half, v, np.uint8))


def transparent_image(width: int, height: int) -> YuvaImage:
    """A sheet through which everything shows."""
    full, half = (height, width), (height // 2, width // 2)
    return YuvaImage(*(np.zeros(shape, np.uint8) for shape in (full, half, half, full, half)))


def copy_image(sheet: YuvaImage) -> YuvaImage:
    return YuvaImage(*(None if plane is None else plane.copy() for plane in _planes(sheet)), box=sheet.box)  # type: ignore[arg-type]


def from_rgba(picture: Rgba, factor: float = 1.0) -> YuvaImage:
    """Planes of an RGBA picture, made smaller by ``factor`` below 1; sizes are brought to even numbers."""
    import cv2

    height, width = picture.shape[:2]
    size = tuple(max(2, 2 * round(length * min(1.0, factor) / 2)) for length in (width, height))
    transparent = bool(picture[:, :, 3].min() < 255)
    values = (picture if transparent else picture[:, :, :3]).astype(np.float32)
    if transparent:
        values[:, :, :3] *= values[:, :, 3:] / 255
    if size != (width, height):
        values = np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
    coverage = values[:, :, 3] / 255 if transparent else np.float32(1)
    y, u, v = cv2.split(cv2.transform(values[:, :, :3], TO_YUV.astype(np.float32)))
    y, u, v = (plane + np.float32(offset) * coverage for plane, offset in zip((y, u, v), OFFSET, strict=True))
    if transparent:
        return from_premultiplied(y, u, v, np.asarray(coverage))
    return YuvaImage(_to_bytes(y), _to_bytes(chroma_plane(u)), _to_bytes(chroma_plane(v)))


def from_values(values: list[Values], coverage: Values) -> YuvaImage:
    """Planes Y, U, V of full size, not premultiplied, with ``coverage`` 0..1."""
    y, u, v = (value * coverage for value in values)
    return from_premultiplied(y, u, v, coverage)


def from_premultiplied(y: Values, u: Values, v: Values, coverage: Values) -> YuvaImage:
    """The same, multiplied by coverage already."""
    full, half = coverage * 255, chroma_plane(coverage) * 255
    return YuvaImage(
        _to_bytes(y), _to_bytes(chroma_plane(u)), _to_bytes(chroma_plane(v)), _to_bytes(full), _to_bytes(half)
    )


def chroma_plane(values: Values) -> Values:
    """Half of a plane's size, as H.264 places chroma by default: on every other column, between rows."""
    import cv2

    across = cv2.sepFilter2D(values, cv2.CV_32F, np.array([0.25, 0.5, 0.25]), np.ones(1))[:, ::2]
    return np.asarray((across[::2] + across[1::2]) / 2, np.float32)


def blend(canvas: YuvaImage, sprite: Sprite) -> None:
    """Lays ``patch`` over ``canvas``, in place. The patch must lie inside."""
    import cv2

    sheet = sprite.image
    layers: list[tuple[Plane, Plane | int, Plane | None, int]] = [
        (canvas.y, sheet.y, sheet.a, 1), (canvas.u, sheet.u, sheet.h, 2), (canvas.v, sheet.v, sheet.h, 2),
    ]  # fmt: skip
    if canvas.a is not None and canvas.h is not None:
        # Coverage goes the same way as colour; an opaque patch covers all.
        layers += [
            (canvas.a, 255 if sheet.a is None else sheet.a, sheet.a, 1),
            (canvas.h, 255 if sheet.h is None else sheet.h, sheet.h, 2),
        ]
    width, height = sheet.size
    for under, values, coverage, step in layers:
        left, top = sprite.left // step, sprite.top // step
        place = under[top : top + height // step, left : left + width // step]
        if coverage is None:
            place[:] = values
        else:
            cv2.multiply(place, cv2.bitwise_not(coverage), dst=place, scale=1 / 255)
            cv2.add(place, values, dst=place)


def with_opacity(sheet: YuvaImage, opacity: float) -> YuvaImage:
    """The sheet with all of its coverage multiplied by ``opacity``."""
    import cv2

    if opacity >= 1:
        return sheet
    full, half = sheet.a, sheet.h
    if full is None or half is None:
        full, half = np.full_like(sheet.y, 255), np.full_like(sheet.u, 255)
    planes = (sheet.y, sheet.u, sheet.v, full, half)
    return YuvaImage(*(np.asarray(cv2.convertScaleAbs(p, alpha=opacity), np.uint8) for p in planes), box=sheet.box)


def with_mask(sheet: YuvaImage, mask: Values) -> YuvaImage:
    """The sheet with its coverage multiplied by ``mask`` (0..1, the size of Y)."""
    import cv2

    height, width = mask.shape
    small = np.asarray(cv2.resize(mask, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.float32)
    full = 255.0 if sheet.a is None else sheet.a
    half = 255.0 if sheet.h is None else sheet.h
    return YuvaImage(
        _to_bytes(sheet.y * mask), _to_bytes(sheet.u * small), _to_bytes(sheet.v * small),
        _to_bytes(full * mask), _to_bytes(half * small),
        box=sheet.box,
    )  # fmt: skip


def _planes(sheet: YuvaImage) -> tuple[Plane | None, ...]:
    return sheet.y, sheet.u, sheet.v, sheet.a, sheet.h


def _to_bytes(values: Any) -> Plane:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)
