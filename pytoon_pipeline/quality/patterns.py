"""Regular stripes that may cause seizures, as Ofcom's guidance and ITU-R BT.1702 define them.

What counts as stripes, how many and of which luminance, ``media/stripes.py`` decides picture by picture; here is how
long they last, how much of the picture they take, and whether they stand, drift or turn round.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media.frame_stats import FrameStats
from pytoon_pipeline.media.stripes import CYCLE
from pytoon_pipeline.quality.context import runs

# Stripes that are gone for so many seconds and come back are the same stripes: they flash.
GONE = 0.25
# Of a cycle: what is no move; a move that could as well be one of the other way, so that light and dark change places;
# and how far stripes go to and fro within a second before they oscillate.
STILL, EITHER, TO_AND_FRO = 0.04, 0.4, 0.24
# What changing places, and coming or going, add to that: twice a second is too often, or two flashes.
SWAP, BLINK = 0.125, 0.0625
# Blocks of nine that must have stripes, the one in the middle among them: fewer are chance.
NEIGHBOURS = 3

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Pattern:
    """Frames ``[start, end)`` with stripes over ``area`` of the picture, and whether they move to and fro or flash."""

    start: int
    end: int
    area: float
    unsteady: bool


def find_patterns(
    frame_stats: FrameStats, rate: float, seconds: float, area: float, unsteady_area: float
) -> list[Pattern]:
    """Where stripes last longer than ``seconds`` on more than ``area`` of the picture, or ``unsteady_area`` of it."""
    least = min(area, unsteady_area)
    there = _gathered((frame_stats.stripes > 0).any(axis=-1)).reshape(len(frame_stats), -1)
    much = np.flatnonzero(there.mean(axis=1) > least)
    if not len(much):
        return []
    # Stripes may go on a little where they take less of the picture.
    around = slice(max(0, int(much[0]) - round(2 * rate)), int(much[-1]) + round(2 * rate))
    there, phases = there[around], frame_stats.stripes[around].reshape(-1, there.shape[1], 2)
    long = _lasting(_bridged(there, round(GONE * rate)), round(seconds * rate))
    unsteady = long & (_to_and_fro(phases, there, max(1, round(rate))) >= TO_AND_FRO)
    found = []
    for flags, limit, kind in ((unsteady, unsteady_area, True), (long, area, False)):
        shares = flags.mean(axis=1)
        for start, end in runs(shares > limit):
            found.append(
                Pattern(around.start + start, around.start + end, round(float(shares[start:end].max()), 3), kind)
            )
    return [one for n, one in enumerate(found) if not any(_inside(one, other) for other in found[:n])]


def _gathered(there: Flags) -> Flags:
    """Blocks that have others beside them."""
    padded = np.pad(there, ((0, 0), (1, 1), (1, 1))).astype(np.int8)
    rows, columns = there.shape[1:]
    count = sum(padded[:, i : i + rows, j : j + columns] for i in range(3) for j in range(3))
    return np.asarray(there & (count >= NEIGHBOURS))


def _bridged(there: Flags, gap: int) -> Flags:
    """With gaps of up to ``gap`` pictures filled."""
    filled, since = there.copy(), np.full(there.shape[1], -1)
    for n, now in enumerate(there):
        for k in range(1, gap + 1):
            short = now & (since == n - k - 1) & (since >= 0)
            if short.any():
                filled[n - k : n, short] = True
        since[now] = n
    return filled


def _lasting(there: Flags, least: int) -> Flags:
    """Only where it goes on for more than ``least`` pictures."""
    kept = np.zeros_like(there)
    began = np.full(there.shape[1], -1)
    for n, now in enumerate((*there, np.zeros(there.shape[1], bool))):
        ended = ~now & (began >= 0) & (n - began > least)
        for block in np.flatnonzero(ended):
            kept[began[block] : n, block] = True
        began = np.where(now, np.where(began < 0, n, began), -1)
    return kept


def _to_and_fro(phases: NDArray[np.uint8], there: Flags, second: int) -> NDArray[np.float64]:
    """How far the stripes of each block go both ways within a second around each picture, in cycles."""
    places = (phases.astype(np.float64) - 1) / CYCLE
    moves = (np.diff(places, axis=0) + 0.5) % 1 - 0.5
    moves[(phases[1:] == 0) | (phases[:-1] == 0) | (np.abs(moves) < STILL)] = 0
    forth, back = np.maximum(moves, 0), np.maximum(-moves, 0)
    either = np.abs(moves) >= EITHER
    forth[either] = back[either] = SWAP
    # Stripes that come or go are a flash, which is as bad both ways.
    blinks = BLINK * (there[1:] != there[:-1])[..., None]
    both = np.minimum(_within(forth + blinks, second), _within(back + blinks, second)).max(axis=-1)
    return np.concatenate((both[:1], both))


def _within(values: NDArray[np.float64], second: int) -> NDArray[np.float64]:
    """Sums over a second around each."""
    total = np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)))
    at = np.arange(len(values))
    return np.asarray(total[np.minimum(at + second // 2 + 1, len(values))] - total[np.maximum(at - second // 2, 0)])


def _inside(one: Pattern, other: Pattern) -> bool:
    return other.start <= one.start and one.end <= other.end
