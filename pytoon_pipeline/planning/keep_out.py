"""Areas that texts should not cover."""

from dataclasses import dataclass

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
