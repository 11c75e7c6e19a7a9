"""Exact time: frame rates as fractions, positions as whole frames, audio as whole samples, and operations on ranges.

A range is half-open, ``[start, end)``: a pair of numbers, or a ``TimeRange`` or ``FrameRange`` through its ``span``.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import TypeVar

from pydantic import Field

from pytoon_pipeline.contracts.base import Record

N = TypeVar("N", int, float)


class FrameRate(Record):
    """Frames per second as a fraction, so that 29.97 is exactly 30000/1001."""

    numerator: int = Field(gt=0)
    denominator: int = Field(gt=0, default=1)

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)

    def seconds(self, frame: int) -> float:
        """Presentation time of ``frame`` in seconds."""
        return float(frame / self.fraction)

    def nearest(self, seconds: float) -> int:
        """The frame whose presentation time is nearest to ``seconds``."""
        return round(seconds * self.fraction)

    def sample(self, frame: int, sample_rate: int) -> int:
        """The audio sample that starts together with ``frame``."""
        return round(frame / self.fraction * sample_rate)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


class TimeRange(Record):
    """A half-open range ``[start, end)`` in seconds of the source."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def span(self) -> tuple[float, float]:
        return self.start, self.end

    def __contains__(self, time: float) -> bool:
        return self.start <= time < self.end


class FrameRange(Record):
    """A half-open range ``[start, end)`` in frames."""

    start: int
    end: int

    @property
    def frames(self) -> int:
        return self.end - self.start

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end

    def __contains__(self, frame: int) -> bool:
        return self.start <= frame < self.end


def union(ranges: Iterable[tuple[N, N]], max_gap: N = 0) -> list[tuple[N, N]]:
    """The union of ``ranges``, in order and disjoint. Joins ranges up to ``max_gap`` apart; leaves out empty ones."""
    joined: list[tuple[N, N]] = []
    for start, end in sorted(ranges):
        if end <= start:
            continue
        if joined and start - joined[-1][1] <= max_gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def clip(ranges: Iterable[tuple[N, N]], start: N, end: N) -> list[tuple[N, N]]:
    """The parts of ``ranges`` inside ``[start, end)``, in the given order; empty ones are left out."""
    parts = ((max(first, start), min(last, end)) for first, last in ranges)
    return [(first, last) for first, last in parts if last > first]


def gaps(ranges: Iterable[tuple[N, N]], start: N, end: N) -> list[tuple[N, N]]:
    """The parts of ``[start, end)`` that no range covers, in order."""
    found: list[tuple[N, N]] = []
    position = start
    for first, last in clip(union(ranges), start, end):
        if first > position:
            found.append((position, first))
        position = last
    if end > position:
        found.append((position, end))
    return found


def overlap(a: tuple[N, N], b: tuple[N, N]) -> N:
    """The length of the intersection of two ranges; 0 when they are apart."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def covered(span: tuple[N, N], ranges: Iterable[tuple[N, N]]) -> N:
    """How much of ``span`` lies in ``ranges``, which are disjoint."""
    return sum((overlap(span, one) for one in ranges), start=0)


def contains(outer: tuple[N, N], inner: tuple[N, N]) -> bool:
    """Whether ``inner`` lies wholly in ``outer``."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def runs(flags: Iterable[bool], min_length: int = 1, max_gap: int = 0) -> list[tuple[int, int]]:
    """Runs of true flags as ranges of indices, in order.

    Gaps of up to ``max_gap`` are bridged first; runs shorter than ``min_length`` are then left out.
    """
    singles = ((index, index + 1) for index, flag in enumerate(flags) if flag)
    return [(start, end) for start, end in union(singles, max_gap) if end - start >= min_length]
