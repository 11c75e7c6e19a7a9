"""Colour look-up tables on an image's planes.

A table is computed once for all luma, and for every eighth value of U and of V, between which the kernel interpolates.
It neither reassociates nor fuses operations, so every processor computes the same values.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.contracts.colour import Lut
from pytoon_pipeline.media.colour import OFFSET, TO_YUV, to_rgb
from pytoon_pipeline.media.cube_lut import applied
from pytoon_pipeline.media.frames import Plane, YuvFrame

# Values of U and V in the table, 8 apart, and the luma at which it is computed.
NODES = np.arange(0, 257, 8)
LUMA = np.arange(0, 257, 4)
# Bits of a value after the point: 255 with them fits in 16.
FRACTION = 6


@lru_cache(maxsize=2)
def table(lut: Lut, strength: float) -> NDArray[np.int16]:
    """Y, U and V after ``lut``, mixed by ``strength``, shape (3, U, V, Y)."""
    u, v, y = (axis.astype(np.float32) for axis in np.meshgrid(NODES, NODES, LUMA, indexing="ij"))
    rgb = to_rgb(y, u, v).astype(np.float64) / 255
    mixed = rgb + strength * (applied(rgb, lut) - rgb)
    planes = np.moveaxis(mixed @ (255 * TO_YUV.T) + OFFSET, -1, 0)
    # The luma in between.
    at = np.arange(256)
    low, share = at // 4, (at % 4) / 4
    fine = planes[..., low] * (1 - share) + planes[..., low + 1] * share
    return np.ascontiguousarray(np.round(np.clip(fine, -255, 511) * (1 << FRACTION)).astype(np.int16))


def look_up(frame: YuvFrame, lut: Lut, strength: float, out: Plane | None = None) -> YuvFrame:
    """The planes of 4:2:0, with even sides, after ``lut``. Luma is written to ``out``, which may be its own."""
    y, u, v = (np.ascontiguousarray(plane) for plane in (frame.y, frame.u, frame.v))
    luma = np.empty(y.shape, np.uint8) if out is None else out
    blue, red = np.empty(u.shape, np.uint8), np.empty(v.shape, np.uint8)
    _look_up(y, u, v, *table(lut, strength), luma, blue, red)
    return YuvFrame(luma, blue, red)


@njit(nogil=True, cache=True)
def _look_up(
    y: Any, u: Any, v: Any, luma: Any, blue: Any, red: Any, out_y: Any, out_u: Any, out_v: Any
) -> None:  # pragma: no cover
    """Each value of chroma is that of four values of luma, which are read before they are written."""
    bits = np.int32(FRACTION + 6)
    half = np.int32(1 << (FRACTION + 5))
    for i in range(len(u)):
        upper, lower, above, below = y[2 * i], y[2 * i + 1], out_y[2 * i], out_y[2 * i + 1]
        for j in range(len(u[i])):
            p, q = u[i, j] >> 3, v[i, j] >> 3
            a, b = np.int32(u[i, j] & 7), np.int32(v[i, j] & 7)
            weights = (8 - a) * (8 - b), (8 - a) * b, a * (8 - b), a * b
            first, second = upper[2 * j], lower[2 * j]
            middle = (np.int32(first) + np.int32(second) + 1) >> 1
            out_u[i, j] = _between(blue, p, q, middle, weights, half, bits)
            out_v[i, j] = _between(red, p, q, middle, weights, half, bits)
            above[2 * j + 1] = _between(luma, p, q, upper[2 * j + 1], weights, half, bits)
            below[2 * j + 1] = _between(luma, p, q, lower[2 * j + 1], weights, half, bits)
            above[2 * j] = _between(luma, p, q, first, weights, half, bits)
            below[2 * j] = _between(luma, p, q, second, weights, half, bits)


@njit(nogil=True, cache=True, inline="always")
def _between(values: Any, p: Any, q: Any, y: Any, weights: Any, half: Any, bits: Any) -> Any:  # pragma: no cover
    total = (
        values[p, q, y] * weights[0]
        + values[p, q + 1, y] * weights[1]
        + values[p + 1, q, y] * weights[2]
        + values[p + 1, q + 1, y] * weights[3]
    )
    return np.uint8(min(max((total + half) >> bits, 0), 255))
