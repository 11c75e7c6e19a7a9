"""Layers: what a scene is made of, from back to front. Lengths in pixels of the video, times in its frames.

Windows of cameras are fractions of the source picture as displayed (rotated, square pixels).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.colour import ColourCorrection
from pytoon_pipeline.contracts.spec.easing import Easing, Linear
from pytoon_pipeline.contracts.spec.effects import Effect
from pytoon_pipeline.contracts.spec.text_animation import TextAnimation
from pytoon_pipeline.contracts.style import Fill, TextStyle


class Keyframe(Record):
    """A value at a frame of the scene. ``easing`` shapes the way here from the key before."""

    frame: int = 0
    value: float
    easing: Easing = Linear()


def _keys(value: Any) -> Any:
    return ({"frame": 0, "value": value},) if isinstance(value, int | float) else value


AnimatedFloat = Annotated[
    tuple[Keyframe, ...],
    BeforeValidator(_keys, json_schema_input_type=tuple[Keyframe, ...] | float),
    Field(min_length=1),
]


def constant(value: float) -> tuple[Keyframe, ...]:
    """A track that does not change."""
    return (Keyframe(value=round(float(value), 4)),)


class Transform(Record):
    """Where a layer is: its centre, a factor on its size, degrees clockwise, and opacity 0..1."""

    x: AnimatedFloat
    y: AnimatedFloat
    scale: AnimatedFloat = constant(1)
    rotation: AnimatedFloat = constant(0)
    opacity: AnimatedFloat = constant(1)


class CropKeyframe(Record):
    """The window at one frame: its centre, its zoom, and the point towards which a zoom goes."""

    frame: int = Field(ge=0)
    x: float
    y: float
    focus_x: float
    focus_y: float
    zoom: float = Field(default=1.0, ge=1)


class ZoomPulse(Record):
    """Zoom that swells to ``maximum`` and back along a sine, once every ``period`` frames of the video."""

    amount: float = Field(ge=1)
    period: int = Field(gt=0)


class CropPath(Record):
    """The window over a source. ``width`` and ``height`` are its size at zoom 1; between keys it moves smoothly.

    Between two keys it moves at one speed, or is ``eased``: gently off and to a stop.
    """

    width: float
    height: float
    keyframes: tuple[CropKeyframe, ...] = Field(min_length=1)
    zoom_pulse: ZoomPulse | None = None
    eased: bool = False


class LayerBase(Record):
    """What all layers have. ``width`` × ``height`` is the size at scale 1; ``start`` counts frames of the scene.

    ``frames`` none means to the scene's end.
    """

    name: str = ""
    start: int = Field(default=0, ge=0)
    frames: int | None = Field(default=None, gt=0)
    width: float = Field(gt=0)
    height: float = Field(gt=0)
    transform: Transform
    effects: tuple[Effect, ...] = ()


class VideoLayer(LayerBase):
    """Moving pictures of an item. ``source_start`` counts output frames from the source's first picture."""

    kind: Literal["video"] = "video"
    item: str
    source_start: int = Field(default=0, ge=0)
    crop_path: CropPath
    colour: ColourCorrection | None = None


class ImageLayer(LayerBase):
    """A still picture of an item, with its transparency."""

    kind: Literal["image"] = "image"
    item: str
    crop_path: CropPath
    colour: ColourCorrection | None = None


class TextLayer(LayerBase):
    """Lines of text, drawn literally. ``role`` says what it is for; spoken roles also go into the caption files.

    ``emphasised`` are the indices of the key words, counted over all lines. ``animation`` counts from ``start``.
    """

    kind: Literal["text"] = "text"
    lines: tuple[str, ...] = Field(min_length=1)
    style: TextStyle
    role: Literal["headline", "item", "hook", "beat", "cta", "other"] = "other"
    emphasised: tuple[int, ...] = ()
    animation: TextAnimation | None = None

    @property
    def text(self) -> str:
        return " ".join(self.lines)


class ShapeLayer(LayerBase):
    """A filled rectangle or ellipse."""

    kind: Literal["shape"] = "shape"
    shape: Literal["rectangle", "ellipse"] = "rectangle"
    fill: Fill


class GroupLayer(LayerBase):
    """Layers on a transparent sheet of ``width`` × ``height`` that moves as one. They count frames from its start."""

    kind: Literal["group"] = "group"
    layers: tuple[Layer, ...]


Layer = Annotated[
    VideoLayer | ImageLayer | TextLayer | ShapeLayer | GroupLayer, Field(discriminator="kind")
]  # fmt: skip


def nested(layer: Layer) -> Iterator[Layer]:
    """The layer, and all that are in it when it is a group, at any depth."""
    yield layer
    if isinstance(layer, GroupLayer):
        for child in layer.layers:
            yield from nested(child)


def shows_footage(layer: Layer) -> bool:
    """Whether a layer is a video, or a group that holds one."""
    return any(isinstance(one, VideoLayer) for one in nested(layer))
