"""A camera path that holds and eases: planned over a whole shot at once, so that it moves before its subject is lost.

The path is constant where the subject stays (optimal partitioning with pruning: Killick, Fearnhead and Eckley,
"Optimal detection of changepoints with a linear computational cost", 2012), and eases from one hold to the next around
the moment of the change. A subject that keeps moving gives holds that are too short to stay on; the path then runs
through their middles and follows it without a stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Path = NDArray[np.float64]

# A move is worth it when it spares the subject twice the dead zone for this many seconds.
MOVE_SECONDS = 1.5
# Seconds of a move = this × smoothing × √(its length in widths of the window): its acceleration is always the same.
EASE = 5.8
# While the path leaves its bounds, it is planned again with these factors on the cost of moves.
EAGERNESS = (1.0, 0.5, 0.25, 0.1, 0.04)
# A shot begins or ends in motion when its subject moves by half the dead zone in so many steps.
EDGE_STEPS = 3
# How far the path may leave its bounds, in widths of the window: rounding.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class HoldPath:
    """Holds ``[start, end)`` in steps of ``step`` seconds, and where the camera is on each: shape (holds, axes)."""

    spans: tuple[tuple[int, int], ...]
    levels: Path
    step: float
    smoothing: float

    def at(self, times: Path, levels: Path) -> Path:
        """``levels``, one row per hold, as a path over ``times`` that moves when this one does."""
        marks: list[float] = []
        rows: list[Path] = []
        eases = [0.0, *(self._ease(n) for n in range(len(self.spans) - 1)), 0.0]
        for n, (start, end) in enumerate(self.spans):
            first, last = start * self.step + eases[n] / 2, end * self.step - eases[n + 1] / 2
            middle = min(max((first + last) / 2, start * self.step), end * self.step)
            held = [first, last] if first < last else [middle]
            held = [mark for mark in held if not marks or mark > marks[-1] + self.step / 100]
            marks += held
            rows += [levels[n]] * len(held)
        return monotone_cubic(np.array(marks), np.array(rows), times)

    def _ease(self, n: int) -> float:
        """Seconds of the move from hold ``n`` to the next."""
        length = float(np.hypot.reduce(self.levels[n + 1] - self.levels[n]))
        return EASE * self.smoothing * length**0.5


def plan_path(aim: Path, low: Path, high: Path, step: float, dead_zone: float, smoothing: float) -> HoldPath:
    """The calmest path that stays between ``low`` and ``high``, or the one that leaves them least.

    ``aim`` and the bounds have shape (steps, axes), one row per ``step`` seconds, in widths of the window. Moves that
    are shorter than ``dead_zone`` are left out.
    """
    times = (np.arange(len(aim)) + 0.5) * step
    found: list[tuple[float, HoldPath]] = []
    for eagerness in EAGERNESS:
        zone = dead_zone * eagerness**0.5
        spans = _joined(optimal_holds(aim, 2 * MOVE_SECONDS * zone**2 + TOLERANCE, step), aim, zone)
        spans = _with_moving_ends(spans, aim, zone)
        levels = np.array([_level(aim, low, high, *span) for span in spans])
        path = HoldPath(tuple(spans), levels, step, smoothing * eagerness**0.25)
        shown = path.at(times, levels)
        outside = float(np.maximum(low - shown, shown - high).max())
        found.append((max(0.0, round(outside - TOLERANCE, 2)), path))
        if outside <= TOLERANCE:
            break
    return min(found, key=lambda one: one[0])[1]


def optimal_holds(aim: Path, penalty: float, step: float) -> list[tuple[int, int]]:
    """The partition of ``aim`` into spans ``[start, end)`` with the least sum, over spans, of ``penalty`` and of the
    squared distance from the span's mean, in widths² × seconds.
    """
    sums = np.concatenate([np.zeros((1, aim.shape[1])), np.cumsum(aim, axis=0)])
    squares = np.concatenate([[0.0], np.cumsum((aim**2).sum(axis=1))])
    best = np.zeros(len(aim) + 1)
    best[0] = -penalty
    origin = np.zeros(len(aim) + 1, int)
    starts = np.array([0])
    for end in range(1, len(aim) + 1):
        spread = squares[end] - squares[starts] - ((sums[end] - sums[starts]) ** 2).sum(axis=1) / (end - starts)
        costs = best[starts] + np.maximum(0.0, spread) * step
        choice = int(np.argmin(costs))
        best[end], origin[end] = costs[choice] + penalty, starts[choice]
        starts = np.append(starts[costs <= best[end]], end)
    spans, end = [], len(aim)
    while end > 0:
        spans.append((int(origin[end]), end))
        end = int(origin[end])
    return spans[::-1]


def monotone_cubic(marks: Path, rows: Path, times: Path) -> Path:
    """Values at ``times`` between ``rows``, of shape (marks, axes): cubic, never past its marks, flat beside a hold.

    The slopes are those of Fritsch and Butland, "A method for constructing local monotone piecewise cubic
    interpolants", 1984.
    """
    if len(marks) == 1:
        return np.repeat(rows, len(times), axis=0)
    gaps = np.diff(marks)[:, None]
    slopes = np.diff(rows, axis=0) / gaps
    tangents = np.zeros_like(rows)
    before, after = slopes[:-1], slopes[1:]
    steady = before * after > 0
    weight, other = 2 * gaps[1:] + gaps[:-1], gaps[1:] + 2 * gaps[:-1]
    inner = tangents[1:-1]
    mean = (weight + other) / (weight / np.where(steady, before, 1) + other / np.where(steady, after, 1))
    inner[steady] = mean[steady]
    tangents[0], tangents[-1] = slopes[0], slopes[-1]
    place = np.clip(np.searchsorted(marks, times, side="right") - 1, 0, len(gaps) - 1)
    gap = gaps[place]
    t = np.clip((times - marks[place])[:, None] / gap, 0, 1)
    result: Path = (
        (2 * t**3 - 3 * t**2 + 1) * rows[place]
        + (t**3 - 2 * t**2 + t) * gap * tangents[place]
        + (3 * t**2 - 2 * t**3) * rows[place + 1]
        + (t**3 - t**2) * gap * tangents[place + 1]
    )
    return result


def _joined(spans: Sequence[tuple[int, int]], aim: Path, dead_zone: float) -> list[tuple[int, int]]:
    """``spans`` without boundaries at which the mean moves by less than ``dead_zone``, the smallest move first."""
    spans = list(spans)
    while len(spans) > 1:
        means = np.array([aim[start:end].mean(axis=0) for start, end in spans])
        moves = np.hypot.reduce(np.diff(means, axis=0), axis=1)
        smallest = int(np.argmin(moves))
        if moves[smallest] >= dead_zone:
            break
        spans[smallest : smallest + 2] = [(spans[smallest][0], spans[smallest + 1][1])]
    return spans


def _with_moving_ends(spans: Sequence[tuple[int, int]], aim: Path, dead_zone: float) -> list[tuple[int, int]]:
    """``spans`` with the outermost steps on their own where a shot begins or ends in motion: no hold before a move."""
    spans = list(spans)
    if len(spans) > 1:
        for index, edge in ((0, 1), (-1, -1)):
            start, end = spans[index]
            outermost = start if edge == 1 else end - 1
            if end - start <= EDGE_STEPS:
                continue
            if np.hypot.reduce(aim[outermost + edge * EDGE_STEPS] - aim[outermost]) > dead_zone / 2:
                middle = start + 1 if edge == 1 else end - 1
                spans[index : index + 1 or None] = [(start, middle), (middle, end)]
    return spans


def _level(aim: Path, low: Path, high: Path, start: int, end: int) -> Path:
    """Where to hold over a span: at the mean of the aim, moved as little as keeps all of the span in bounds."""
    lowest, highest = low[start:end].max(axis=0), high[start:end].min(axis=0)
    level = aim[start:end].mean(axis=0)
    return np.where(lowest <= highest, np.clip(level, lowest, highest), level)
