"""Regular patterns that may cause seizures, as defined by Ofcom's guidance and ITU-R BT.1702.

``media/stripes.py`` decides frame by frame what counts as stripes: their number and luminance. This module decides how
long they last, how much of the frame they cover, and whether they are still, drift or reverse.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.time import contains, runs
from pytoon_pipeline.media.frame_stats import FrameStats
from pytoon_pipeline.media.stripes import CYCLE

# Stripes that disappear for up to so many seconds and return are the same stripes: they flash.
MAX_GAP_SECONDS = 0.25
# As shares of a cycle: the largest shift that counts as still; the smallest that has no clear direction, so that light
# and dark swap places; and how far stripes move both ways within a second before they oscillate.
STILL, AMBIGUOUS, OSCILLATING = 0.04, 0.4, 0.24
# What a swap, and an appearance or disappearance, add to the movement: two swaps or two flashes a second are too many.
SWAP, BLINK = 0.125, 0.0625
# Of nine neighbouring blocks, including the one in the middle, so many must have stripes; fewer are chance.
MIN_NEIGHBOURS = 3

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Pattern:
    """Frames ``[start, end)`` with stripes over the share ``area`` of the frame.

    Unsteady stripes oscillate or flash.
    """

    start: int
    end: int
    area: float
    unsteady: bool

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def find_patterns(
    frame_stats: FrameStats, rate: float, seconds: float, area: float, unsteady_area: float
) -> list[Pattern]:
    """Where stripes last longer than ``seconds`` on more than ``area`` of the frame, or ``unsteady_area`` of it.

    Patterns inside an unsteady one are left out.
    """
    smallest = min(area, unsteady_area)
    striped = _clustered((frame_stats.stripes > 0).any(axis=-1)).reshape(len(frame_stats), -1)
    candidates = np.flatnonzero(striped.mean(axis=1) > smallest)
    if not len(candidates):
        return []
    # Stripes may last a little longer on a smaller part of the frame.
    around = slice(max(0, int(candidates[0]) - round(2 * rate)), int(candidates[-1]) + round(2 * rate))
    striped, phases = striped[around], frame_stats.stripes[around].reshape(-1, striped.shape[1], 2)
    lasting = _longer_than(_bridged(striped, round(MAX_GAP_SECONDS * rate)), round(seconds * rate))
    unsteady = lasting & (_oscillation(phases, striped, max(1, round(rate))) >= OSCILLATING)
    result: list[Pattern] = []
    for flags, limit, kind in ((unsteady, unsteady_area, True), (lasting, area, False)):
        shares = flags.mean(axis=1)
        for start, end in runs(shares > limit):
            share = round(float(shares[start:end].max()), 3)
            result.append(Pattern(around.start + start, around.start + end, share, kind))
    return [one for n, one in enumerate(result) if not any(contains(other.span, one.span) for other in result[:n])]


def _clustered(striped: Flags) -> Flags:
    """Blocks with stripes that have enough neighbours with stripes."""
    padded = np.pad(striped, ((0, 0), (1, 1), (1, 1))).astype(np.int8)
    rows, columns = striped.shape[1:]
    count = sum(padded[:, i : i + rows, j : j + columns] for i in range(3) for j in range(3))
    return np.asarray(striped & (count >= MIN_NEIGHBOURS))


def _bridged(striped: Flags, max_gap: int) -> Flags:
    """``striped`` with gaps of up to ``max_gap`` frames filled."""
    filled, last = striped.copy(), np.full(striped.shape[1], -1)
    for n, now in enumerate(striped):
        for k in range(1, max_gap + 1):
            short = now & (last == n - k - 1) & (last >= 0)
            if short.any():
                filled[n - k : n, short] = True
        last[now] = n
    return filled


def _longer_than(striped: Flags, frames: int) -> Flags:
    """``striped`` where it lasts for more than ``frames`` frames."""
    kept = np.zeros_like(striped)
    began = np.full(striped.shape[1], -1)
    for n, now in enumerate((*striped, np.zeros(striped.shape[1], bool))):
        ended = ~now & (began >= 0) & (n - began > frames)
        for block in np.flatnonzero(ended):
            kept[began[block] : n, block] = True
        began = np.where(now, np.where(began < 0, n, began), -1)
    return kept


def _oscillation(phases: NDArray[np.uint8], striped: Flags, second: int) -> NDArray[np.float64]:
    """How far the stripes of each block move in both directions within a second around each frame, in cycles."""
    positions = (phases.astype(np.float64) - 1) / CYCLE
    moves = (np.diff(positions, axis=0) + 0.5) % 1 - 0.5
    moves[(phases[1:] == 0) | (phases[:-1] == 0) | (np.abs(moves) < STILL)] = 0
    forward, backward = np.maximum(moves, 0), np.maximum(-moves, 0)
    ambiguous = np.abs(moves) >= AMBIGUOUS
    forward[ambiguous] = backward[ambiguous] = SWAP
    # Stripes that appear or disappear are a flash, which counts in both directions.
    blinks = BLINK * (striped[1:] != striped[:-1])[..., None]
    sums = _within_a_second(forward + blinks, second), _within_a_second(backward + blinks, second)
    both = np.minimum(*sums).max(axis=-1)
    return np.concatenate((both[:1], both))


def _within_a_second(values: NDArray[np.float64], second: int) -> NDArray[np.float64]:
    """Sums over the ``second`` frames around each frame."""
    total = np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)))
    at = np.arange(len(values))
    return np.asarray(total[np.minimum(at + second // 2 + 1, len(values))] - total[np.maximum(at - second // 2, 0)])
