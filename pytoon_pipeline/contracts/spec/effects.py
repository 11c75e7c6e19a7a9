"""What can be done to a layer's picture before it is placed. Lengths in pixels of a 1080×1920 video."""

from typing import Annotated, Literal

from pydantic import Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.registry import Registry
from pytoon_pipeline.contracts.style import Colour


class EffectKind(Record):
    """Base of all effects. ``recolours`` says whether the picture's own pixels change, which brands may forbid."""

    @property
    def recolours(self) -> bool:
        return True


EFFECTS: Registry[EffectKind] = Registry("effect")
Effect = Annotated[EffectKind, EFFECTS]


@EFFECTS.register
class Blur(EffectKind):
    """Gaussian blur with standard deviation ``radius``."""

    kind: Literal["blur"] = "blur"
    radius: float = Field(default=40, gt=0, le=200)


@EFFECTS.register
class Grade(EffectKind):
    """Changes of tone: ``brightness`` is added (of full range), ``contrast`` and ``saturation`` are factors."""

    kind: Literal["grade"] = "grade"
    brightness: float = Field(default=0, ge=-1, le=1)
    contrast: float = Field(default=1, ge=0, le=3)
    saturation: float = Field(default=1, ge=0, le=3)


@EFFECTS.register
class Rounded(EffectKind):
    """Round corners."""

    kind: Literal["rounded"] = "rounded"
    radius: float = Field(default=40, gt=0, le=960)

    @property
    def recolours(self) -> bool:
        return False


@EFFECTS.register
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
