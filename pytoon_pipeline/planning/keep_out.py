"""Areas that texts should not cover."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytoon_pipeline.contracts.geometry import Rect

# Weights of keep-out areas, by what is there.
FACE, TEXT, PICTURE, SUBJECT = 10.0, 20.0, 1.0, 1.0


@dataclass(frozen=True)
class KeepOutArea:
    """An area that texts should not cover in frames ``[start, end)`` of the sequence, and how much that matters.

    A ``soft`` area only weighs against the ground and the distance from the preferred position; all others come first.
    """

    start: int
    end: int
    area: Rect[int]
    weight: float = 1.0
    soft: bool = False


def during(areas: Sequence[KeepOutArea], start: int, end: int) -> list[KeepOutArea]:
    """The areas in frames ``[start, end)`` of the sequence, weighted by the share of that time in which each counts."""
    found = []
    for one in areas:
        frames = min(one.end, end) - max(one.start, start)
        if frames > 0:
            found.append(replace(one, weight=one.weight * frames / (end - start)))
    return found
