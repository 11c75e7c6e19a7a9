"""Ellipses of one colour, drawn at their exact place in each frame: cheaper and sharper than a resampled picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.rendering.yuva import YuvaImage, transparent_image

# Around the middle of a pixel, coverage is neither 0 nor 1 up to this distance from the edge: half a pixel for luma;
# for chroma also the distance of the luma pixels of which it is the mean.
LUMA_REACH, CHROMA_REACH = 0.5, 1.75


@dataclass(frozen=True)
class EllipseImage:
    """The ellipse that touches all sides of its box of ``width`` × ``height`` pixels, with ``opacity`` 0..1."""

    width: float
    height: float
    colour: Colour
    opacity: float = 1.0

    opaque = False
    soft = False

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the box."""
        return self.width, self.height

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The part that fills a layer's nominal size: all of it."""
        return (0.0, 0.0, self.width, self.height)

    nominal = box

    def crop(
        self, part: tuple[float, float, float, float], width: int, height: int, out: YuvaImage | None = None
    ) -> YuvaImage:
        """The rectangle ``part`` (left, top, width, height in pixels) at ``width`` × ``height`` pixels, in the planes
        of ``out``, where one is given. What lies outside the box is transparent.
        """
        left, top, across, down = part
        x, y = width / across, height / down
        place = np.array([(self.width / 2 - left) * x, (self.height / 2 - top) * y, self.width / 2 * x,
                          self.height / 2 * y])  # fmt: skip
        image = out or transparent_image(width, height)
        luma, blue, red = yuv(self.colour)
        for plane, value in ((image.y, luma), (image.a, 255.0)):
            _fill(plane, place, 1, LUMA_REACH, value * self.opacity)
        for plane, value in ((image.u, blue), (image.v, red), (image.h, 255.0)):
            _fill(plane, place, 2, CHROMA_REACH, value * self.opacity)
        return YuvaImage(image.y, image.u, image.v, image.a, image.h)

    def drawn(self) -> YuvaImage:
        """The whole ellipse, with even sides."""
        width, height = 2 * round(self.width / 2), 2 * round(self.height / 2)
        return self.crop((0.0, 0.0, self.width, self.height), width, height)


@njit(nogil=True, cache=True)
def _fill(plane: Any, place: Any, step: int, reach: float, value: float) -> None:  # pragma: no cover
    """Fills a plane with ``value``, multiplied by the coverage of the ellipse at ``place`` (middle and radii in luma).

    A pixel stands for ``step`` luma columns and rows. Those of chroma lie on even columns, between rows.
    """
    rows, columns = plane.shape
    cx, cy, rx, ry = place
    full = np.uint8(value + 0.5)
    for i in range(rows):
        row, y = plane[i], step * (i + 0.5) - cy
        outer, inner = _half_width(y, rx, ry, reach), _half_width(y, rx, ry, -reach)
        first, last = _span(cx, outer, step, columns)
        start, end = _span(cx, inner, step, columns)
        if start >= end:
            start = end = last
        row[:first] = 0
        row[last:] = 0
        row[start:end] = full
        for j in range(first, start):
            row[j] = np.uint8(_mean_coverage(step * j + 0.5 - cx, y, rx, ry, step) * value + 0.5)
        for j in range(end, last):
            row[j] = np.uint8(_mean_coverage(step * j + 0.5 - cx, y, rx, ry, step) * value + 0.5)


@njit(nogil=True, cache=True)
def _half_width(y: float, rx: float, ry: float, reach: float) -> float:  # pragma: no cover
    """Half the width of an ellipse whose shorter radius is ``reach`` pixels longer, ``y`` from its middle; -1: none."""
    scale = 1 + reach / min(rx, ry)
    rest = scale * scale - (y / ry) ** 2
    return rx * np.sqrt(rest) if scale > 0 and rest > 0 else -1.0


@njit(nogil=True, cache=True)
def _span(middle: float, half: float, step: int, columns: int) -> Any:  # pragma: no cover
    """The columns ``[first, last)`` whose pixels lie within ``half`` of ``middle``."""
    if half < 0:
        return 0, 0
    first = int(np.ceil((middle - half - 0.5) / step))
    last = int(np.floor((middle + half - 0.5) / step)) + 1
    return min(max(first, 0), columns), min(max(last, 0), columns)


@njit(nogil=True, cache=True)
def _mean_coverage(x: float, y: float, rx: float, ry: float, step: int) -> float:  # pragma: no cover
    if step == 1:
        return _coverage(x, y, rx, ry)
    total = 0.0
    for down in (-0.5, 0.5):
        total += 0.5 * _coverage(x, y + down, rx, ry)
        total += 0.25 * (_coverage(x - 1, y + down, rx, ry) + _coverage(x + 1, y + down, rx, ry))
    return total / 2


@njit(nogil=True, cache=True)
def _coverage(x: float, y: float, rx: float, ry: float) -> float:  # pragma: no cover
    """The share of the pixel around a point inside the ellipse, from its distance to the edge."""
    distance = np.sqrt((x / rx) ** 2 + (y / ry) ** 2)
    return min(max((1 - distance) * min(rx, ry) + 0.5, 0.0), 1.0)
