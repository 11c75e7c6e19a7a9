"""Flashes that may cause seizures: general and red ones, as WCAG 2.3.1 and ITU-R BT.1702 define them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media.trace import Trace

# A transition changes relative luminance by a tenth of the most there is, its darker side below 0.8 (WCAG 2.3.1).
GENERAL_CHANGE, DARKER_BELOW = 0.1, 0.8
# A red transition has a saturated red side and changes (R - G - B) × 320 by more than 20 (WCAG 2.3.1).
RED_CHANGE = 20 / 320
# Together transitions count where they take a quarter of the picture; videos on phones fill the screen.
AREA = 0.25
# Transitions of neighbouring blocks that are so many frames apart belong together: edges do not flash at once.
TOGETHER = 1

Levels = NDArray[np.int16]


@dataclass(frozen=True)
class Flashing:
    """Frames ``[start, end)`` with ``flashes`` pairs of opposing transitions, of ``kind`` general or red."""

    kind: str
    start: int
    end: int
    flashes: int


def flashing(trace: Trace, rate: float, per_second: int, sustained: tuple[int, float]) -> list[Flashing]:
    """Where pictures flash more than ``per_second`` times in any second, or as often as the first of ``sustained`` a
    second for longer than the second of it, in seconds.
    """
    found: list[Flashing] = []
    for kind, values, change, below in (
        ("general", trace.light, GENERAL_CHANGE, DARKER_BELOW),
        ("red", trace.red, RED_CHANGE, 1.0),
    ):
        if len(values) < 3 or values.max() < 255 * change:
            continue
        times = list(
            _flash_frames(_transitions(values.reshape(len(values), -1).astype(np.int16), 255 * change, 255 * below))
        )
        found += _too_many(kind, times, rate, per_second)
        found += _too_long(kind, times, rate, *sustained)
    return _merged(found)


def _transitions(values: Levels, change: float, darker_below: float) -> NDArray[np.int8]:
    """+1 and -1 where a block has gone up or down by ``change`` since its last extreme, shape (n, blocks)."""
    found = np.zeros(values.shape, np.int8)
    low, high = values[0].copy(), values[0].copy()
    way = np.zeros(values.shape[1], np.int8)
    for n in range(1, len(values)):
        now = values[n]
        up = (now - low >= change) & (low < darker_below) & (way != 1)
        down = (high - now >= change) & (now < darker_below) & (way != -1) & ~up
        found[n][up], found[n][down] = 1, -1
        way[up], way[down] = 1, -1
        high = np.where(up, now, np.maximum(high, now))
        low = np.where(down, now, np.minimum(low, now))
    return found


def _flash_frames(transitions: NDArray[np.int8]) -> Iterator[tuple[int, int]]:
    """First and last frame of each flash: a transition of enough of the picture, and the opposing one after it."""
    begun: tuple[int, int] | None = None
    for frame, way in _of_the_picture(transitions):
        if begun is None or begun[1] == way:
            begun = (frame, way)
        else:
            yield begun[0], frame
            begun = None


def _of_the_picture(transitions: NDArray[np.int8]) -> Iterator[tuple[int, int]]:
    """Frames at which enough blocks go the same way, and which."""
    count = transitions.shape[1]
    quiet_until = -1
    for n in np.flatnonzero(transitions.any(axis=1)):
        if n <= quiet_until:
            continue
        near = transitions[n : n + TOGETHER + 1]
        for way in (1, -1):
            if (near == way).any(axis=0).sum() >= AREA * count:
                yield int(n), way
                # What is left of the same transition a frame later is no further one.
                if (transitions[n] == way).sum() < AREA * count:
                    quiet_until = int(n) + TOGETHER
                break


def _too_many(kind: str, times: list[tuple[int, int]], rate: float, per_second: int) -> Iterator[Flashing]:
    for n in range(len(times) - per_second):
        first, last = times[n][0], times[n + per_second][1]
        if last - first < rate:
            yield Flashing(kind, first, last + 1, per_second + 1)


def _too_long(kind: str, times: list[tuple[int, int]], rate: float, least: int, seconds: float) -> Iterator[Flashing]:
    """Runs in which every second has ``least`` flashes."""
    run: list[tuple[int, int]] = []
    for time in times:
        if len(run) >= least and time[1] - run[-least][1] > rate:
            run = []
        run.append(time)
        if len(run) > least and run[-1][1] - run[0][0] > seconds * rate:
            yield Flashing(kind, run[0][0], run[-1][1] + 1, len(run))


def _merged(found: list[Flashing]) -> list[Flashing]:
    merged: list[Flashing] = []
    for one in sorted(found, key=lambda f: (f.kind, f.start)):
        if merged and merged[-1].kind == one.kind and one.start <= merged[-1].end:
            last = merged.pop()
            one = Flashing(one.kind, last.start, max(last.end, one.end), max(last.flashes, one.flashes))
        merged.append(one)
    return sorted(merged, key=lambda f: f.start)
