"""The part of a source that shows anything: without bars of one colour, without transparent borders."""

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import WHOLE, Box
from pytoon_pipeline.media.images import Rgba

# Bars at opposite sides differ by at most this share of the size, and one is at most this share of it.
MAX_UNEVEN, MAX_BAR = 0.04, 0.45
# Beside a black bar, the picture is lit at some time over this share of its width; a round light is not.
MIN_LIT = 0.5
# A bar's levels differ by this much at most, those of the picture beside it by more. The picture begins where this
# share of a line differs, after as many lines that are neither.
MAX_NOISE, MIN_EDGE, MIN_STRAIGHT, MIXED_LINES = 12, 24, 0.9, 6


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


def active_picture(darkest: NDArray[np.uint8], brightest: NDArray[np.uint8]) -> Box:
    """The part between bars, which are black or of one colour in all samples; the whole where there are none.

    ``darkest`` and ``brightest`` are the extremes of all samples, shape (height, width, 3).
    """
    lit = brightest.max(axis=2) > 24
    x, width = _between_bars(lit.T)
    y, height = _between_bars(lit)
    extremes = darkest.astype(np.int16), brightest.astype(np.int16)
    if height == 1:
        rows, (above, below) = len(lit), _coloured_bars(*extremes)
        y, height = above / rows, (rows - above - below) / rows
    if width == 1:
        columns, (left, right) = lit.shape[1], _coloured_bars(*(one.swapaxes(0, 1) for one in extremes))
        # Bars at the sides come in pairs: a margin at one side may belong to a page of text.
        if min(left, right) > 0 and abs(left - right) <= MAX_UNEVEN * columns:
            x, width = left / columns, (columns - left - right) / columns
    return Box(x=x, y=y, width=width, height=height)


def _coloured_bars(darkest: NDArray[np.int16], brightest: NDArray[np.int16]) -> tuple[int, int]:
    """The lines of the bars at the first and at the last edge of the first axis."""
    return _coloured_bar(darkest, brightest), _coloured_bar(darkest[::-1], brightest[::-1])


def _coloured_bar(darkest: NDArray[np.int16], brightest: NDArray[np.int16]) -> int:
    """The lines of one colour before a straight edge, and those that coding mixed with the picture; else 0.

    A wall behind a person has one colour too, but ends at hair and shoulders, not at a straight line.
    """
    colour = np.median((darkest[0] + brightest[0]) // 2, axis=0)
    away = np.maximum(brightest - colour, colour - darkest).max(axis=2)
    plain = (away <= MAX_NOISE).mean(axis=1) >= 0.98
    bar = int(np.argmin(plain)) if not plain.all() else 0
    if not 2 <= bar <= MAX_BAR * len(plain):
        return 0
    other = away > MIN_EDGE
    inside = np.flatnonzero(other.any(axis=0))
    if not len(inside):
        return 0
    share = other[bar : bar + MIXED_LINES, inside[0] : inside[-1] + 1].mean(axis=1)
    edge = np.flatnonzero(share >= MIN_STRAIGHT)
    return bar + int(edge[0]) + 1 if len(edge) else 0


def _between_bars(lit: NDArray[np.bool_]) -> tuple[float, float]:
    """Where the lines of the first axis are between black bars: the first edge and the extent, as shares."""
    found = np.flatnonzero(lit.mean(axis=1) > 0.02)
    size = len(lit)
    if not len(found):
        return 0.0, 1.0
    before, after = int(found[0]), size - 1 - int(found[-1])
    # Bars lie on both sides with equal size; a dark side, or darkness around a spot of light, is part of the picture.
    if min(before, after) < 2 or abs(before - after) > MAX_UNEVEN * size or before + after > 0.7 * size:
        return 0.0, 1.0
    inside = np.flatnonzero(lit.any(axis=0))
    lines = lit[:, inside[0] : inside[-1] + 1].mean(axis=1)
    edges = lines[before : before + MIXED_LINES].max(), lines[: size - after][-MIXED_LINES:].max()
    if min(edges) < MIN_LIT:
        return 0.0, 1.0
    # One more line at each bar's edge, which scaling has mixed with the picture.
    return (before + 1) / size, (size - before - after - 2) / size
