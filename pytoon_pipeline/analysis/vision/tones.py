"""How dark and how light a source gets, and where, so that text on it can stand out."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.analysis import Tones
from pytoon_pipeline.media.colour import luminance

GRID = 32
# Pixels of a cell's side: enough to tell a line of type from a flat area.
CELL = 4
TONE_PERCENTILES = (5, 95)
# The shade: the mean of the darker half of all pixels, as dark as its largest channel allows, and at least this much of
# its colour turned grey. Black pixels have no colour: they may be bars.
SHADE_LEVEL, SHADE_GREY, BLACK = 40.0, 0.1, 12
# Rows of pixels that an edge of the picture has.
EDGE = 4


class ToneSamples(NamedTuple):
    """What is measured of some samples: the dark and light tone of each cell, shape (samples, cells), the mean of the
    darker half of those that have a colour, (samples, 3), and the colours of both edges, (samples, 2, columns, 3).
    """

    dark: NDArray[np.float64]
    light: NDArray[np.float64]
    dark_colours: NDArray[np.float64]
    edges: NDArray[np.float64]


class ToneMeter:
    """Measures samples one after the other and holds the extremes of each cell."""

    def __init__(self) -> None:
        self._darkest = np.ones(GRID * GRID)
        self._lightest = np.zeros(GRID * GRID)
        self._dark_colours: list[NDArray[np.float64]] = []
        self._edges: list[NDArray[np.float64]] = []

    def add(self, image: NDArray[np.uint8]) -> None:
        """Adds a BGR image, shape (height, width, 3)."""
        self.include(_measured(image))

    def include(self, found: ToneSamples) -> None:
        """Adds what was measured elsewhere."""
        self._darkest = np.minimum(self._darkest, found.dark.min(axis=0))
        self._lightest = np.maximum(self._lightest, found.light.max(axis=0))
        self._dark_colours += list(found.dark_colours)
        self._edges += list(found.edges)

    @property
    def tones(self) -> Tones:
        edges = np.mean(self._edges, axis=0)
        return Tones(
            columns=GRID,
            rows=GRID,
            darkest=tuple(round(float(value), 4) for value in self._darkest),
            lightest=tuple(round(float(value), 4) for value in self._lightest),
            shade=self._shade(),
            top=_colours(edges[0]),
            bottom=_colours(edges[1]),
        )

    def _shade(self) -> str:
        """The dark tone as ``#rrggbb``."""
        mean = np.mean(self._dark_colours or [np.zeros(3)], axis=0)
        muted = mean + SHADE_GREY * (mean.mean() - mean)
        return _colours([muted * min(1.0, SHADE_LEVEL / max(1.0, muted.max()))])[0]


def _colours(values: Sequence[NDArray[np.float64]] | NDArray[np.float64]) -> tuple[str, ...]:
    """RGB values 0..255 as ``#RRGGBB``."""
    rows = np.round(values).astype(int).tolist()
    return tuple(f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue in rows)


def _measured(image: NDArray[np.uint8]) -> ToneSamples:
    import cv2

    side = GRID * CELL
    small = np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA))
    light = luminance(small[:, :, ::-1])
    cells = light.reshape(GRID, CELL, GRID, CELL).swapaxes(1, 2).reshape(GRID * GRID, CELL * CELL)
    pixels, levels = small[:, :, ::-1].reshape(-1, 3), light.reshape(-1)
    coloured = (pixels > BLACK).any(axis=1)
    dark_colours = np.empty((0, 3))
    if coloured.any():
        darker = levels[coloured] <= np.median(levels[coloured])
        dark_colours = pixels[coloured][darker].mean(axis=0)[None]
    strips = np.stack((small[:EDGE, :, ::-1], small[-EDGE:, :, ::-1]))
    edges = strips.reshape(2, EDGE, GRID, CELL, 3).mean(axis=(1, 3))
    dark, bright = np.percentile(cells, TONE_PERCENTILES, axis=1)
    return ToneSamples(dark[None], bright[None], dark_colours, edges[None])
