"""Colours by lightness, chroma and hue as people see them: OKLCH (Björn Ottosson, 2020; CSS Color 4)."""

from math import atan2, cos, degrees, hypot, radians, sin
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media.colour import linear, rgb

# Linear sRGB → LMS, and its cube root → Oklab (CSS Color 4, sample code).
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
# Chroma is lowered in these steps until a colour is in the gamut of sRGB.
CHROMA_STEP = 0.004
# Colours of less chroma have no hue that people name.
GREY = 0.025


class Oklch(NamedTuple):
    """Lightness 0..1, chroma from 0 (grey) to about 0.32, hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    @property
    def hex(self) -> str:
        """The nearest colour of the same lightness and hue that sRGB has, as ``#RRGGBB``."""
        chroma = self.chroma
        values = _srgb(self.lightness, chroma, self.hue)
        while chroma > 0 and (values.min() < -1e-3 or values.max() > 1 + 1e-3):
            chroma = max(0.0, chroma - CHROMA_STEP)
            values = _srgb(self.lightness, chroma, self.hue)
        return "#" + "".join(f"{round(255 * float(value)):02X}" for value in np.clip(values, 0, 1))


def oklch(colour: str) -> Oklch:
    """A colour given as ``#rrggbb``."""
    lightness, a, b = oklab(np.array(rgb(colour), np.float64))
    return Oklch(float(lightness), hypot(a, b), degrees(atan2(b, a)) % 360)


def oklab(values: NDArray[np.floating[Any]] | NDArray[np.uint8]) -> NDArray[np.float64]:
    """Oklab of sRGB values 0..255; both in the last axis."""
    return np.asarray(np.cbrt(linear(values) @ TO_LMS.T) @ TO_LAB.T)


def hue_distance(one: float, other: float) -> float:
    """The angle between two hues, 0..180 degrees."""
    return abs((one - other + 180) % 360 - 180)


def _srgb(lightness: float, chroma: float, hue: float) -> NDArray[np.float64]:
    """sRGB values, 0..1 inside the gamut."""
    lab = np.array([lightness, chroma * cos(radians(hue)), chroma * sin(radians(hue))])
    light = np.linalg.inv(TO_LMS) @ (np.linalg.inv(TO_LAB) @ lab) ** 3
    encoded = 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055
    return np.asarray(np.where(light <= 0.0031308, 12.92 * light, encoded))
