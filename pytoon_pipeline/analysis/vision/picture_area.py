"""The part of a source that shows anything: without black bars, without transparent borders."""

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import WHOLE, Box
from pytoon_pipeline.media.images import Rgba


def visible_area(picture: Rgba) -> Box:
    """The smallest box around all that is not transparent; the whole of an opaque or empty picture."""
    seen = picture[:, :, 3] > 8
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return WHOLE
    height, width = seen.shape
    return Box(
        x=columns[0] / width,
        y=rows[0] / height,
        width=(columns[-1] + 1 - columns[0]) / width,
        height=(rows[-1] + 1 - rows[0]) / height,
    )


def active_picture(brightest: NDArray[np.uint8]) -> Box:
    """The part that is not black in all samples; the whole unless there are matching bars on opposite sides."""
    lit = brightest.max(axis=2) > 24
    x, width = _between_bars(lit.mean(axis=0) > 0.02)
    y, height = _between_bars(lit.mean(axis=1) > 0.02)
    return Box(x=x, y=y, width=width, height=height)


def _between_bars(lit: NDArray[np.bool_]) -> tuple[float, float]:
    found = np.flatnonzero(lit)
    size = len(lit)
    if not len(found):
        return 0.0, 1.0
    before, after = int(found[0]), size - 1 - int(found[-1])
    # Bars lie on both sides with equal size; a dark side, or darkness around a spot of light, is part of the picture.
    if min(before, after) < 2 or abs(before - after) > 0.04 * size or before + after > 0.7 * size:
        return 0.0, 1.0
    # One more line at each bar's edge, which scaling has mixed with the picture.
    return (before + 1) / size, (size - before - after - 2) / size
