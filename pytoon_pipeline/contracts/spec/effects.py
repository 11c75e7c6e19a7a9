"""Effects on a layer's picture before it is placed. Lengths in pixels of a 1080×1920 video.

A new effect joins here, with its class and its name in ``Effect``, and in ``rendering.effects``.
"""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.unions import ByKind


class EffectKind(Record):
    """Base of all effects. ``recolours`` says whether the picture's own pixels change, which brands may forbid."""

    @property
    def recolours(self) -> bool:
        return True


class Blur(EffectKind):
    """Gaussian blur with standard deviation ``radius``."""

    kind: Literal["blur"] = "blur"
    radius: float = Field(default=40, gt=0, le=200)


class Grade(EffectKind):
    """Changes of tone: ``brightness`` is added (of full range), ``contrast`` and ``saturation`` are factors."""

    kind: Literal["grade"] = "grade"
    brightness: float = Field(default=0, ge=-1, le=1)
    contrast: float = Field(default=1, ge=0, le=3)
    saturation: float = Field(default=1, ge=0, le=3)


class Rounded(EffectKind):
    """Round corners: all, or the upper ones, which makes an arch of a radius of half the width."""

    kind: Literal["rounded"] = "rounded"
    radius: float = Field(default=40, gt=0, le=960)
    corners: Literal["all", "upper"] = "all"

    @property
    def recolours(self) -> bool:
        return False


class Feather(EffectKind):
    """Edges that fade out: over ``top`` and ``bottom`` pixels from the upper and the lower one."""

    kind: Literal["feather"] = "feather"
    top: float = Field(default=0, ge=0, le=1920)
    bottom: float = Field(default=0, ge=0, le=1920)

    @property
    def recolours(self) -> bool:
        return False

    def opacity_at(self, y: float, height: float) -> float:
        """The opacity, 0..1, of a layer of ``height`` pixels at the distance ``y`` from its upper edge. Without a
        bend at either end of a fade, which would be seen as an edge.
        """
        inside = [distance / length for distance, length in ((y, self.top), (height - y, self.bottom)) if length]
        t = min(1.0, max(0.0, min(inside, default=1.0)))
        return t * t * (3 - 2 * t)


class Shadow(EffectKind):
    """A soft shadow of the layer's shape, moved by ``x`` and ``y``."""

    kind: Literal["shadow"] = "shadow"
    x: float = Field(default=0, ge=-100, le=100)
    y: float = Field(default=24, ge=-100, le=100)
    radius: float = Field(default=30, ge=0, le=100)
    opacity: float = Field(default=0.45, ge=0, le=1)
    colour: Colour = "#000000"

    @property
    def recolours(self) -> bool:
        return False


Effect = TypeAliasType(
    "Effect", Annotated[Blur | Grade | Rounded | Feather | Shadow, Field(discriminator="kind"), ByKind("effect")]
)
