"""Planes of any matrix, range and depth become 8-bit BT.709 planes in limited range.

Between two matrices this is linear: luma changes by a weighted sum of both chroma planes, and chroma depends on chroma
alone, so it keeps its size and greys stay grey. Code values of colours outside RGB, which lossy codecs produce at
saturated edges, are converted like all others. swscale clips them, and is up to 23 levels off there. The kernels
neither reassociate nor fuse operations, so every processor computes the same values.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.media.colour import KB, KR

Matrix = Literal["bt601", "bt709", "bt2020"]
# Y, U and V: 8 bits in a byte each, or more in two.
Planes = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]

# Weights of red and blue in luma (ITU-T H.273, MatrixCoefficients 5 and 6, 1, 9).
LUMA_WEIGHTS: dict[Matrix, tuple[float, float]] = {
    "bt601": (0.299, 0.114),
    "bt709": (KR, KB),
    "bt2020": (0.2627, 0.0593),
}


@dataclass(frozen=True)
class Coding:
    """How code values mean colours: the matrix, the range, and the bits of a sample."""

    matrix: Matrix
    full_range: bool
    bits: int

    @property
    def luma(self) -> tuple[float, float]:
        """The code values of black, and from black to white."""
        return (0.0, 2.0**self.bits - 1) if self.full_range else (16.0 * self._unit, 219.0 * self._unit)

    @property
    def chroma(self) -> tuple[float, float]:
        """The code values of no colour, and from one end to the other."""
        return 128.0 * self._unit, 2.0**self.bits - 1 if self.full_range else 224.0 * self._unit

    @property
    def _unit(self) -> float:
        return 2.0 ** (self.bits - 8)


BT709 = Coding("bt709", full_range=False, bits=8)


def rgb_from(matrix: Matrix) -> NDArray[np.float64]:
    """R, G, B (0..1) from Y (0..1), Cb and Cr (-0.5..0.5); rows are R, G, B."""
    red, blue = LUMA_WEIGHTS[matrix]
    green = 1 - red - blue
    to_blue, to_red = 2 * (1 - blue), 2 * (1 - red)
    return np.array([[1, 0, to_red], [1, -to_blue * blue / green, -to_red * red / green], [1, to_blue, 0]])


def convert(planes: Planes, coding: Coding) -> Planes:
    """Planes Y, U and V in BT.709 limited range, 8 bits, with the sizes of the given ones.

    U and V have the size of Y, or half of it, rounded up, across or in both directions. Chroma of half the width lies
    on every other luma column, chroma of half the height between rows.
    """
    (luma, blue, red), centre = _weights(coding), np.float32(coding.chroma[0])
    y, u, v = (np.ascontiguousarray(plane) for plane in planes)
    shift = np.empty(u.shape, np.float32)
    _mix(u, v, centre, luma[1], luma[2], luma[3], shift)
    out = np.empty(y.shape, np.uint8), np.empty(u.shape, np.uint8), np.empty(v.shape, np.uint8)
    _add(y, luma[0], shift, out[0])
    _mix_rounded(u, v, centre, blue[0], blue[1], out[1])
    _mix_rounded(u, v, centre, red[0], red[1], out[2])
    return out


@lru_cache
def _weights(coding: Coding) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """For luma, the weights of Y, U and V and what is added; for U and for V, the weights of U and V."""
    change = np.linalg.inv(rgb_from("bt709")) @ rgb_from(coding.matrix)
    (black, luma), (_, chroma) = coding.luma, coding.chroma
    (to_black, to_luma), (_, to_chroma) = BT709.luma, BT709.chroma
    gain = to_luma / luma
    first = np.array([gain, change[0, 1] * to_luma / chroma, change[0, 2] * to_luma / chroma, to_black - black * gain])
    blue, red = change[1:, 1:] * to_chroma / chroma
    return first.astype(np.float32), blue.astype(np.float32), red.astype(np.float32)


@njit(nogil=True, cache=True)
def _mix(u: Any, v: Any, centre: Any, a: Any, b: Any, offset: Any, out: Any) -> None:  # pragma: no cover
    """Fills ``out`` with a weighted sum of chroma, and ``offset``."""
    for i in range(len(out)):
        row, p, q = out[i], u[i], v[i]
        for j in range(len(row)):
            row[j] = a * (np.float32(p[j]) - centre) + b * (np.float32(q[j]) - centre) + offset


@njit(nogil=True, cache=True)
def _mix_rounded(u: Any, v: Any, centre: Any, a: Any, b: Any, out: Any) -> None:  # pragma: no cover
    """Fills ``out`` with a weighted sum of chroma around 128."""
    middle, least, most = np.float32(128.5), np.float32(0), np.float32(255)
    for i in range(len(out)):
        row, p, q = out[i], u[i], v[i]
        for j in range(len(row)):
            value = a * (np.float32(p[j]) - centre) + b * (np.float32(q[j]) - centre) + middle
            row[j] = np.uint8(min(max(value, least), most))


@njit(nogil=True, cache=True)
def _add(y: Any, gain: Any, shift: Any, out: Any) -> None:  # pragma: no cover
    """Fills ``out`` with ``y`` times ``gain`` plus ``shift``, which is interpolated to the size of ``y``."""
    half, least, most = np.float32(0.5), np.float32(0), np.float32(255)
    columns = y.shape[1]
    line = np.empty(columns + 1, np.float32)
    for i in range(len(y)):
        upsample_row(shift, i, y.shape, line)
        row, source = out[i], y[i]
        for j in range(columns):
            row[j] = np.uint8(min(max(gain * np.float32(source[j]) + line[j] + half, least), most))


@njit(nogil=True, cache=True)
def upsample_row(plane: Any, i: int, shape: Any, line: Any) -> None:  # pragma: no cover
    """Fills ``line`` with row ``i`` of a chroma plane, linearly interpolated to planes of ``shape``.

    ``line`` has one value more than a row.
    """
    near, far, share = _rows_around(plane, i, shape)
    one, other = plane[near], plane[far]
    columns, kept, half = shape[1], np.float32(1) - share, np.float32(0.5)
    if plane.shape[1] == columns:
        for j in range(columns):
            line[j] = kept * one[j] + share * other[j]
        return
    count = min(plane.shape[1], (columns + 1) // 2)
    for j in range(count - 1):
        here = kept * one[j] + share * other[j]
        following = kept * one[j + 1] + share * other[j + 1]
        line[2 * j] = here
        line[2 * j + 1] = half * (here + following)
    last = kept * one[count - 1] + share * other[count - 1]
    for j in range(2 * count - 2, columns + 1):
        line[j] = last


@njit(nogil=True, cache=True)
def _rows_around(plane: Any, i: int, shape: Any) -> Any:  # pragma: no cover
    """The two rows of a chroma plane around row ``i`` of planes of ``shape``, and the share of the second."""
    rows = len(plane)
    if rows == shape[0]:
        return i, i, np.float32(0)
    near = min(i >> 1, rows - 1)
    far = near + 1 if i & 1 else near - 1
    return near, min(max(far, 0), rows - 1), np.float32(0.25)
