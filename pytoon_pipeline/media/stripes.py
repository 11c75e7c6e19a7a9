"""Regular stripes in a picture, and single points of it, which means over large blocks cannot show.

Stripes are searched along one line through each row and each column of blocks, so they are found in any orientation,
straight or curved, and as rows of repeated elements.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.media import colour

# White on the screen that the standards assume, in cd/m²; in relative luminance ITU-R BT.1702's step of 20 cd/m² is
# then WCAG's tenth.
WHITE = 200.0
# Stripes count when they reach this step between light and dark, luminance of the light ones, and Michelson contrast.
STEP, BRIGHT, CONTRAST = 20 / WHITE, 50 / WHITE, 0.2
# More than five pairs of light and dark stripes are a pattern: eleven stripes and more.
STRIPES = 11
# Lines are sampled at this many points across the shorter side: one and a half minutes of arc on a phone.
SAMPLES = 540
# A pair of stripes takes at least this many samples; finer ones, at eleven pairs per degree on a phone, are invisible.
MIN_STRIPE_PIXELS = 5
# Pairs that follow each other differ in length by at most this share.
IRREGULAR = 0.25
# Points are means over a square of this share of the shorter side: WCAG 2.3.1 exempts finer flicker, below 0.1°.
POINT = 1 / 90
# A phase in the cycle of light and dark from 0 to 1 is stored as 1..255; 0 means that there are no stripes.
CYCLE = 254

_LIGHT = (255 * colour.linear(np.clip((np.arange(256) - 16) * 255 / 219, 0, 255)) + 0.5).astype(np.float32)


def points(plane: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.uint8]:
    """Means of small squares in the middle of each of ``rows`` × ``columns`` blocks."""
    out = np.empty((rows, columns), np.uint8)
    _points(plane, max(1, round(POINT * min(plane.shape))), out)
    return out


def stripes(luma: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.uint8]:
    """The phase of the middle of each block in the cycle of light and dark stripes, along rows and along columns.

    Shape (rows, columns, 2); 0 where there are no regular stripes.
    """
    out = np.zeros((rows, columns, 2), np.uint8)
    step = max(1, round(min(luma.shape) / SAMPLES))
    _along(luma, step, _LIGHT, out[:, :, 0])
    _along(luma.T, step, _LIGHT, out[:, :, 1].T)
    return out


@njit(nogil=True, cache=True)
def _points(plane: Any, side: int, out: Any) -> None:  # pragma: no cover
    height, width = plane.shape
    rows, columns = out.shape
    for i in range(rows):
        top = max(0, min(height - side, (2 * i + 1) * height // (2 * rows) - side // 2))
        for j in range(columns):
            left = max(0, min(width - side, (2 * j + 1) * width // (2 * columns) - side // 2))
            total, count = 0, 0
            for y in range(top, min(height, top + side)):
                for x in range(left, min(width, left + side)):
                    total += plane[y, x]
                    count += 1
            out[i, j] = (total + count // 2) // count


@njit(nogil=True, cache=True)
def _along(luma: Any, step: int, light: Any, out: Any) -> None:  # pragma: no cover
    """Searches the middle line of each row of blocks; ``luma`` and ``out`` may be transposed."""
    height, width = luma.shape
    rows = len(out)
    count = width // step
    edges = np.empty(count + 1, np.int32)
    for i in range(rows):
        line = luma[min(height - 1, (2 * i + 1) * height // (2 * rows))]
        found, up = _edges(line, step, count, light, edges)
        if found >= STRIPES - 2:
            _sequences(edges, found, up, count, out[i])


@njit(nogil=True, cache=True)
def _edges(line: Any, step: int, count: int, light: Any, edges: Any) -> Any:  # pragma: no cover
    """Finds edges between light and dark along a line: their number, and whether the first one goes up."""
    found, up, way = 0, False, 0
    low = high = -1.0
    for n in range(count):
        at = n * step
        value = light[line[at]]
        if step > 1:
            value = (value + light[line[at + 1]]) / 2
        if n == 0:
            low = high = value
        if way != 1 and _differ(low, value):
            up = up if found else True
            way, high = 1, value
            edges[found] = n
            found += 1
        elif way != -1 and _differ(value, high):
            way, low = -1, value
            edges[found] = n
            found += 1
        low, high = min(low, value), max(high, value)
    return found, up


@njit(nogil=True, cache=True)
def _differ(dark: float, bright: float) -> bool:  # pragma: no cover
    step = bright - dark
    return step >= 255 * STEP and bright >= 255 * BRIGHT and step >= CONTRAST * (bright + dark)


@njit(nogil=True, cache=True)
def _sequences(edges: Any, found: int, up: bool, count: int, out: Any) -> None:  # pragma: no cover
    """Marks the blocks that lie in regular sequences of stripes."""
    first = 0
    while first + STRIPES - 2 < found:
        last = first + 1
        while last + 1 < found and _regular(edges, first, last):
            last += 1
        _mark(edges, first, last, found, up, count, out)
        first = last if last > first + 1 else first + 1


@njit(nogil=True, cache=True)
def _regular(edges: Any, first: int, last: int) -> bool:  # pragma: no cover
    """Whether the stripe from edge ``last`` to the next continues the sequence from edge ``first``."""
    pair = edges[last + 1] - edges[last - 1]
    if pair < MIN_STRIPE_PIXELS:
        return False
    if last - 2 < first:
        return True
    before = edges[last] - edges[last - 2]
    return abs(pair - before) <= max(1.0, IRREGULAR * before)


@njit(nogil=True, cache=True)
def _mark(edges: Any, first: int, last: int, found: int, up: bool, count: int, out: Any) -> None:  # pragma: no cover
    if last - first < 2:
        return
    ahead, behind = edges[first + 2] - edges[first], edges[last] - edges[last - 2]
    stripes, start, end = last - first, edges[first], edges[last]
    # A stripe that the picture's border cuts counts, too.
    if first == 0 and 0 < start <= (1 + IRREGULAR) * (edges[first + 2] - edges[first + 1]) + 1:
        stripes, start = stripes + 1, 0
    if last == found - 1 and 0 < count - end <= (1 + IRREGULAR) * (edges[last - 1] - edges[last - 2]) + 1:
        stripes, end = stripes + 1, count
    if stripes < STRIPES:
        return
    columns, k = len(out), first
    for j in range(columns):
        at = (2 * j + 1) * count // (2 * columns)
        if at < start or at >= end:
            continue
        while k < last - 1 and edges[k + 1] <= at:
            k += 1
        # Beyond the outermost edges the cycle continues as inside.
        if at < edges[first]:
            share = 1 - min(1.0, 2 * (edges[first] - at) / ahead)
            lit = (first % 2 == 0) != up
        elif at >= edges[last]:
            share = min(1.0, 2 * (at - edges[last]) / behind)
            lit = (last % 2 == 0) == up
        else:
            share = (at - edges[k]) / (edges[k + 1] - edges[k])
            lit = (k % 2 == 0) == up
        phase = share / 2 + (0.0 if lit else 0.5)
        out[j] = 1 + int(CYCLE * min(phase, 0.999))
