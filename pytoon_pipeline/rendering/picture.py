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


def show(picture: Picture, window: Window, width: int, height: int) -> Picture:
    """``window`` (fractions of the picture) of ``picture``, as planes for ``width`` × ``height`` pixels."""
    rows, columns = picture.y.shape
    x, y = window.x * columns, window.y * rows
    w, h = window.width * columns, window.height * rows
    # Chroma lies on every other luma column (H.264's default siting): scaling must keep it there.
    left = x / 2 + 0.25 * (1 - w / width)
    chroma = (left, y / 2, w / 2, h / 2)
    return Picture(
        _plane(picture.y, x, y, w, h, width, height),
        _plane(picture.u, *chroma, width // 2, height // 2),
        _plane(picture.v, *chroma, width // 2, height // 2),
    )


def _plane(plane: Plane, x: float, y: float, w: float, h: float, width: int, height: int) -> Plane:
    """The rectangle (x, y, w, h) in pixels of ``plane``, edges counted, as ``height`` × ``width`` values."""
    import cv2

    reduce_x, reduce_y = _reduction(width / w), _reduction(height / h)
    x0, x1 = _span(x, w, plane.shape[1], reduce_x)
    y0, y1 = _span(y, h, plane.shape[0], reduce_y)
    cut: Any = plane[y0:y1, x0:x1]
    if reduce_x > 1 or reduce_y > 1:
        size = (max(1, (x1 - x0) // reduce_x), max(1, (y1 - y0) // reduce_y))
        cut = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    fx, fy = width * reduce_x / w, height * reduce_y / h
    cut = cut.astype(np.uint16) << EXTRA_BITS
    if (fx, fy) != (1.0, 1.0):
        cut = cv2.resize(cut, None, fx=fx, fy=fy, interpolation=cv2.INTER_CUBIC)
    across, down = (x - x0) / reduce_x * fx, (y - y0) / reduce_y * fy
    moved = _shift(_shift(cut, across, width, 1), down, height, 0)
    return np.asarray(cv2.convertScaleAbs(moved, alpha=2.0**-EXTRA_BITS), np.uint8)


def _reduction(factor: float) -> int:
    return max(1, floor(1 / factor)) if factor < REDUCE_BELOW else 1


def _span(start: float, length: float, size: int, step: int) -> tuple[int, int]:
    """First and last whole pixel for a range, with context, on multiples of ``step`` inside ``[0, size]``."""
    first = max(0, floor(start / step) - CONTEXT) * step
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
