"""The light of a source: its colour cast and its exposure, as samples show them.

The colour of the light is the median of three estimates: the mean (Grey World), Shades of Grey (Finlayson and Trezzi
2004) and Grey Edge of the first order (van de Weijer, Gevers and Gijsenij 2007), the last two with a Minkowski norm of
6. Bright surfaces and edges mislead another one of them than large areas do. Where they disagree, none is certain.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.colour import ColourMeasure
from pytoon_pipeline.media.colour import KB, KG, KR, linear

NORM = 6
# Samples are measured at this size.
SIDE = 128
# Values of the largest channel between which a pixel tells the colour of the light.
DARK, CLIPPED = 20, 250
# A sample with a smaller share of such pixels tells nothing.
MIN_SHARE = 0.02
MID_GREY, BLACK = 0.18, 1e-3


class LightSamples(NamedTuple):
    """What is measured of some samples: three estimates of temperature and tint of those that tell the colour of the
    light, shape (samples, 3, 2); and of all their exposure, highlights and clipped share, (samples, 3).
    """

    estimates: NDArray[np.float64]
    levels: NDArray[np.float64]


class LightMeter:
    """Measures samples one after the other."""

    def __init__(self) -> None:
        self._casts: list[tuple[float, float, float]] = []
        self._levels: list[NDArray[np.float64]] = []

    def add(self, image: NDArray[np.uint8]) -> None:
        """Adds a BGR image, shape (height, width, 3)."""
        self.include(_measured(image))

    def include(self, found: LightSamples) -> None:
        """Adds what was measured elsewhere."""
        for estimates in found.estimates:
            temperature, tint = np.median(estimates, axis=0)
            self._casts.append((temperature, tint, float(np.abs(estimates - (temperature, tint)).max())))
        self._levels += list(found.levels)

    @property
    def measure(self) -> ColourMeasure | None:
        """The light over all samples; none where it is too dark or too bright to tell."""
        if not self._casts:
            return None
        casts = np.array(self._casts)
        (temperature, tint, apart), levels = np.median(casts, axis=0), np.median(self._levels, axis=0)
        varying = float(np.percentile(np.abs(casts[:, :2] - (temperature, tint)), 90))
        return ColourMeasure(
            temperature=round(float(temperature), 3),
            tint=round(float(tint), 3),
            disagreement=round(max(float(apart), varying), 3),
            exposure=round(float(levels[0]), 3),
            highlights=round(float(levels[1]), 3),
            clipped=round(float(levels[2]), 3),
        )


def _measured(image: NDArray[np.uint8]) -> LightSamples:
    import cv2

    small = np.asarray(cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA))[:, :, ::-1]
    light, highest = linear(small), small.max(axis=2)
    lit = (highest > DARK) & (highest < CLIPPED)
    estimates = np.empty((0, 3, 2))
    if lit.mean() >= MIN_SHARE:
        estimates = np.array([[_cast(light[lit], 1), _cast(light[lit], NORM), _cast(_edges(light, lit), NORM)]])
    levels = light @ np.array([KR, KG, KB])
    exposure = np.log2(levels + BLACK).mean() - np.log2(MID_GREY)
    return LightSamples(estimates, np.array([[exposure, np.percentile(levels, 99), (highest >= CLIPPED).mean()]]))


def _cast(light: NDArray[np.float64], norm: int) -> tuple[float, float]:
    """Temperature and tint of linear values (count, 3), in stops, averaged with a Minkowski norm."""
    red, green, blue = np.log2(np.maximum((light**norm).mean(axis=0) ** (1 / norm), BLACK))
    return float((red - blue) / 2), float((red + blue) / 2 - green)


def _edges(light: NDArray[np.float64], lit: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much each channel changes, where the pixels around are lit too; the values themselves where none are."""
    import cv2

    smooth = cv2.GaussianBlur(light, (0, 0), 1)
    changes = np.hypot(cv2.Sobel(smooth, cv2.CV_64F, 1, 0), cv2.Sobel(smooth, cv2.CV_64F, 0, 1))
    inside = cv2.erode(lit.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    found = changes[inside]
    return found if len(found) and float(found.max()) > BLACK else light[lit]
