"""Planes after an affine map: scaled and turned, in fixed point, alike on every processor.

A picture that hangs a little askew is scaled, and then sheared twice (Catmull & Smith 1980): its rows are shifted, and
then its columns. Every value of a row has the same weights then, so this is several times as fast as looking up four
neighbours for each pixel. So pictures are turned that are more askew.
"""

from math import ceil
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering.resampling import CONTEXT, resample

# Fractional bits of positions; the first of them, WEIGHT_BITS, are the weights of neighbours.
POSITION_BITS, WEIGHT_BITS = 16, 8
ONE = 1 << POSITION_BITS
# Up to this slope of rows and columns, about eight degrees, shearing is faster.
MAX_SLOPE = 0.14


def warp(plane: Plane, matrix: NDArray[np.float64], width: int, height: int) -> Plane:
    """The plane after the map ``matrix`` (2 × 3, from centres of its pixels to those of the result).

    Outside it is transparent: its edge fades over one pixel.
    """
    import cv2

    (a, b, _), (c, d, _) = matrix
    area = a * d - b * c
    if a > 0 and area > 0 and max(abs(a * b / area), abs(c / a)) <= MAX_SLOPE:
        return _sheared(*_scaled(plane, a, area / a, matrix), width, height)
    output, back = np.empty((height, width), np.uint8), cv2.invertAffineTransform(matrix)
    # One transparent pixel before the first, and two after the last, of which one is never more than a neighbour.
    padded = np.asarray(cv2.copyMakeBorder(plane, 1, 2, 1, 2, cv2.BORDER_CONSTANT), np.uint8)
    across, down = (_fixed(start + 1, row, column) for column, row, start in back)
    _gather(padded, across, down, output)
    return output


def _scaled(plane: Plane, across: float, down: float, matrix: NDArray[np.float64]) -> tuple[Plane, NDArray[np.float64]]:
    """The plane scaled by ``across`` and ``down``, with a transparent border, and what is left of ``matrix`` then."""
    import cv2

    # As wide as interpolation reaches, and two pixels of the result.
    border = ceil(2 / min(1.0, across, down)) + CONTEXT
    padded = np.asarray(cv2.copyMakeBorder(plane, border, border, border, border, cv2.BORDER_CONSTANT), np.uint8)
    rows, columns = padded.shape
    width, height = ceil(columns * across), ceil(rows * down)
    scaled = resample(padded, 0.0, 0.0, width / across, height / down, width, height)
    # Positions count from centres of pixels.
    x, y = (0.5 / factor - 0.5 - border for factor in (across, down))
    return scaled, matrix @ np.array([[1 / across, 0, x], [0, 1 / down, y], [0, 0, 1]])


def _sheared(plane: Plane, matrix: NDArray[np.float64], width: int, height: int) -> Plane:
    """The plane after a map that is two shears: along its rows, then along its columns."""
    import cv2

    (_, b, x), (c, _, y) = matrix
    rows, output = np.empty((len(plane), width), np.uint16), np.empty((width, height), np.uint8)
    _shift_rows(plane, *_fixed(-x, -b), 0, rows)
    _shift_rows(cv2.transpose(rows), *_fixed(c * x - y, -c), 2 * WEIGHT_BITS, output)
    return np.asarray(cv2.transpose(output), np.uint8)


def _fixed(*values: float) -> NDArray[np.int64]:
    """Positions and steps in fixed point."""
    return np.array([round(value * ONE) for value in values], np.int64)


@njit(nogil=True, cache=True)
def _shift_rows(source: Any, start: int, step: int, bits: int, out: Any) -> None:  # pragma: no cover
    """Fills ``out`` with rows of ``source`` from column ``start`` + n · ``step`` on, in fixed point.

    Values of ``out`` have WEIGHT_BITS bits more, of which the last ``bits`` are rounded away.
    """
    half, shift = np.int32((1 << bits) >> 1), np.int32(bits)
    columns = source.shape[1]
    for i in range(len(out)):
        row, place = out[i], start + i * step
        left, part = place >> POSITION_BITS, (place >> WEIGHT_BITS) & ((1 << WEIGHT_BITS) - 1)
        first = min(max(-left, 0), len(row))
        last = min(max(columns - 1 - left, first), len(row))
        row[:first] = 0
        row[last:] = 0
        one, other = source[i, left + first : left + last], source[i, left + first + 1 : left + last + 1]
        inner, near, far = row[first:last], np.int32((1 << WEIGHT_BITS) - part), np.int32(part)
        for j in range(len(inner)):
            inner[j] = np.int32(np.int32(one[j]) * near + np.int32(other[j]) * far + half) >> shift


@njit(nogil=True, cache=True)
def _gather(padded: Any, across: Any, down: Any, out: Any) -> None:  # pragma: no cover
    """Fills ``out`` with means of four neighbours. ``across`` and ``down`` are places in columns and rows."""
    rows, columns = padded.shape
    flat = padded.reshape(-1)
    for i in range(len(out)):
        row, x, y = out[i], across[0] + i * across[1], down[0] + i * down[1]
        first, last = _inside(x, across[2], (columns - 1) * ONE, len(row))
        start, end = _inside(y, down[2], (rows - 1) * ONE, len(row))
        first, last = max(first, start), max(first, start, min(last, end))
        row[:first] = 0
        row[last:] = 0
        for j in range(first, last):
            px, py = np.int32(x + j * across[2]), np.int32(y + j * down[2])
            at = (py >> POSITION_BITS) * np.int32(columns) + (px >> POSITION_BITS)
            p, q = (px >> WEIGHT_BITS) & 255, (py >> WEIGHT_BITS) & 255
            a, b = np.int32(flat[at]), np.int32(flat[at + 1])
            c, d = np.int32(flat[at + columns]), np.int32(flat[at + columns + 1])
            upper, lower = (a << WEIGHT_BITS) + (b - a) * p, (c << WEIGHT_BITS) + (d - c) * p
            row[j] = np.uint8(((upper << WEIGHT_BITS) + (lower - upper) * q + (ONE >> 1)) >> POSITION_BITS)


@njit(nogil=True, cache=True)
def _inside(start: int, step: int, end: int, count: int) -> Any:  # pragma: no cover
    """The numbers ``[first, last)`` of the positions ``start + n · step``, n < ``count``, that lie in ``[0, end)``."""
    first, last = 0, count
    if step > 0:
        first, last = -(start // step), -((start - end) // step)
    elif step < 0:
        first, last = (end - start) // step + 1, start // -step + 1
    elif not 0 <= start < end:
        last = 0
    first = min(max(first, 0), count)
    return first, min(max(last, first), count)
