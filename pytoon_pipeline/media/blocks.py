"""Means over the blocks of a picture, from some of its values."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Plane = NDArray[np.uint8]


def means(plane: Plane, rows: int, columns: int, step: int = 1) -> Plane:
    """The mean of each of ``rows`` × ``columns`` blocks, from every ``step``-th row of it, rounded.

    A block that is smaller than a pixel has the value of that pixel.
    """
    out = np.empty((rows, columns), np.uint8)
    _means(plane, step, out)
    return out


def subsampled(plane: Plane, step: int) -> Plane:
    """Every ``step``-th value in each direction: ``plane[::step, ::step]``, in memory of its own."""
    out = np.empty([-(-length // step) for length in plane.shape], np.uint8)
    _subsample(plane, step, out)
    return out


def second_differences(plane: Plane, step: int) -> Plane:
    """The second difference along every ``step``-th row, in quarters of a level.

    It is low in smooth parts, high at edges of blocks and in grain. At both ends, the row is mirrored.
    """
    out = np.zeros((-(-plane.shape[0] // step), plane.shape[1]), np.uint8)
    if plane.shape[1] > 1:
        _second_differences(plane, step, out)
    return out


@njit(nogil=True, cache=True)
def _means(plane: Any, step: int, out: Any) -> None:  # pragma: no cover
    height, width = plane.shape
    rows, columns = out.shape
    totals = np.empty(width, np.int32)
    for i in range(rows):
        top = i * height // rows
        bottom = max(top + 1, (i + 1) * height // rows)
        totals[:] = 0
        for y in range(top, bottom, step):
            row = np.ascontiguousarray(plane[y])
            for x in range(width):
                totals[x] += row[x]
        taken = (bottom - top + step - 1) // step
        for j in range(columns):
            left = j * width // columns
            right = max(left + 1, (j + 1) * width // columns)
            count = taken * (right - left)
            out[i, j] = (totals[left:right].sum() + count // 2) // count


@njit(nogil=True, cache=True)
def _subsample(plane: Any, step: int, out: Any) -> None:  # pragma: no cover
    for i in range(out.shape[0]):
        # Rows of a part of a plane are not known to be contiguous; a copy is, and then the loop is vectorized.
        row, source = out[i], np.ascontiguousarray(plane[step * i])
        for j in range(len(row)):
            row[j] = source[step * j]


@njit(nogil=True, cache=True)
def _second_differences(plane: Any, step: int, out: Any) -> None:  # pragma: no cover
    last = out.shape[1] - 1
    for i in range(out.shape[0]):
        row, bends = np.ascontiguousarray(plane[step * i]), out[i]
        for j in range(1, last):
            bends[j] = min(4 * abs(np.int16(row[j - 1]) - 2 * np.int16(row[j]) + np.int16(row[j + 1])), 255)
        bends[0] = min(8 * abs(np.int16(row[1]) - np.int16(row[0])), 255)
        bends[last] = min(8 * abs(np.int16(row[last - 1]) - np.int16(row[last])), 255)
