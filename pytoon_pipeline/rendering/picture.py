"""One picture through the window of a camera, moved by fractions of a pixel.

``cv2.warpAffine`` does the same in one call and, cubic, takes three times as long; docs/rendering.md has the figures.
Here the window is cut out whole, enlarged by the exact factor (separable), and moved by what is left over.
"""

from math import ceil, floor
from typing import Any

import numpy as np

from pytoon_pipeline.media.pictures import Picture, Plane
from pytoon_pipeline.planning.motion import Window

# Neighbours that cubic interpolation looks at.
CONTEXT = 2
# Below this factor cubic interpolation skips pixels: averaging comes first.
REDUCE_BELOW = 0.67
# Values are rounded to whole numbers once, at the end: rounded before moving, soft edges would move in whole pixels.
EXTRA_BITS = 7
# This near to 1 all of a neighbourhood lies at one phase between pixels, where OpenCV's cubic kernel is off by up to
# 0.05 px, and a size that does not change is copied as it is. Enlarging first spreads the phases evenly.
NEAR_ONE, DETOUR = 0.02, 1.25
# How many pixels earlier a picture may be cut, so that what is left over to move is next to nothing.
LEAD = 40


def show(picture: Picture, window: Window, width: int, height: int) -> Picture:
    """``window`` (fractions of the picture) of ``picture``, as planes for ``width`` × ``height`` pixels."""
    rows, columns = picture.y.shape
    x, y = window.x * columns, window.y * rows
    w, h = window.width * columns, window.height * rows
    # Chroma lies on every other luma column (H.264's default siting): scaling must keep it there.
    left = x / 2 + 0.25 * (1 - w / width)
    chroma = (left, y / 2, w / 2, h / 2)
    return Picture(
        resample(picture.y, x, y, w, h, width, height),
        resample(picture.u, *chroma, width // 2, height // 2),
        resample(picture.v, *chroma, width // 2, height // 2),
    )


def resample(plane: Plane, x: float, y: float, w: float, h: float, width: int, height: int) -> Plane:
    """The rectangle (x, y, w, h) in pixels of ``plane``, edges counted, as ``height`` × ``width`` values of 8 bits.

    The plane has 8 bits, or 16 with ``EXTRA_BITS`` behind the point.
    """
    import cv2

    reduce_x, reduce_y = _reduction(width / w), _reduction(height / h)
    x0, x1 = _span(x, w, plane.shape[1], reduce_x)
    y0, y1 = _span(y, h, plane.shape[0], reduce_y)
    cut: Any = plane[y0:y1, x0:x1]
    if reduce_x > 1 or reduce_y > 1:
        size = (max(1, (x1 - x0) // reduce_x), max(1, (y1 - y0) // reduce_y))
        cut = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    fx, fy = width * reduce_x / w, height * reduce_y / h
    left, top = (x - x0) / reduce_x, (y - y0) / reduce_y
    if (fx, fy, left % 1, top % 1) == (1.0, 1.0, 0.0, 0.0):
        return _eight_bits(_shift(_shift(cut, left, width, 1), top, height, 0)).copy()
    if cut.dtype == np.uint8:
        cut = cut.astype(np.uint16) << EXTRA_BITS
    if max(abs(fx - 1), abs(fy - 1)) < NEAR_ONE:
        cut = cv2.resize(cut, None, fx=DETOUR, fy=DETOUR, interpolation=cv2.INTER_CUBIC)
        fx, fy, left, top = fx / DETOUR, fy / DETOUR, left * DETOUR, top * DETOUR
    column, row = _start(left, fx), _start(top, fy)
    cut = cv2.resize(cut[row:, column:], None, fx=fx, fy=fy, interpolation=cv2.INTER_CUBIC)
    moved = _shift(_shift(cut, (left - column) * fx, width, 1), (top - row) * fy, height, 0)
    return _eight_bits(moved)


def _eight_bits(values: Any) -> Plane:
    import cv2

    if values.dtype != np.uint8:
        values = cv2.convertScaleAbs(values, alpha=2.0**-EXTRA_BITS)
    return np.asarray(values, np.uint8)


def _start(offset: float, factor: float) -> int:
    """The whole pixel, at most ``LEAD`` before ``offset``, from which ``offset`` is nearest to a whole number of
    resized pixels away: mixing neighbours softens, so as little as possible is left to it.
    """
    last = max(0, floor(offset))
    starts = np.arange(last, max(0, last - LEAD) - 1, -1)
    ways = (offset - starts) * factor
    return int(starts[np.argmin(np.abs(ways - np.round(ways)))])


def _reduction(factor: float) -> int:
    return max(1, floor(1 / factor)) if factor < REDUCE_BELOW else 1


def _span(start: float, length: float, size: int, step: int) -> tuple[int, int]:
    """First and last whole pixel for a range, with context, on multiples of ``step`` inside ``[0, size]``."""
    first = max(0, floor(start / step) - CONTEXT - LEAD) * step
    last = min(size, (ceil((start + length) / step) + CONTEXT) * step)
    return min(first, size - step), max(last, first + step)


def _shift(plane: Any, offset: float, length: int, axis: int) -> Any:
    """``length`` values from ``offset`` on along ``axis``: whole pixels by slicing, the rest by mixing neighbours."""
    import cv2

    whole, rest = floor(offset), offset - floor(offset)
    missing = (max(0, -whole), max(0, whole + length + 1 - plane.shape[axis]))
    if any(missing):
        top, bottom, left, right = (*missing, 0, 0) if axis == 0 else (0, 0, *missing)
        plane = cv2.copyMakeBorder(plane, top, bottom, left, right, cv2.BORDER_REPLICATE)
        whole += missing[0]
    here, there = (
        (slice(None), slice(start, start + length)) if axis else (slice(start, start + length), slice(None))
        for start in (whole, whole + 1)
    )
    if rest < 1e-4:
        return plane[here]
    return cv2.addWeighted(plane[here], 1 - rest, plane[there], rest, 0)
