"""The layers of a RenderSpec for each kind of edit-plan layer.

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
from pytoon_pipeline.contracts.errors import field_error
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
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.layout.text_fit import TextBox, clean, fit
from pytoon_pipeline.planning.sequences import AudioRef
from pytoon_pipeline.planning.shots.camera import SourceFrame
from pytoon_pipeline.planning.shots.stills import fitted, fixed, window

# Texts shrink to this size at most, and to this many lines.
MIN_SIZE, MAX_LINES = 24, 40
# A banner's text takes this share of its plate.
BANNER_TEXT = 0.9


@dataclass(frozen=True)
class LayerContext:
    """Where layers are placed: the frames ``[0, frames)`` of their scene or group, and the field that they come from.

    ``files`` are the media by name. ``start`` is the frame of the video at which the scene or group begins. ``audio``
    collects the audio of video layers.
    """

    files: Mapping[str, AnalysedMedia]
    rate: FrameRate
    frames: int
    path: str
    start: int = 0
    audio: list[AudioRef] = field(default_factory=list)

    def file(self, name: str) -> AnalysedMedia:
        """A file by its name. Raises ``InvalidInput`` when the upload has no such file."""
        if name not in self.files:
            raise field_error(self.path, "file_missing", f"the file “{name[:60]}” does not exist.", "Check its name.")
        return self.files[name]


@singledispatch
def build_layer(layer: EditLayer, target: LayerContext) -> Layer:
    """The layer of a RenderSpec for a layer of an edit plan."""
    raise NotImplementedError(f"No function is registered for {type(layer).__name__}.")


def build_layers(
    layers: Sequence[EditLayer], target: LayerContext, frames: int, path: str, start: int
) -> tuple[Layer, ...]:
    """Layers of a scene or group that begin within its ``frames``."""
    return tuple(
        build_layer(layer, LayerContext(target.files, target.rate, frames, f"{path}.{n}", start, target.audio))
        for n, layer in enumerate(layers)
        if target.rate.nearest(layer.start) < frames
    )


@build_layer.register
def _(layer: EditImage, target: LayerContext) -> Layer:
    material = target.file(layer.file)
    if not material.is_still:
        raise field_error(
            target.path, "not_a_picture", f"“{layer.file}” is a clip, not a picture.", "Change its kind to video."
        )
    width, height, camera = _picture(layer, material)
    return ImageLayer(item=material.item, crop_path=camera, **_common(layer, target, width, height))


@build_layer.register
def _(layer: EditVideo, target: LayerContext) -> Layer:
    material = target.file(layer.file)
    if material.is_still:
        raise field_error(
            target.path, "not_a_clip", f"“{layer.file}” is a picture, not a clip.", "Change its kind to image."
        )
    width, height, camera = _picture(layer, material)
    common = _common(layer, target, width, height)
    source = target.rate.nearest(layer.source)
    if layer.volume is not None and material.audible:
        frames = common["frames"] or target.frames - common["start"]
        target.audio.append(
            AudioRef(
                material.item,
                target.start + common["start"],
                min(frames, target.frames - common["start"]),
                source,
                layer.volume,
            )
        )
    return VideoLayer(item=material.item, source_start=source, crop_path=camera, **common)


@build_layer.register
def _(layer: EditText, target: LayerContext) -> Layer:
    padding = (layer.style.background.padding if layer.style.background else 0) + layer.style.outline
    style, lines = _fitted_text(layer.text, layer.style, layer.width - 2 * padding, layer.height, target)
    return TextLayer(lines=lines, style=style, **_common(layer, target, layer.width, layer.height))


@build_layer.register
def _(layer: EditShape, target: LayerContext) -> Layer:
    return ShapeLayer(shape=layer.shape, fill=layer.fill, **_common(layer, target, layer.width, layer.height))


@build_layer.register
def _(layer: EditGroup, target: LayerContext) -> Layer:
    common = _common(layer, target, layer.width, layer.height)
    frames = min(common["frames"] or target.frames, target.frames - common["start"])
    inner = build_layers(layer.layers, target, frames, f"{target.path}.layers", target.start + common["start"])
    return GroupLayer(layers=inner, **common)


@build_layer.register
def _(layer: EditBanner, target: LayerContext) -> Layer:
    middle = Transform(x=constant(layer.width / 2), y=constant(layer.height / 2))
    size: dict[str, Any] = {"width": layer.width, "height": layer.height, "transform": middle}
    style, lines = _fitted_text(layer.text, layer.style, layer.width * BANNER_TEXT, layer.height * BANNER_TEXT, target)
    radius = min(layer.radius, layer.width / 2, layer.height / 2)
    effects = (Rounded(radius=radius),) if radius else ()
    plate = ShapeLayer(fill=layer.fill, effects=effects, **size)
    text = TextLayer(lines=lines, style=style, **size)
    return GroupLayer(layers=(plate, text), **_common(layer, target, layer.width, layer.height))


def _common(layer: EditLayer, target: LayerContext, width: float, height: float) -> dict[str, Any]:
    rate = target.rate
    start = rate.nearest(layer.start)
    frames = None if layer.end is None else max(1, min(rate.nearest(layer.end), target.frames) - start)
    return {
        "name": layer.name or layer.kind,
        "start": start,
        "frames": frames,
        "width": width,
        "height": height,
        "transform": _transform(layer, start, rate),
        "effects": layer.effects,
    }


def _transform(layer: EditLayer, start: int, rate: FrameRate) -> Transform:
    animated: dict[str, tuple[Keyframe, ...]] = {}
    for name in ("x", "y", "scale", "rotation", "opacity"):
        keys = layer.keyframes.get(name)
        if not keys:
            animated[name] = constant(getattr(layer, name))
            continue
        by_frame = {start + rate.nearest(key.time): key for key in keys}
        animated[name] = tuple(
            Keyframe(frame=frame, value=_bounded(name, key.value), easing=key.easing) for frame, key in by_frame.items()
        )
    return Transform(**animated)


def _bounded(name: str, value: float) -> float:
    """Opacity within 0..1 and scale within 0..10, whatever the keyframes say."""
    low, high = {"opacity": (0.0, 1.0), "scale": (0.0, 10.0)}.get(name, (-8000.0, 8000.0))
    return min(max(value, low), high)


def _picture(layer: EditPicture, material: AnalysedMedia) -> tuple[float, float, CropPath]:
    if layer.fit == "contain":
        picture = material.sampled.picture
        width, height = fitted(material, layer.width, layer.height)
        return width, height, fixed((picture.width, picture.height), picture.centre)
    if material.transparent:
        # A cut-out has no background to crop: all of it is shown in the box.
        size = SourceFrame(*material.size, material.sampled.picture).window(layer.width / layer.height)
        return layer.width, layer.height, fixed(size, material.sampled.picture.centre)
    return layer.width, layer.height, fixed(*window(material, layer.width / layer.height))


def _fitted_text(
    text: str, style: TextStyle, width: float, height: float, target: LayerContext
) -> tuple[TextStyle, tuple[str, ...]]:
    box = TextBox(style.font, style.size, min(style.size, MIN_SIZE), max(1.0, width), height, MAX_LINES)
    page = fit(clean(text), box)
    if page is None:
        raise field_error(
            target.path,
            "text_too_long",
            f"the text “{text[:40]}” does not fit.",
            "Shorten the text, or make its area larger.",
        )
    return style.model_copy(update={"size": page.size}), page.lines
