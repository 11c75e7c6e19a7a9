"""Flashes that may cause seizures: general and red ones, as defined by WCAG 2.3.1 and ITU-R BT.1702.

They are counted in two ways. Each block counts its own transitions, so it does not matter whether blocks flash
together, in turns or at every frame. The whole frame counts too, so flashes at changing places are found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.contracts.time import contains, overlap, union
from pytoon_pipeline.media.frame_stats import FrameStats

# A transition changes relative luminance by a tenth of the maximum, with the darker side below 0.8 (WCAG 2.3.1).
GENERAL_CHANGE, DARKER_BELOW = 0.1, 0.8
# A red transition has a saturated red side and changes (R - G - B) × 320 by more than 20 (WCAG 2.3.1).
RED_CHANGE = 20 / 320
# Transitions count when they cover a quarter of the frame; videos on phones fill the screen.
MIN_AREA = 0.25
# Transitions of blocks up to so many frames apart belong together: edges do not flash in the same frame.
MAX_OFFSET = 1
# A sequence starts and ends with a change of at least this share of the blocks that change at its maximum.
MIN_SHARE_OF_PEAK = 0.5
# So many of a block's four neighbours must flash with it: flashes are areas.
MIN_NEIGHBOURS = 2
# Points count near stripes, up to so many frames before or after, or when this share of all points change at once.
STRIPES_WITHIN, NEARLY_ALL = 4, 0.75

# The direction of transitions: +1, -1 or 0, shape (frames, ROWS, COLUMNS) or (frames, blocks).
Transitions = NDArray[np.int8]


@dataclass(frozen=True)
class FlashSequence:
    """Frames ``[start, end)`` with ``flashes`` pairs of opposing transitions, of ``kind`` general or red."""

    kind: str
    start: int
    end: int
    flashes: float

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def find_flashes(
    frame_stats: FrameStats, rate: float, per_second: int, sustained: tuple[int, float]
) -> list[FlashSequence]:
    """Sequences with more than ``per_second`` flashes in any second, or with sustained flashing.

    ``sustained`` is a number of flashes per second and the seconds for which it may last.
    """
    found: list[FlashSequence] = []
    for kind, values, singles, change, below in (
        ("general", frame_stats.light, frame_stats.point_light, GENERAL_CHANGE, DARKER_BELOW),
        ("red", frame_stats.red, frame_stats.point_red, RED_CHANGE, 1.0),
    ):
        if len(values) < 3 or max(values.max(), singles.max()) < 255 * change:
            continue
        blocks, points = (_transitions(levels, 255 * change, 255 * below) for levels in (values, singles))
        flashes = list(_flash_frames(blocks.reshape(len(blocks), -1)))
        whole = [*_too_many(kind, flashes, rate, per_second), *_too_long(kind, flashes, rate, *sustained)]
        found += whole
        for ways in (_with_neighbours(blocks), _simultaneous(points, frame_stats.stripes)):
            local = (*_blocks_too_many(kind, ways, rate, per_second), *_blocks_too_long(kind, ways, rate, *sustained))
            # Where the whole frame flashes, its range is more exact than that of the blocks.
            found += [one for one in local if not any(overlap(one.span, other.span) for other in whole)]
    return _merged(found)


def _transitions(values: NDArray[np.uint8], change: float, darker_below: float) -> Transitions:
    """+1 and -1 where a block has risen or fallen by ``change`` since its last extreme, in the shape of ``values``."""
    found = np.zeros(values.shape, np.int8)
    _follow(values.reshape(len(values), -1), change, darker_below, found.reshape(len(values), -1))
    return found


@njit(nogil=True, cache=True)
def _follow(values: Any, change: float, darker_below: float, found: Any) -> None:  # pragma: no cover
    count, blocks = values.shape
    for block in range(blocks):
        low = high = np.int64(values[0, block])
        way = 0
        for n in range(1, count):
            now = np.int64(values[n, block])
            if way != 1 and now - low >= change and low < darker_below:
                found[n, block] = way = 1
                high = now
            elif way != -1 and high - now >= change and now < darker_below:
                found[n, block] = way = -1
                low = now
            low, high = min(low, now), max(high, now)


def _with_neighbours(ways: Transitions) -> Transitions:
    """Transitions that neighbouring blocks share, shape (n, blocks). Blocks of shaky footage change independently."""
    kept = np.zeros_like(ways)
    for way in (1, -1):
        same = _nearby(ways == way, MAX_OFFSET)
        padded = np.pad(same, ((0, 0), (1, 1), (1, 1))).astype(np.int8)
        neighbours = padded[:, 2:, 1:-1] + padded[:, :-2, 1:-1] + padded[:, 1:-1, 2:] + padded[:, 1:-1, :-2]
        kept[(ways == way) & (neighbours >= MIN_NEIGHBOURS)] = way
    return kept.reshape(len(ways), -1)


def _simultaneous(ways: Transitions, stripes: NDArray[np.uint8]) -> Transitions:
    """Transitions that many points make at once, in stripes or nearly everywhere, shape (n, blocks).

    A moving edge passes points one after the other; shaky detail passes many of them, though never nearly all.
    """
    moved = ways != 0
    # Both directions of stripes; reducing so short an axis takes five times as long.
    striped = moved & _nearby((stripes[..., 0] | stripes[..., 1]) > 0, STRIPES_WITHIN)
    counts = striped | (moved.mean(axis=(1, 2)) >= NEARLY_ALL)[:, None, None]
    counts &= (counts.mean(axis=(1, 2)) >= MIN_AREA)[:, None, None]
    return np.where(counts, ways, np.int8(0)).reshape(len(ways), -1)


def _nearby(flags: NDArray[np.bool_], frames: int) -> NDArray[np.bool_]:
    """Where a flag is set up to ``frames`` frames before or after."""
    near = flags.copy()
    for by in range(1, frames + 1):
        near[by:] |= flags[:-by]
        near[:-by] |= flags[by:]
    return near


# Each block on its own


def _blocks_too_many(kind: str, ways: Transitions, rate: float, per_second: int) -> Iterator[FlashSequence]:
    """Where enough blocks make more transitions within a second than ``per_second`` flashes have, which is two each."""
    second, enough = max(1, round(rate)), _enough(ways)
    if ((ways != 0).sum(axis=0) > 2 * per_second).sum() < enough:
        return
    total = np.cumsum(ways != 0, axis=0, dtype=np.int32)
    within = total.copy()
    within[second:] -= total[:-second]
    for n in np.flatnonzero((within > 2 * per_second).sum(axis=1) >= enough):
        start = max(0, int(n) - second + 1)
        these = ways[start : n + 1, within[n] > 2 * per_second] != 0
        shares = these.mean(axis=1)
        changed = np.flatnonzero(shares >= MIN_SHARE_OF_PEAK * shares.max())
        if changed[-1] == len(these) - 1:
            # The number of transitions that a quarter of the blocks reach.
            reached = np.sort(within[n])[-enough]
            yield FlashSequence(kind, start + int(changed[0]), int(n) + 1, float(reached) / 2)


def _blocks_too_long(
    kind: str, ways: Transitions, rate: float, per_second: int, seconds: float
) -> Iterator[FlashSequence]:
    """Where enough blocks make ``per_second`` flashes in every second for longer than ``seconds``."""
    count = ways.shape[1]
    before = np.full((2 * per_second, count), -np.inf)
    start = np.full(count, np.inf)
    for n in np.flatnonzero(ways.any(axis=1)):
        now = ways[n] != 0
        broken = now & (n - before[-1] > rate)
        start = np.where(broken, n, start)
        before = np.where(now, np.concatenate(([np.full(count, n)], before[:-1])), before)
        lasting = (before[0] - start > seconds * rate) & (n - before[0] <= rate)
        if lasting.sum() >= _enough(ways):
            first = int(np.median(start[lasting]))
            yield FlashSequence(kind, first, int(n) + 1, round(per_second * (n - first) / rate, 1))


def _enough(ways: Transitions) -> int:
    """The number of blocks that make up ``MIN_AREA``."""
    return max(1, int(np.ceil(MIN_AREA * ways.shape[1])))


# The whole frame


def _flash_frames(transitions: Transitions) -> Iterator[tuple[int, int]]:
    """First and last frame of each flash: a transition of enough blocks, and the opposing one after it."""
    started: tuple[int, int] | None = None
    for frame, way in _frame_transitions(transitions):
        if started is None or started[1] == way:
            started = (frame, way)
        else:
            yield started[0], frame
            started = None


def _frame_transitions(transitions: Transitions) -> Iterator[tuple[int, int]]:
    """Frames in which enough blocks change in the same direction, and the direction."""
    enough, quiet_until = _enough(transitions), -1
    for n in np.flatnonzero(transitions.any(axis=1)):
        if n <= quiet_until:
            continue
        # Of two transitions of a block in a row, the first one counts here.
        near = transitions[n]
        for later in transitions[n + 1 : n + MAX_OFFSET + 1]:
            near = np.where(near == 0, later, near)
        up, down = (near == 1).sum(), (near == -1).sum()
        if max(up, down) >= enough:
            way = 1 if up >= down else -1
            yield int(n), way
            # The rest of the same transition, a frame later, is not another one.
            if (transitions[n] == way).sum() < enough:
                quiet_until = int(n) + MAX_OFFSET


def _too_many(kind: str, flashes: list[tuple[int, int]], rate: float, per_second: int) -> Iterator[FlashSequence]:
    """Ranges with more than ``per_second`` flashes within a second."""
    for n in range(len(flashes) - per_second):
        first, last = flashes[n][0], flashes[n + per_second][1]
        if last - first < rate:
            yield FlashSequence(kind, first, last + 1, per_second + 1)


def _too_long(
    kind: str, flashes: list[tuple[int, int]], rate: float, per_second: int, seconds: float
) -> Iterator[FlashSequence]:
    """Runs longer than ``seconds`` in which every second has ``per_second`` flashes."""
    run: list[tuple[int, int]] = []
    for flash in flashes:
        if len(run) >= per_second and flash[1] - run[-per_second][1] > rate:
            run = []
        run.append(flash)
        if len(run) > per_second and run[-1][1] - run[0][0] > seconds * rate:
            yield FlashSequence(kind, run[0][0], run[-1][1] + 1, len(run))


def _merged(sequences: list[FlashSequence]) -> list[FlashSequence]:
    """Joins sequences of one kind that touch, in order of their start."""
    merged = []
    for kind in sorted({one.kind for one in sequences}):
        same = [one for one in sequences if one.kind == kind]
        for start, end in union(one.span for one in same):
            flashes = max(one.flashes for one in same if contains((start, end), one.span))
            merged.append(FlashSequence(kind, start, end, flashes))
    return sorted(merged, key=lambda one: one.start)
