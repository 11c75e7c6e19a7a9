"""Colour correction of an image's planes: what ``media/colour_balance.py`` defines, as tables of luma and sums.

The kernels neither reassociate nor fuse operations, so every processor computes the same values.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.contracts.colour import ColourCorrection, Lut
from pytoon_pipeline.media.colour_balance import Balance
from pytoon_pipeline.media.colour_conversion import BT709, upsample_row
from pytoon_pipeline.media.frames import Plane, YuvFrame
from pytoon_pipeline.rendering.luts import look_up

Floats = NDArray[np.float32]


class Tables(NamedTuple):
    """For each code value of luma: luma, the gain of chroma, and what is added to U and V. Then the weights of U and V
    in luma, in U and in V.
    """

    luma: Floats
    gain: Floats
    blue: Floats
    red: Floats
    weights: Floats


@lru_cache(maxsize=64)
def tables(correction: ColourCorrection) -> Tables:
    """The tables of a correction for 8-bit planes in BT.709."""
    (black, white), (centre, chroma) = BT709.luma, BT709.chroma
    balance = Balance.of(correction, (np.arange(256) - black) / white)
    matrix = balance.matrix
    weights = np.stack((matrix[0, 1:] * white / chroma, matrix[1, 1:], matrix[2, 1:]))
    values = (
        black + white * matrix[0, 0] * balance.luma,
        balance.chroma,
        centre + chroma * matrix[1, 0] * balance.tinted,
        centre + chroma * matrix[2, 0] * balance.tinted,
        weights,
    )
    return Tables(*(value.astype(np.float32) for value in values))


def correct(
    frame: YuvFrame, correction: ColourCorrection, lut: Lut | None = None, out: Plane | None = None
) -> YuvFrame:
    """The planes of 4:2:0, with even sides, after ``correction`` and ``lut``.

    Luma is written to ``out``, which may be its own.
    """
    if (correction.temperature, correction.tint, correction.exposure) != (0, 0, 0):
        frame = _balanced(frame, correction, out)
    return frame if lut is None or not correction.lut else look_up(frame, lut, correction.lut, out)


def _balanced(frame: YuvFrame, correction: ColourCorrection, out: Plane | None) -> YuvFrame:
    found = tables(correction)
    y, u, v = (np.ascontiguousarray(plane) for plane in (frame.y, frame.u, frame.v))
    shift = np.empty(u.shape, np.float32)
    blue, red = np.empty(u.shape, np.uint8), np.empty(v.shape, np.uint8)
    _chroma(y, u, v, *found, shift, blue, red)
    luma = np.empty(y.shape, np.uint8) if out is None else out
    _luma(y, shift, found.luma, found.gain, luma)
    return YuvFrame(luma, blue, red)


@njit(nogil=True, cache=True)
def _chroma(
    y: Any, u: Any, v: Any, luma: Any, gain: Any, blue: Any, red: Any, weights: Any, shift: Any, out_u: Any, out_v: Any
) -> None:  # pragma: no cover
    """Fills ``out_u`` and ``out_v``, and ``shift`` with what chroma adds to luma. It lies between rows of luma."""
    middle, half, least, most = np.float32(128), np.float32(0.5), np.float32(0), np.float32(255)
    for i in range(len(u)):
        upper, lower = y[2 * i], y[2 * i + 1]
        for j in range(len(u[i])):
            p, q = np.float32(u[i, j]) - middle, np.float32(v[i, j]) - middle
            shift[i, j] = weights[0, 0] * p + weights[0, 1] * q
            at = (np.int32(upper[2 * j]) + np.int32(lower[2 * j]) + 1) >> 1
            b = blue[at] + gain[at] * (weights[1, 0] * p + weights[1, 1] * q)
            r = red[at] + gain[at] * (weights[2, 0] * p + weights[2, 1] * q)
            out_u[i, j] = np.uint8(min(max(b + half, least), most))
            out_v[i, j] = np.uint8(min(max(r + half, least), most))


@njit(nogil=True, cache=True)
def _luma(y: Any, shift: Any, luma: Any, gain: Any, out: Any) -> None:  # pragma: no cover
    """Fills ``out`` with the corrected luma. Each row is read before it is written."""
    half, least, most = np.float32(0.5), np.float32(0), np.float32(255)
    line = np.empty(y.shape[1] + 1, np.float32)
    for i in range(len(y)):
        upsample_row(shift, i, y.shape, line)
        row, source = out[i], y[i]
        for j in range(y.shape[1]):
            at = source[j]
            row[j] = np.uint8(min(max(luma[at] + gain[at] * line[j] + half, least), most))
