"""Flashes that may cause seizures: general and red ones, as WCAG 2.3.1 and ITU-R BT.1702 define them.

They are counted twice. Each block counts its own transitions, so it does not matter whether blocks flash together, in
turns or at every picture. The picture as a whole counts too, so flashes that are elsewhere each time are found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.media.frame_stats import FrameStats

# A transition changes relative luminance by a tenth of the most there is, its darker side below 0.8 (WCAG 2.3.1).
GENERAL_CHANGE, DARKER_BELOW = 0.1, 0.8
# A red transition has a saturated red side and changes (R - G - B) × 320 by more than 20 (WCAG 2.3.1).
RED_CHANGE = 20 / 320
# Transitions count where they take a quarter of the picture; videos on phones fill the screen.
AREA = 0.25
# Transitions of neighbouring blocks that are so many frames apart belong together: edges do not flash at once.
TOGETHER = 1
# Flashing begins and ends with a change of at least this share of the blocks that change at its largest.
MANY = 0.5
# Of a block's four neighbours so many flash with it: what flashes are areas.
NEIGHBOURS = 2
# Points count in stripes, seen up to so many frames before or after, or where this share of all change at once.
STRIPES_WITHIN, NEARLY_ALL = 4, 0.75

Ways = NDArray[np.int8]


@dataclass(frozen=True)
class FlashSequence:
    """Frames ``[start, end)`` with ``flashes`` pairs of opposing transitions, of ``kind`` general or red."""

    kind: str
    start: int
    end: int
    flashes: float


def find_flashes(
    frame_stats: FrameStats, rate: float, per_second: int, sustained: tuple[int, float]
) -> list[FlashSequence]:
    """Where pictures flash more than ``per_second`` times in any second, or as often as the first of ``sustained`` a
    second for longer than the second of it, in seconds.
    """
    found: list[FlashSequence] = []
    for kind, values, singles, change, below in (
        ("general", frame_stats.light, frame_stats.point_light, GENERAL_CHANGE, DARKER_BELOW),
        ("red", frame_stats.red, frame_stats.point_red, RED_CHANGE, 1.0),
    ):
        if len(values) < 3 or max(values.max(), singles.max()) < 255 * change:
            continue
        blocks, points = (_transitions(levels, 255 * change, 255 * below) for levels in (values, singles))
        times = list(_flash_frames(blocks.reshape(len(blocks), -1)))
        whole = [*_too_many(kind, times, rate, per_second), *_too_long(kind, times, rate, *sustained)]
        found += whole
        for ways in (_beside_others(blocks), _at_once(points, frame_stats.stripes)):
            single = (*_blocks_too_many(kind, ways, rate, per_second), *_blocks_too_long(kind, ways, rate, *sustained))
            # Where all of the picture flashes, that says more exactly from when to when.
            found += [one for one in single if not any(one.start < f.end and f.start < one.end for f in whole)]
    return _merged(found)


def _transitions(values: NDArray[np.uint8], change: float, darker_below: float) -> Ways:
    """+1 and -1 where a block has gone up or down by ``change`` since its last extreme, in the shape of ``values``."""
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


def _beside_others(ways: Ways) -> Ways:
    """Transitions of blocks that neighbours go along with, shape (n, blocks). In what only shakes they go anyhow."""
    kept = np.zeros_like(ways)
    for way in (1, -1):
        same = _nearby(ways == way, TOGETHER)
        padded = np.pad(same, ((0, 0), (1, 1), (1, 1))).astype(np.int8)
        beside = padded[:, 2:, 1:-1] + padded[:, :-2, 1:-1] + padded[:, 1:-1, 2:] + padded[:, 1:-1, :-2]
        kept[(ways == way) & (beside >= NEIGHBOURS)] = way
    return kept.reshape(len(ways), -1)


def _at_once(ways: Ways, stripes: NDArray[np.uint8]) -> Ways:
    """Transitions of points that others make at once, in stripes or nearly everywhere, shape (n, blocks).

    What moves passes points one after the other; details that shake pass many of them, though never nearly all.
    """
    moved = ways != 0
    striped = moved & _nearby((stripes > 0).any(axis=-1), STRIPES_WITHIN)
    counts = striped | (moved.mean(axis=(1, 2)) >= NEARLY_ALL)[:, None, None]
    counts &= (counts.mean(axis=(1, 2)) >= AREA)[:, None, None]
    return np.where(counts, ways, np.int8(0)).reshape(len(ways), -1)


def _nearby(flags: NDArray[np.bool_], frames: int) -> NDArray[np.bool_]:
    """Where a flag is set up to so many frames before or after."""
    near = flags.copy()
    for by in range(1, frames + 1):
        near[by:] |= flags[:-by]
        near[:-by] |= flags[by:]
    return near


# Each block by itself


def _blocks_too_many(kind: str, ways: Ways, rate: float, per_second: int) -> Iterator[FlashSequence]:
    """Where enough blocks make more than two transitions a flash within a second."""
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
        changed = np.flatnonzero(shares >= MANY * shares.max())
        if changed[-1] == len(these) - 1:
            # The number that a quarter of the blocks reach.
            reached = np.sort(within[n])[-enough]
            yield FlashSequence(kind, start + int(changed[0]), int(n) + 1, float(reached) / 2)


def _blocks_too_long(kind: str, ways: Ways, rate: float, least: int, seconds: float) -> Iterator[FlashSequence]:
    """Where enough blocks make ``least`` flashes in every second of a run that is too long."""
    count = ways.shape[1]
    before = np.full((2 * least, count), -np.inf)
    start = np.full(count, np.inf)
    for n in np.flatnonzero(ways.any(axis=1)):
        now = ways[n] != 0
        broken = now & (n - before[-1] > rate)
        start = np.where(broken, n, start)
        before = np.where(now, np.concatenate(([np.full(count, n)], before[:-1])), before)
        lasting = (before[0] - start > seconds * rate) & (n - before[0] <= rate)
        if lasting.sum() >= _enough(ways):
            first = int(np.median(start[lasting]))
            yield FlashSequence(kind, first, int(n) + 1, round(least * (n - first) / rate, 1))


def _enough(ways: Ways) -> int:
    return max(1, int(np.ceil(AREA * ways.shape[1])))


# The picture as a whole


def _flash_frames(transitions: Ways) -> Iterator[tuple[int, int]]:
    """First and last frame of each flash: a transition of enough of the picture, and the opposing one after it."""
    begun: tuple[int, int] | None = None
    for frame, way in _of_the_picture(transitions):
        if begun is None or begun[1] == way:
            begun = (frame, way)
        else:
            yield begun[0], frame
            begun = None


def _of_the_picture(transitions: Ways) -> Iterator[tuple[int, int]]:
    """Frames at which enough blocks go the same way, and which."""
    enough, quiet_until = _enough(transitions), -1
    for n in np.flatnonzero(transitions.any(axis=1)):
        if n <= quiet_until:
            continue
        # Of two transitions in a row, a block's first is the one that belongs here.
        near = transitions[n]
        for later in transitions[n + 1 : n + TOGETHER + 1]:
            near = np.where(near == 0, later, near)
        up, down = (near == 1).sum(), (near == -1).sum()
        if max(up, down) >= enough:
            way = 1 if up >= down else -1
            yield int(n), way
            # What is left of the same transition a frame later is no further one.
            if (transitions[n] == way).sum() < enough:
                quiet_until = int(n) + TOGETHER


def _too_many(kind: str, times: list[tuple[int, int]], rate: float, per_second: int) -> Iterator[FlashSequence]:
    for n in range(len(times) - per_second):
        first, last = times[n][0], times[n + per_second][1]
        if last - first < rate:
            yield FlashSequence(kind, first, last + 1, per_second + 1)


def _too_long(
    kind: str, times: list[tuple[int, int]], rate: float, least: int, seconds: float
) -> Iterator[FlashSequence]:
    """Runs in which every second has ``least`` flashes."""
    run: list[tuple[int, int]] = []
    for time in times:
        if len(run) >= least and time[1] - run[-least][1] > rate:
            run = []
        run.append(time)
        if len(run) > least and run[-1][1] - run[0][0] > seconds * rate:
            yield FlashSequence(kind, run[0][0], run[-1][1] + 1, len(run))


def _merged(found: list[FlashSequence]) -> list[FlashSequence]:
    merged: list[FlashSequence] = []
    for one in sorted(found, key=lambda f: (f.kind, f.start)):
        if merged and merged[-1].kind == one.kind and one.start <= merged[-1].end:
            last = merged.pop()
            one = FlashSequence(one.kind, last.start, max(last.end, one.end), max(last.flashes, one.flashes))
        merged.append(one)
    return sorted(merged, key=lambda f: f.start)
