"""What each kind of edit-plan layer is made of.

A new kind joins ``AnyLayer`` in ``contracts.edit_plan``, and registers its function with ``build_layer``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from pytoon_pipeline.contracts.edit_plan import (
    EditBanner,
    EditGroup,
    EditImage,
    EditLayer,
    EditPicture,
    EditShape,
    EditText,
    EditVideo,
)
from pytoon_pipeline.contracts.spec.effects import Rounded
from pytoon_pipeline.contracts.spec.layers import (
    CropPath,
    GroupLayer,
    ImageLayer,
    Keyframe,
    Layer,
    ShapeLayer,
    TextLayer,
    Transform,
    VideoLayer,
    constant,
)
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.context import AnalysedMedia, PlanContext, field_error
from pytoon_pipeline.planning.layout.text_fit import TextBox, clean, fit
from pytoon_pipeline.planning.sequences import AudioRef
from pytoon_pipeline.planning.shots.camera import SourceFrame
from pytoon_pipeline.planning.shots.stills import fitted, fixed, window

MIN_TEXT = 24


@dataclass(frozen=True)
class LayerContext:
    """Where layers are placed: the frames ``[0, frames)`` that are theirs, and the field that they come from.

    ``start`` is the frame of the scene at which a group, and with it the time of its layers, begins.
    """

    context: PlanContext
    rate: FrameRate
    frames: int
    path: str
    start: int = 0
    heard: list[AudioRef] = field(default_factory=list)

    def file(self, name: str) -> AnalysedMedia:
        files: Mapping[str, AnalysedMedia] = self.context.files
        if name not in files:
            raise field_error(self.path, "file_missing", f"there is no file “{name[:60]}”.", "Check its name.")
        return files[name]


@singledispatch
def build_layer(layer: EditLayer, setting: LayerContext) -> Layer:
    """The layer of a RenderSpec for a layer of an edit plan."""
    raise NotImplementedError(f"No function is registered for {type(layer).__name__}.")


def build_layers(
    layers: Sequence[EditLayer], setting: LayerContext, frames: int, path: str, start: int
) -> tuple[Layer, ...]:
    """Layers of a scene or group that begin within its ``frames``."""
    return tuple(
        build_layer(layer, LayerContext(setting.context, setting.rate, frames, f"{path}.{n}", start, setting.heard))
        for n, layer in enumerate(layers)
        if setting.rate.nearest(layer.start) < frames
    )


@build_layer.register
def _(layer: EditImage, setting: LayerContext) -> Layer:
    material = setting.file(layer.file)
    if not material.is_still:
        raise field_error(setting.path, "not_a_picture", f"“{layer.file}” is a clip.", "Use a layer of kind “video”.")
    width, height, camera = _picture(layer, material)
    return ImageLayer(item=material.item, crop_path=camera, **_common(layer, setting, width, height))


@build_layer.register
def _(layer: EditVideo, setting: LayerContext) -> Layer:
    material = setting.file(layer.file)
    if material.is_still:
        raise field_error(setting.path, "not_a_clip", f"“{layer.file}” is a picture.", "Use a layer of kind “image”.")
    width, height, camera = _picture(layer, material)
    common = _common(layer, setting, width, height)
    source = setting.rate.nearest(layer.source)
    if layer.volume is not None and material.audible:
        frames = common["frames"] or setting.frames - common["start"]
        setting.heard.append(
            AudioRef(material.item, setting.start + common["start"], min(frames, setting.frames - common["start"]),
                  source, layer.volume)
        )  # fmt: skip
    return VideoLayer(item=material.item, source_start=source, crop_path=camera, **common)


@build_layer.register
def _(layer: EditText, setting: LayerContext) -> Layer:
    padding = (layer.style.background.padding if layer.style.background else 0) + layer.style.outline
    style, lines = _set(layer.text, layer.style, layer.width - 2 * padding, layer.height, setting)
    return TextLayer(lines=lines, style=style, **_common(layer, setting, layer.width, layer.height))


@build_layer.register
def _(layer: EditShape, setting: LayerContext) -> Layer:
    return ShapeLayer(shape=layer.shape, fill=layer.fill, **_common(layer, setting, layer.width, layer.height))


@build_layer.register
def _(layer: EditGroup, setting: LayerContext) -> Layer:
    common = _common(layer, setting, layer.width, layer.height)
    frames = min(common["frames"] or setting.frames, setting.frames - common["start"])
    inner = build_layers(layer.layers, setting, frames, f"{setting.path}.layers", setting.start + common["start"])
    return GroupLayer(layers=inner, **common)


@build_layer.register
def _(layer: EditBanner, setting: LayerContext) -> Layer:
    middle = Transform(x=constant(layer.width / 2), y=constant(layer.height / 2))
    size: dict[str, Any] = {"width": layer.width, "height": layer.height, "transform": middle}
    style, lines = _set(layer.text, layer.style, layer.width * 0.9, layer.height * 0.9, setting)
    radius = min(layer.radius, layer.width / 2, layer.height / 2)
    effects = (Rounded(radius=radius),) if radius else ()
    plate = ShapeLayer(fill=layer.fill, effects=effects, **size)
    text = TextLayer(lines=lines, style=style, **size)
    return GroupLayer(layers=(plate, text), **_common(layer, setting, layer.width, layer.height))


def _common(layer: EditLayer, setting: LayerContext, width: float, height: float) -> dict[str, Any]:
    rate = setting.rate
    start = rate.nearest(layer.start)
    frames = None if layer.end is None else max(1, min(rate.nearest(layer.end), setting.frames) - start)
    return {
        "name": layer.name or layer.kind,
        "start": start,
        "frames": frames,
        "width": width,
        "height": height,
        "transform": _motion(layer, start, rate),
        "effects": layer.effects,
    }


def _motion(layer: EditLayer, start: int, rate: FrameRate) -> Transform:
    tracks: dict[str, tuple[Keyframe, ...]] = {}
    for name in ("x", "y", "scale", "rotation", "opacity"):
        keys = layer.keyframes.get(name)
        if not keys:
            tracks[name] = constant(getattr(layer, name))
            continue
        by_frame = {start + rate.nearest(key.time): key for key in keys}
        tracks[name] = tuple(
            Keyframe(frame=frame, value=_bounded(name, key.value), easing=key.easing) for frame, key in by_frame.items()
        )
    return Transform(**tracks)


def _bounded(name: str, value: float) -> float:
    """Opacity within 0..1 and scale above 0, whatever the keys say."""
    low, high = {"opacity": (0.0, 1.0), "scale": (0.0, 10.0)}.get(name, (-8000.0, 8000.0))
    return min(max(value, low), high)


def _picture(layer: EditPicture, material: AnalysedMedia) -> tuple[float, float, CropPath]:
    if layer.fit == "contain":
        picture = material.looked_at.picture
        width, height = fitted(material, layer.width, layer.height)
        return width, height, fixed((picture.width, picture.height), picture.centre)
    if material.transparent:
        # A cut-out has no background to fill a frame with: its box is covered by the whole of it.
        size = SourceFrame(*material.size, material.looked_at.picture).window(layer.width / layer.height)
        return layer.width, layer.height, fixed(size, material.looked_at.picture.centre)
    return layer.width, layer.height, fixed(*window(material, layer.width / layer.height))


def _set(
    text: str, style: TextStyle, width: float, height: float, setting: LayerContext
) -> tuple[TextStyle, tuple[str, ...]]:
    room = TextBox(style.font, style.size, min(style.size, MIN_TEXT), max(1.0, width), height, 40)
    page = fit(clean(text), room)
    if page is None:
        raise field_error(setting.path, "text_too_long", f"“{text[:40]}” does not fit.", "Give it more room.")
    return style.model_copy(update={"size": page.size}), page.lines
