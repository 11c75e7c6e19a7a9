"""Tone mapping of HDR pictures (HLG, PQ) to standard dynamic range.

Transfer functions and luminances are those of ITU-R BT.2100; the primaries' matrix is that of ITU-R BT.2087. Diffuse
white (203 cd/m², ITU-R BT.2408) becomes 100 % minus the headroom that highlights need.
"""

from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.media.colour_conversion import BT709, Coding, Planes, rgb_from, upsample_row

DIFFUSE_WHITE = 203.0
PEAK = 1000.0
# Light is linear up to the knee; above, a curve reaches 1 at the peak.
KNEE = 0.6
# Entries of the tables that stand for the transfer functions.
LEVELS = 1 << 14

BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)


def to_standard_range(planes: Planes, coding: Coding, dynamic: Literal["hlg", "pq"]) -> Planes:
    """Planes of an HDR picture as BT.709 planes in limited range, 8 bits, all of the size of Y.

    To light, to BT.709 primaries, highlights rolled off, to BT.709 code values. U and V have the size of Y, or half of
    it, as in ``colour_conversion.convert``.
    """
    y, u, v = (np.ascontiguousarray(plane) for plane in planes)
    out = np.empty(y.shape, np.uint8), np.empty(y.shape, np.uint8), np.empty(y.shape, np.uint8)
    _map(y, u, v, _to_coded_rgb(coding), _to_light(dynamic), _CODES, _TO_PLANES, *out)
    return out


@njit(nogil=True, cache=True)
def _map(
    y: Any, u: Any, v: Any, to_rgb: Any, to_light: Any, to_code: Any, to_planes: Any, out_y: Any, out_u: Any, out_v: Any
) -> None:  # pragma: no cover
    """Maps row by row, in loops that are short enough to become vector instructions."""
    columns = y.shape[1]
    # One value more, as upsample_row needs.
    values = np.empty((3, columns + 1), np.float32)
    gain, index = np.empty(columns, np.float32), np.empty((3, columns), np.uint16)
    for i in range(len(y)):
        upsample_row(u, i, y.shape, values[1])
        upsample_row(v, i, y.shape, values[2])
        for n in range(3):
            _code_row(y[i], values[1], values[2], to_rgb[n], index[n])
        for n in range(3):
            _look_up(to_light, index[n], values[n])
        _gain_row(values[0], values[1], values[2], gain)
        for n in range(3):
            _light_row(values[0], values[1], values[2], gain, BT2020_TO_BT709[n], index[n])
        for n in range(3):
            _look_up(to_code, index[n], values[n])
        _weigh_row(values[0], values[1], values[2], to_planes[0], out_y[i])
        _weigh_row(values[0], values[1], values[2], to_planes[1], out_u[i])
        _weigh_row(values[0], values[1], values[2], to_planes[2], out_v[i])


@njit(nogil=True, cache=True)
def _code_row(luma: Any, blue: Any, red: Any, weights: Any, out: Any) -> None:  # pragma: no cover
    """Fills ``out`` with one of R, G and B as a code value of as many bits as the tables have."""
    a, b, c, d = weights[0], weights[1], weights[2], weights[3]
    least, most = np.float32(0), np.float32(LEVELS - 1)
    for j in range(len(out)):
        value = a * np.float32(luma[j]) + b * blue[j] + c * red[j] + d
        out[j] = np.uint16(min(max(value, least), most))


@njit(nogil=True, cache=True)
def _look_up(table: Any, index: Any, out: Any) -> None:  # pragma: no cover
    for j in range(len(index)):
        out[j] = table[index[j]]


# Without a check for division by zero, which would keep the loop from becoming vector instructions.
@njit(nogil=True, cache=True, error_model="numpy")
def _gain_row(r: Any, g: Any, b: Any, out: Any) -> None:  # pragma: no cover
    """Fills ``out`` with the factor on light that rolls off highlights; the brightest of R, G and B decides."""
    m = BT2020_TO_BT709
    one, knee, height = np.float32(1), np.float32(KNEE), np.float32(1 - KNEE)
    span, slope = np.float32(PEAK / DIFFUSE_WHITE - KNEE), np.float32((PEAK / DIFFUSE_WHITE - KNEE) / (1 - KNEE))
    for j in range(len(out)):
        red = m[0, 0] * r[j] + m[0, 1] * g[j] + m[0, 2] * b[j]
        green = m[1, 0] * r[j] + m[1, 1] * g[j] + m[1, 2] * b[j]
        blue = m[2, 0] * r[j] + m[2, 1] * g[j] + m[2, 2] * b[j]
        brightest = max(max(red, green), max(blue, knee))
        over = min((brightest - knee) / span, one)
        out[j] = (knee + height * slope * over / (one + (slope - one) * over)) / brightest


@njit(nogil=True, cache=True)
def _light_row(r: Any, g: Any, b: Any, gain: Any, weights: Any, out: Any) -> None:  # pragma: no cover
    """Fills ``out`` with the square root of one channel's light in BT.709, as an index into a table."""
    p, q, s = weights[0], weights[1], weights[2]
    least, one, most = np.float32(0), np.float32(1), np.float32(LEVELS - 1)
    for j in range(len(out)):
        light = (p * r[j] + q * g[j] + s * b[j]) * gain[j]
        out[j] = np.uint16(np.sqrt(min(max(light, least), one)) * most)


@njit(nogil=True, cache=True)
def _weigh_row(r: Any, g: Any, b: Any, weights: Any, out: Any) -> None:  # pragma: no cover
    p, q, s, t = weights[0], weights[1], weights[2], weights[3]
    for j in range(len(out)):
        out[j] = np.uint8(p * r[j] + q * g[j] + s * b[j] + t)


@lru_cache
def _to_coded_rgb(coding: Coding) -> NDArray[np.float32]:
    """R, G, B as indices into a table, from Y, U, V: weights, and in the last column what is added."""
    (black, luma), (grey, chroma) = coding.luma, coding.chroma
    weights = rgb_from(coding.matrix) / (luma, chroma, chroma)
    added = -weights @ (black, grey, grey)
    return np.column_stack((weights * (LEVELS - 1), added * (LEVELS - 1) + 0.5)).astype(np.float32)


@lru_cache
def _to_light(dynamic: Literal["hlg", "pq"]) -> NDArray[np.float32]:
    """Light for each entry of the table of code values, 1 = diffuse white."""
    code = np.linspace(0, 1, LEVELS)
    if dynamic == "pq":
        m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
        power = code ** (1 / m2)
        nits = 10000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
        nits = PEAK * scene**1.2
    return (np.minimum(nits, PEAK) / DIFFUSE_WHITE).astype(np.float32)


def _to_code() -> NDArray[np.float32]:
    """BT.709 code value 0..1 by the square root of light, through the inverse of a display's gamma of 2.4 (BT.1886)."""
    return (((np.arange(LEVELS) + 0.5) / LEVELS) ** (2 / 2.4)).astype(np.float32)


def _to_planes() -> NDArray[np.float32]:
    """Y, U, V from R, G, B (0..1): weights, and in the last column what is added to round."""
    (black, luma), (grey, chroma) = BT709.luma, BT709.chroma
    weights = np.linalg.inv(rgb_from("bt709")) * np.array([[luma], [chroma], [chroma]])
    return np.column_stack((weights, np.array([black, grey, grey]) + 0.5)).astype(np.float32)


_CODES, _TO_PLANES = _to_code(), _to_planes()
