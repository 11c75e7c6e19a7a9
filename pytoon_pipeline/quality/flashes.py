"""Flashes that may cause seizures: general and red ones, as WCAG 2.3.1 and ITU-R BT.1702 define them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A transition changes relative luminance by a tenth of the most there is, its darker side below 0.8 (WCAG 2.3.1).
GENERAL_CHANGE, DARKER_BELOW = 0.1, 0.8
# A red transition has a saturated red side and changes (R - G - B) × 320 by more than 20 (WCAG 2.3.1).
SATURATED, RED_CHANGE = 0.8, 20.0
# Together transitions count where they take a quarter of the picture; videos on phones fill the screen.
AREA = 0.25
# Transitions of neighbouring blocks that are so many frames apart belong together: edges do not flash at once.
TOGETHER = 1

Levels = NDArray[np.float32]


@dataclass(frozen=True)
class Flashing:
    """Frames ``[start, end)`` with ``flashes`` pairs of opposing transitions, of ``kind`` general or red."""

    kind: str
    start: int
    end: int
    flashes: int


def flashing(blocks: NDArray[np.uint8], rate: float, per_second: int, sustained: tuple[int, float]) -> list[Flashing]:
    """Where pictures flash more than ``per_second`` times in any second, or as often as the first of ``sustained`` a
    second for longer than the second of it, in seconds. ``blocks`` are mean Y, U, V, shape (n, rows, columns, 3).
    """
    if len(blocks) < 3:
        return []
    found: list[Flashing] = []
    light, red = measures(blocks)
    for kind, values, change, below in (
        ("general", light, GENERAL_CHANGE, DARKER_BELOW),
        ("red", red, RED_CHANGE, np.inf),
    ):
        times = list(_flash_frames(_transitions(values, change, below)))
        found += _too_many(kind, times, rate, per_second)
        found += _too_long(kind, times, rate, *sustained)
    return _merged(found)


def measures(blocks: NDArray[np.uint8]) -> tuple[Levels, Levels]:
    """Relative luminance 0..1, and WCAG's red measure (0 where red is not saturated), of each block."""
    y, u, v = (blocks[..., n].astype(np.float32) for n in range(3))
    y, u, v = 1.16438 * (y - 16), u - 128, v - 128
    rgb = np.stack((y + 1.79274 * v, y - 0.21325 * u - 0.53291 * v, y + 2.11240 * u), axis=-1) / 255
    linear = _LINEAR[np.clip(rgb * 255 + 0.5, 0, 255).astype(np.uint8)]
    light = linear @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    total = linear.sum(axis=-1)
    saturated = (linear[..., 0] >= SATURATED * total) & (total > 0)
    red = np.where(saturated, np.clip(2 * linear[..., 0] - total, 0, None) * 320, 0)
    return light.reshape(len(blocks), -1), red.astype(np.float32).reshape(len(blocks), -1)


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


_CODED = np.arange(256) / 255
_LINEAR = np.where(_CODED <= 0.04045, _CODED / 12.92, ((_CODED + 0.055) / 1.055) ** 2.4).astype(np.float32)
