"""From pixels of the plan to pixels of the video.

Plans count pixels of 1080p at every resolution. Only lengths are scaled: windows over sources, shares, and lengths in
em stay. Text has the same proportions at every size, because its advances are multiples of its size, and its lines are
part of the plan.
"""

from typing import Any, TypeVar

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.captions import CaptionShadow, CaptionStyle, WordLook
from pytoon_pipeline.contracts.spec.effects import Blur, Feather, Rounded, Shadow
from pytoon_pipeline.contracts.spec.layers import (
    GroupLayer,
    ImageLayer,
    Keyframe,
    ShapeLayer,
    TextLayer,
    Transform,
    VideoLayer,
)
from pytoon_pipeline.contracts.spec.render_spec import WordPlace
from pytoon_pipeline.contracts.style import TextBackground, TextShadow, TextStyle

SIDES = ("width", "height")
SHADOW = ("blur", "x", "y", "spread")
# The fields that are lengths in pixels, by record.
LENGTHS: dict[type[Record], tuple[str, ...]] = {
    VideoLayer: SIDES,
    ImageLayer: SIDES,
    TextLayer: SIDES,
    ShapeLayer: SIDES,
    GroupLayer: SIDES,
    Transform: ("x", "y"),
    Blur: ("radius",),
    Rounded: ("radius",),
    Feather: ("top", "bottom"),
    Shadow: ("x", "y", "radius"),
    TextStyle: ("size", "outline", "shadow"),
    TextBackground: ("padding", "radius"),
    TextShadow: SHADOW,
    CaptionShadow: SHADOW,
    CaptionStyle: ("size", "outline", "margin"),
    WordLook: ("outline",),
    WordPlace: ("x", "baseline", "width", "size"),
}

R = TypeVar("R", bound=Record)


def in_pixels(record: R, scale: float) -> R:
    """``record`` with its lengths, and those of all records in it, multiplied by ``scale``.

    The result is for rendering alone: its values may exceed the limits of what people write, and whole numbers become
    fractions.
    """
    if scale == 1:
        return record
    lengths = LENGTHS.get(type(record), ())
    changes = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        scaled = _length(value, scale) if name in lengths else _nested(value, scale)
        if scaled is not value:
            changes[name] = scaled
    return record.model_copy(update=changes) if changes else record


def _length(value: Any, scale: float) -> Any:
    """A length, or its keyframes; none stays none."""
    if isinstance(value, tuple):
        return tuple(_scaled_key(key, scale) for key in value)
    return None if value is None else value * scale


def _scaled_key(key: Keyframe, scale: float) -> Keyframe:
    return key.model_copy(update={"value": key.value * scale})


def _nested(value: Any, scale: float) -> Any:
    if isinstance(value, Record):
        return in_pixels(value, scale)
    if isinstance(value, tuple) and value and isinstance(value[0], Record):
        scaled = tuple(in_pixels(one, scale) for one in value)
        return scaled if any(new is not old for new, old in zip(scaled, value, strict=True)) else value
    return value
