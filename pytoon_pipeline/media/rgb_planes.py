"""BT.709 planes of RGB pictures, in one pass."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.media.colour import OFFSET, TO_YUV

Plane = NDArray[np.uint8]


def planes_from_rgb(pixels: NDArray[Any]) -> tuple[Plane, Plane, Plane]:
    """Planes Y, U and V (4:2:0, 8 bits, limited range) of R, G, B in 0..255, shape (height, width, 3), both even.

    Chroma is sampled where H.264 places it by default: on every other column, between rows.
    """
    height, width = pixels.shape[:2]
    half = height // 2, width // 2
    planes = np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)
    _fill(pixels, TO_YUV.astype(np.float32), OFFSET.astype(np.float32) + np.float32(0.5), *planes)
    return planes


@njit(nogil=True, cache=True)
def _fill(pixels: Any, weights: Any, offset: Any, y: Any, u: Any, v: Any) -> None:  # pragma: no cover
    columns = pixels.shape[1]
    luma, blue, red = weights[0], weights[1], weights[2]
    mean = np.empty(3, np.float32)
    quarter, half = np.float32(0.25), np.float32(0.5)
    for i in range(len(u)):
        above, below = pixels[2 * i], pixels[2 * i + 1]
        _luma_row(above, luma, offset[0], y[2 * i])
        _luma_row(below, luma, offset[0], y[2 * i + 1])
        for j in range(0, columns, 2):
            # Mirrored at the left edge.
            left, right = abs(j - 1), j + 1
            for k in range(3):
                sides = np.float32(above[left, k]) + np.float32(above[right, k])
                sides += np.float32(below[left, k]) + np.float32(below[right, k])
                middle = np.float32(above[j, k]) + np.float32(below[j, k])
                mean[k] = half * (quarter * sides + half * middle)
            u[i, j // 2] = np.uint8(blue[0] * mean[0] + blue[1] * mean[1] + blue[2] * mean[2] + offset[1])
            v[i, j // 2] = np.uint8(red[0] * mean[0] + red[1] * mean[1] + red[2] * mean[2] + offset[2])


@njit(nogil=True, cache=True)
def _luma_row(row: Any, weights: Any, offset: Any, out: Any) -> None:  # pragma: no cover
    a, b, c = weights[0], weights[1], weights[2]
    for j in range(len(out)):
        out[j] = np.uint8(a * np.float32(row[j, 0]) + b * np.float32(row[j, 1]) + c * np.float32(row[j, 2]) + offset)
