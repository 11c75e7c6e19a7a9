"""Conversion between RGB and the BT.709 limited-range planes of videos (ITU-R BT.709-6, 8 bit)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

KR, KB = 0.2126, 0.0722
KG = 1 - KR - KB
# Rows: Y, Cb, Cr from R, G, B in 0..255.
TO_YUV = np.array(
    [
        [219 * KR, 219 * KG, 219 * KB],
        [-112 * KR / (1 - KB), -112 * KG / (1 - KB), 112],
        [112, -112 * KG / (1 - KR), -112 * KB / (1 - KR)],
    ]
) / 255  # fmt: skip
OFFSET = np.array([16.0, 128.0, 128.0])


def rgb(colour: str) -> tuple[int, int, int]:
    """``#rrggbb`` as numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def yuv(colour: str) -> tuple[float, float, float]:
    """Y, Cb, Cr of a colour, unrounded."""
    y, u, v = TO_YUV @ np.array(rgb(colour)) + OFFSET
    return float(y), float(u), float(v)


def to_rgb(y: NDArray[Any], u: NDArray[Any], v: NDArray[Any]) -> NDArray[np.float32]:
    """R, G, B of planes of one size, unrounded and unclipped, in the last axis."""
    y, u, v = (plane.astype(np.float32) for plane in (y, u, v))
    y, u, v = 1.16438 * (y - 16), u - 128, v - 128
    return np.stack((y + 1.79274 * v, y - 0.21325 * u - 0.53291 * v, y + 2.11240 * u), axis=-1)


def linear(values: NDArray[np.floating[Any]] | NDArray[np.uint8]) -> NDArray[np.float64]:
    """Linear light 0..1 of sRGB values 0..255 (WCAG 2.2)."""
    if values.dtype == np.uint8:
        return np.asarray(_LINEAR[values])
    return _linear(values)


def _linear(values: NDArray[Any]) -> NDArray[np.float64]:
    scaled = np.asarray(values, np.float64) / 255
    return np.where(scaled <= 0.04045, scaled / 12.92, ((scaled + 0.055) / 1.055) ** 2.4)


# Powers are slow, and pictures have few values.
_LINEAR = _linear(np.arange(256))


def luminance(values: NDArray[np.floating[Any]] | NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative luminance 0..1 of sRGB values 0..255 in the last axis (WCAG 2.2)."""
    return linear(values) @ np.array([KR, KG, KB])


def luminance_of(colour: str) -> float:
    return float(luminance(np.array(rgb(colour), np.float64)))


def opposite(colour: str) -> str:
    """Black or white, whichever has the higher contrast with ``colour``: at least 4.58 to 1."""
    own = luminance_of(colour)
    return "#000000" if contrast(own, 0) >= contrast(own, 1) else "#FFFFFF"


def mixed(colour: str, other: str, share: float) -> str:
    """The mix of two colours with the share ``share`` of the second, as ``#RRGGBB``."""
    values = (round(a + (b - a) * share) for a, b in zip(rgb(colour), rgb(other), strict=True))
    return "#" + "".join(f"{value:02X}" for value in values)


def contrast(a: float, b: float) -> float:
    """Contrast ratio of two relative luminances, 1..21 (WCAG 2.2)."""
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def mix_luminance(upper: float, lower: float, share: float) -> float:
    """Relative luminance of two greys mixed in sRGB, ``share`` of ``upper``, approximated by a power of 2.2."""
    return (share * upper ** (1 / 2.2) + (1 - share) * lower ** (1 / 2.2)) ** 2.2
