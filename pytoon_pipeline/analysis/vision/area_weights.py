"""The whole numbers by which libav's scaler weighs the pixels of a line when it averages areas.

libswscale computes in fixed point: weights are 64-bit integers, tiny ones at the ends of an area are left out, and the
rest is rounded so that the weights of each pixel add up to the same power of two. With the same integers, any device
makes the same picture, bit for bit.
"""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

# Positions and steps along a line have 16 bits behind the point. Samples of a plane lie at so many 256ths of a pixel of
# the picture: in its middle, and for chroma on the left of two columns a quarter of the way.
POINT = 16
MIDDLE, LEFT_CHROMA = 128, 64
# Weights before they are rounded have 54 bits, less where a line becomes much shorter and many of them are added.
WEIGHT_BITS, MAX_SPARED_BITS = 54, 8
# What a pixel weighs that is wholly inside its area, before it is scaled to those bits.
WHOLE_BITS = 46
# Weights at the ends of an area that add up to at most this share of a pixel are left out.
MAX_CUT = 0.002


def area_weights(source: int, target: int, position: int, bits: int, group: int) -> tuple[Integers, int]:
    """The matrix, shape (target, source), that resizes a line, and how many weights each pixel has.

    Each pixel is the mean over its area, or between its two neighbours where the line becomes longer. Its weights add
    up to 2 to the power of ``bits``, and are taken in groups of ``group``, so that tiny ones may fill up the last.
    ``position`` is where the samples of the source lie: ``MIDDLE`` or ``LEFT_CHROMA``.
    """
    if source == target and position == MIDDLE:
        return np.eye(source, dtype=np.int64) << bits, 1
    step = ((source << POINT) + target // 2) // target
    one = 1 << (WEIGHT_BITS - min((source // target).bit_length() - 1 if source > target else 0, MAX_SPARED_BITS))
    first, weights = (_between if step <= 1 << POINT else _over_area)(source, target, position, step, one)
    taps = _cut(first, weights, int(MAX_CUT * one))
    kept = taps if taps == 1 else -(-taps // group) * group
    return _rounded(first, weights[:, :kept], source, 1 << bits), taps


def _between(source: int, target: int, position: int, step: int, one: int) -> tuple[Integers, Integers]:
    """The first of two neighbours of each pixel, and the weights of both, shape (target, 2)."""
    centre = ((MIDDLE * step) >> 8) - ((position << 15) >> 7) + np.arange(target) * step
    first = centre >> POINT
    away = np.abs(((first[:, None] + np.arange(2)) << POINT) - centre[:, None])
    return first, np.maximum(0, one - away * (one >> POINT))


def _over_area(source: int, target: int, position: int, step: int, one: int) -> tuple[Integers, Integers]:
    """The first pixel of the area of each, and the weights of all, shape (target, size)."""
    size = max(1, min(1 + -(-source // target), source - 2))
    # Positions are doubled, so that half a pixel is a whole number.
    centre = ((MIDDLE * step) >> 7) - ((position << POINT) >> 7) + np.arange(target) * 2 * step
    start = centre - ((size - 2) << POINT)
    first = np.sign(start) * (np.abs(start) >> POINT + 1)
    away = np.abs(((first[:, None] + np.arange(size)) << POINT + 1) - centre[:, None]) << 13
    beyond_half = (away * target // source - (1 << 29)) * step
    inside = np.clip((1 << 45) - beyond_half, 0, 1 << WHOLE_BITS)
    return first, inside * (one >> WHOLE_BITS)


def _cut(first: Integers, weights: Integers, most: int) -> int:
    """Removes tiny weights at the beginning of each row, in place, and returns how many are needed in the longest."""
    target, size = weights.shape
    taps = 1
    for row in reversed(range(target)):
        room = int(first[row + 1] - first[row]) if row + 1 < target else size
        tiny = min(int((weights[row].cumsum() <= most).sum()), max(0, room))
        if tiny:
            weights[row] = np.append(weights[row, tiny:], np.zeros(tiny, np.int64))
            first[row] += tiny
        taps = max(taps, size - int((weights[row, :0:-1].cumsum() <= most).sum()))
    return taps


def _rounded(first: Integers, weights: Integers, source: int, total: int) -> Integers:
    """The matrix of weights that add up to ``total``; what rounding loses goes to the next one in the row.

    What lies beyond an end of the line counts for its last pixel.
    """
    target, taps = weights.shape
    rows, columns = np.arange(target), np.clip(first[:, None] + np.arange(taps), 0, source - 1)
    start = np.clip(first, 0, max(0, source - taps))
    inside = np.zeros_like(weights)
    np.add.at(inside, (rows[:, None], columns - start[:, None]), weights)
    unit = np.maximum(1, (inside.sum(1) + total // 2) // total)
    matrix, rest = np.zeros((target, source), np.int64), np.zeros(target, np.int64)
    for tap in range(taps):
        value = inside[:, tap] + rest
        whole = np.sign(value) * ((np.abs(value) + (unit >> 1)) // unit)
        matrix[rows, np.minimum(start + tap, source - 1)] += whole
        rest = value - whole * unit
    return matrix
