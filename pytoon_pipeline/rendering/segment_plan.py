"""The plan of one segment, evaluated frame by frame: everything that determines its frames, and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.colour import Lut
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.media import MediaInfo
from pytoon_pipeline.contracts.output_format import pixel_scale
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform, crop_at, transform_at
from pytoon_pipeline.contracts.spec.layers import CropPath, GroupLayer, ImageLayer, Layer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import Cue, RenderSpec, Scene, Segment, Transition
from pytoon_pipeline.contracts.spec.text_animation import AT_REST, TextPhase, phase_at
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.encoder import PICTURE, PictureEncoder, picture_encoder
from pytoon_pipeline.rendering.contact_sheet import sheet_frames
from pytoon_pipeline.rendering.pixels import in_pixels

# Fields of a layer that are evaluated frame by frame, or do not affect its image.
EVALUATED_FIELDS = {"name", "role", "start", "frames", "transform", "crop_path", "layers", "source_start", "animation"}


@dataclass(frozen=True)
class Source:
    """A media file in the store. For a still image, ``path`` is the copy with its EXIF rotation applied.

    ``lut`` is the plan's, for layers that it changes.
    """

    path: Path
    info: MediaInfo
    lut: Lut | None = None


@dataclass(frozen=True)
class LayerSlice:
    """A layer during some frames of a segment, from its frame ``first`` on, with its transform and crop at each.

    ``phases`` are those of a text's animation. ``source_start`` is the source frame shown first. ``detail`` is the
    highest magnification of the layer's own image, in video pixels per pixel, over the whole layer and not only this
    slice.
    """

    layer: Layer
    first: int
    source_start: int
    transforms: tuple[LayerTransform, ...]
    crops: tuple[Box, ...] = ()
    children: tuple["LayerSlice", ...] = ()
    detail: float = 1.0
    phases: tuple[TextPhase, ...] = ()

    @property
    def end(self) -> int:
        return self.first + len(self.transforms)

    @cached_property
    def static(self) -> bool:
        """Whether all frames are the same."""
        return (
            not isinstance(self.layer, VideoLayer)
            and len(set(self.transforms)) == 1
            and len(set(self.crops)) <= 1
            and len(set(self.phases)) <= 1
            and all(c.static and c.first == 0 and len(c.transforms) == len(self.transforms) for c in self.children)
        )

    def parameters(self, sources: Mapping[str, Source]) -> dict[str, Any]:
        """The slice as plain values, for a fingerprint."""
        # Scaled to other pixels, whole numbers are fractions.
        layer = self.layer.model_dump(mode="json", exclude=EVALUATED_FIELDS, warnings=False)
        if layer.get("colour") is None:
            layer.pop("colour", None)
        values = {
            "layer": layer,
            "first": self.first,
            "source_start": self.source_start,
            "transforms": _compact(self.transforms),
            "crops": _compact(self.crops),
            "children": [child.parameters(sources) for child in self.children],
            "detail": round(self.detail, 6),
        }
        if any(phase != AT_REST for phase in self.phases):
            values["phases"] = _compact(self.phases)
            values["animation"] = self.layer.model_dump(mode="json", include={"animation"})
        if isinstance(self.layer, VideoLayer | ImageLayer):
            values["media"] = sources[self.layer.item].info.model_dump(mode="json", include={"video", "still"})
        return values


@dataclass(frozen=True)
class SceneSlice:
    """A scene during some frames of a segment. ``transition_progress`` (0..1) covers its first frames.

    The first ``background_layers`` of its layers are its background, see ``Scene``.
    """

    first: int
    frames: int
    background: str
    layers: tuple[LayerSlice, ...]
    background_layers: int = 0
    transition: Transition | None = None
    transition_progress: tuple[float, ...] = ()


@dataclass(frozen=True)
class SegmentPlan:
    """Everything that determines the frames of one segment. ``captions`` count its frames; ``sheet_frames`` are those
    on its contact sheet.
    """

    width: int
    height: int
    rate: FrameRate
    frames: int
    scenes: tuple[SceneSlice, ...]
    overlays: tuple[LayerSlice, ...]
    captions: tuple[Cue, ...]
    caption_style: CaptionStyle
    sheet_frames: tuple[int, ...] = ()
    lut: Lut | None = None
    encoder: PictureEncoder = field(default=PICTURE)

    def layer_slices(self) -> Iterator[LayerSlice]:
        """Yields all layer slices, including those in groups."""
        pending = [*(layer for scene in self.scenes for layer in scene.layers), *self.overlays]
        while pending:
            one = pending.pop()
            yield one
            pending.extend(one.children)

    @property
    def memory(self) -> int:
        """Bytes of memory that encoding the segment takes."""
        return self.encoder.memory(self.width, self.height)

    @property
    def items(self) -> list[str]:
        return sorted({one.layer.item for one in self.layer_slices() if isinstance(one.layer, VideoLayer | ImageLayer)})

    @property
    def fonts(self) -> list[str]:
        names = {one.layer.style.font for one in self.layer_slices() if isinstance(one.layer, TextLayer)}
        return sorted(names | (set(self.caption_style.fonts) if self.captions else set()))

    def parameters(self, sources: Mapping[str, Source]) -> dict[str, Any]:
        """The plan as plain values, for its fingerprint. The caption style counts only when there are captions."""
        return self._lut_values() | {
            "size": [self.width, self.height],
            "rate": str(self.rate),
            "frames": self.frames,
            "scenes": [
                [scene.first, scene.frames, scene.background, *_transition_values(scene)]
                + [layer.parameters(sources) for layer in scene.layers]
                for scene in self.scenes
            ],
            "overlays": [layer.parameters(sources) for layer in self.overlays],
            "captions": [cue.model_dump(mode="json") for cue in self.captions],
            "caption_style": self.caption_style.model_dump(mode="json", warnings=False) if self.captions else None,
            "sheet_frames": list(self.sheet_frames),
            "encoder": self.encoder.model_dump(mode="json"),
        }

    def _lut_values(self) -> dict[str, Any]:
        """The LUT, where a layer has it."""
        corrections = (getattr(one.layer, "colour", None) for one in self.layer_slices())
        used = self.lut is not None and any(one is not None and one.lut for one in corrections)
        return {"lut": self.lut.model_dump(mode="json")} if self.lut is not None and used else {}


def plan_segment(
    spec: RenderSpec, segment: Segment, sources: Mapping[str, Source], encoder: PictureEncoder | None = None
) -> SegmentPlan:
    """Evaluates ``spec`` for the frames of ``segment``, which the encoder of its codec or ``encoder`` encodes."""
    scale, (width, height) = pixel_scale(spec.resolution), spec.frame_size
    return SegmentPlan(
        width=width,
        height=height,
        rate=spec.rate,
        frames=segment.frames,
        scenes=tuple(_scene_slices(spec.scenes, segment, sources, scale)),
        overlays=_layer_slices(spec.overlays, 0, spec.frames, segment, sources, scale),
        captions=tuple(in_pixels(cue, scale) for cue in _captions(spec.captions.cues, segment)),
        caption_style=in_pixels(spec.captions.style, scale),
        sheet_frames=tuple(frame - segment.start for frame in sheet_frames(spec, segment)),
        lut=spec.lut,
        encoder=encoder or picture_encoder(spec.codec, spec.max_bit_rate),
    )


def plan_frame(spec: RenderSpec, frame: int, sources: Mapping[str, Source]) -> SegmentPlan:
    """Evaluates frame ``frame`` of ``spec`` as a thumbnail: without captions, and with its title if it has one."""
    plan = plan_segment(_titled(spec), Segment(start=frame, frames=1), sources)
    return replace(plan, captions=(), sheet_frames=())


def _titled(spec: RenderSpec) -> RenderSpec:
    """The plan with the title of its thumbnail in place of all other texts, if it has such a title."""
    title = spec.thumbnail_title
    if title is None:
        return spec
    overlays = (*_without_texts(spec.overlays), title)
    scenes = tuple(
        scene.model_copy(
            update={
                "layers": tuple(_without_texts(scene.layers)),
                "background_layers": len(list(_without_texts(scene.layers[: scene.background_layers]))),
            }
        )
        for scene in spec.scenes
    )
    return spec.model_copy(update={"overlays": overlays, "scenes": scenes})


def _without_texts(layers: Sequence[Layer]) -> Iterator[Layer]:
    return (layer for layer in layers if not isinstance(layer, TextLayer))


def _scene_slices(
    scenes: Sequence[Scene], segment: Segment, sources: Mapping[str, Source], scale: float
) -> Iterator[SceneSlice]:
    mixing = any(_mixes(scene, segment) for scene in scenes)
    for scene in scenes:
        first, last = max(segment.start, scene.start), min(segment.start + segment.frames, scene.end)
        if first >= last:
            continue
        overlap = scene.transition.frames if scene.transition else 0
        progress = tuple((n + 1) / (overlap + 1) for n in range(first - scene.start, min(last - scene.start, overlap)))
        below = scene.background_layers
        ground = _layer_slices(scene.layers[:below], scene.start, scene.end, segment, sources, scale)
        content = _layer_slices(scene.layers[below:], scene.start, scene.end, segment, sources, scale)
        yield SceneSlice(
            first=first - segment.start,
            frames=last - first,
            background=scene.background,
            layers=ground + content,
            # Layers that are drawn together blend faster: a scene is only parted where a transition may need it.
            background_layers=len(ground) if mixing else 0,
            transition=scene.transition if progress else None,
            transition_progress=progress,
        )


def _mixes(scene: Scene, segment: Segment) -> bool:
    """Whether a transition into ``scene`` is seen in ``segment``."""
    overlap = scene.transition.frames if scene.transition else 0
    return max(segment.start, scene.start) < min(segment.start + segment.frames, scene.start + overlap)


def _captions(cues: Sequence[Cue], segment: Segment) -> Iterator[Cue]:
    """The captions that a segment shows, in frames of the segment."""
    for cue in cues:
        if cue.start < segment.start + segment.frames and segment.start < cue.end:
            yield cue.moved(-segment.start)


def _layer_slices(
    layers: Sequence[Layer], parent_start: int, end: int, segment: Segment, sources: Mapping[str, Source], scale: float
) -> tuple[LayerSlice, ...]:
    """The slices inside ``segment`` of layers whose frames count from frame ``parent_start`` of the video, with
    ``scale`` pixels of the video per pixel of the plan.
    """
    start, stop = segment.start, segment.start + segment.frames
    slices = (_layer_slice(layer, parent_start, end, start, stop, start, sources, scale) for layer in layers)
    return tuple(one for one in slices if one)


def _layer_slice(
    layer: Layer, parent_start: int, end: int, start: int, stop: int, origin: int, sources: Mapping[str, Source],
    scale: float = 1.0,
) -> LayerSlice | None:  # fmt: skip
    """``layer`` in frames ``[start, stop)`` of the video, or none; its first frame counts from frame ``origin``."""
    own_start = parent_start + layer.start
    first, last = max(start, own_start), min(stop, end if layer.frames is None else min(end, own_start + layer.frames))
    if first >= last:
        return None
    layer = in_pixels(layer, scale)
    transforms = tuple(transform_at(layer.transform, frame - parent_start) for frame in range(first, last))
    crops: tuple[Box, ...] = ()
    children: tuple[LayerSlice, ...] = ()
    source_start = 0
    if isinstance(layer, VideoLayer | ImageLayer):
        crops = tuple(crop_at(layer.crop_path, frame - own_start, frame) for frame in range(first, last))
    if isinstance(layer, VideoLayer):
        source_start = layer.source_start + first - own_start
    if isinstance(layer, GroupLayer):
        inner = (_layer_slice(child, own_start, last, first, last, first, sources) for child in layer.layers)
        children = tuple(child for child in inner if child)
    phases: tuple[TextPhase, ...] = ()
    if isinstance(layer, TextLayer):
        phases = tuple(phase_at(layer.animation, frame - own_start, layer.frames) for frame in range(first, last))
    detail = _max_magnification(layer, sources)
    return LayerSlice(layer, first - origin, source_start, transforms, crops, children, detail, phases)


def _max_magnification(layer: Layer, sources: Mapping[str, Source]) -> float:
    """The most video pixels that one pixel of a layer's image covers, in either direction."""
    scale = max(key.value for key in layer.transform.scale)
    if not isinstance(layer, VideoLayer | ImageLayer):
        return max(1.0, scale)
    columns, rows = sources[layer.item].info.display_size
    zoom = _max_zoom(layer.crop_path)
    across = layer.width * zoom / (layer.crop_path.width * columns)
    down = layer.height * zoom / (layer.crop_path.height * rows)
    return scale * max(across, down)


def _max_zoom(camera: CropPath) -> float:
    pulse = camera.zoom_pulse.amount if camera.zoom_pulse else 1.0
    return pulse * max(key.zoom for key in camera.keyframes)


def _transition_values(scene: SceneSlice) -> list[Any]:
    """What a transition adds to a scene's values."""
    kind = None if scene.transition is None else scene.transition.model_dump(mode="json")
    return [kind, scene.background_layers, _compact(scene.transition_progress)]


def _compact(values: Sequence[Any]) -> list[Any]:
    """The values of all frames, or their number and the one value when all are equal."""
    if len(set(values)) == 1:
        return [len(values), _rounded(values[0])]
    return [_rounded(value) for value in values]


def _rounded(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return round(value, 7) if isinstance(value, int | float) else [_rounded(part) for part in value]
