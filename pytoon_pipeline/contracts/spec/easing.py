"""How a value gets from one keyframe to the next: from progress 0..1 to a share of the way, which may overshoot.

A new easing joins here: its class, and its name in ``Easing``.
"""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.unions import ByKind


class EasingKind(Record):
    """Base of all easings."""

    def at(self, t: float) -> float:
        """Share of the way at progress ``t``; 0 at 0 and 1 at 1."""
        raise NotImplementedError


class Linear(EasingKind):
    kind: Literal["linear"] = "linear"

    def at(self, t: float) -> float:
        return t


class Hold(EasingKind):
    """Holds the first value and jumps at the end."""

    kind: Literal["hold"] = "hold"

    def at(self, t: float) -> float:
        return float(t >= 1)


class EaseIn(EasingKind):
    """Starts slowly: t³."""

    kind: Literal["ease_in"] = "ease_in"

    def at(self, t: float) -> float:
        return t**3


class EaseOut(EasingKind):
    """Ends slowly: 1 - (1 - t)³."""

    kind: Literal["ease_out"] = "ease_out"

    def at(self, t: float) -> float:
        return 1 - (1 - t) ** 3


class EaseInOut(EasingKind):
    """Starts and ends slowly: 3t² - 2t³."""

    kind: Literal["ease_in_out"] = "ease_in_out"

    def at(self, t: float) -> float:
        return t * t * (3 - 2 * t)


class Back(EasingKind):
    """Overshoots its end by about ``overshoot`` of the way and returns (Penner's easing equations, 2001)."""

    kind: Literal["back"] = "back"
    overshoot: float = Field(default=0.1, ge=0, le=1)

    def at(self, t: float) -> float:
        # The curve 1 + (s+1)u³ + su² with u = t - 1 peaks at 1 + 4s³ / 27(s+1)²; s ≈ 17·overshoot near its default.
        s = 17.0158 * self.overshoot
        u = t - 1
        return 1 + (s + 1) * u**3 + s * u**2


class Bezier(EasingKind):
    """The cubic Bézier curve of CSS ``cubic-bezier(x1, y1, x2, y2)`` (W3C CSS Easing Functions Level 1)."""

    kind: Literal["bezier"] = "bezier"
    x1: float = Field(ge=0, le=1)
    y1: float = Field(ge=-2, le=3)
    x2: float = Field(ge=0, le=1)
    y2: float = Field(ge=-2, le=3)

    def at(self, t: float) -> float:
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if _bezier(self.x1, self.x2, middle) < t else (low, middle)
        return _bezier(self.y1, self.y2, (low + high) / 2)


Easing = TypeAliasType(
    "Easing",
    Annotated[
        Linear | Hold | EaseIn | EaseOut | EaseInOut | Back | Bezier, Field(discriminator="kind"), ByKind("easing")
    ],
)


def _bezier(first: float, second: float, s: float) -> float:
    return 3 * first * s * (1 - s) ** 2 + 3 * second * s * s * (1 - s) + s**3
