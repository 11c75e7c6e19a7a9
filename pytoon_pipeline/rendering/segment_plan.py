"""What rendering one segment takes, worked out frame by frame: all that decides its pictures, and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.media import MediaInfo
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform, crop_at, transform_at
from pytoon_pipeline.contracts.spec.layers import CropPath, GroupLayer, ImageLayer, Layer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene, Segment
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.encoder import PICTURE, PictureEncoder
from pytoon_pipeline.rendering import captions
from pytoon_pipeline.rendering.captions import Event
from pytoon_pipeline.rendering.contact_sheet import sheet_frames

# What of a layer is worked out frame by frame, or has no picture.
WORKED_OUT = {"name", "role", "start", "frames", "transform", "crop_path", "layers", "source_start"}


@dataclass(frozen=True)
class Source:
    """A file in the store and what it is. Of a picture, ``path`` is its upright copy."""

    path: Path
    info: MediaInfo


@dataclass(frozen=True)
class LayerSlice:
    """A layer over some frames of a segment, from frame ``first`` of it on.

    ``offset`` is the source's frame at the first of them; ``detail`` the most pixels of the video that one pixel of
    the layer's own picture ever fills, over all of the layer and not only here.
    """

    layer: Layer
    first: int
    offset: int
    states: tuple[LayerTransform, ...]
    windows: tuple[Box, ...] = ()
    children: tuple["LayerSlice", ...] = ()
    detail: float = 1.0

    @property
    def end(self) -> int:
        return self.first + len(self.states)

    @property
    def motionless(self) -> bool:
        """Whether every frame shows the same."""
        return (
            not isinstance(self.layer, VideoLayer)
            and len(set(self.states)) == 1
            and len(set(self.windows)) <= 1
            and all(c.motionless and c.first == 0 and len(c.states) == len(self.states) for c in self.children)
        )

    def parameters(self, sources: Mapping[str, Source]) -> dict[str, Any]:
        """All of it as plain values, for a fingerprint."""
        values = {
            "layer": self.layer.model_dump(mode="json", exclude=WORKED_OUT),
            "first": self.first,
            "offset": self.offset,
            "states": _short(self.states),
            "windows": _short([tuple(window) for window in self.windows]),
            "children": [child.parameters(sources) for child in self.children],
            "detail": round(self.detail, 6),
        }
        if isinstance(self.layer, VideoLayer | ImageLayer):
            values["media"] = sources[self.layer.item].info.model_dump(mode="json", include={"video", "still"})
        return values


@dataclass(frozen=True)
class SceneSlice:
    """A scene over some frames of a segment. ``mixing`` is the progress of its transition in its first frames."""

    first: int
    frames: int
    background: str
    layers: tuple[LayerSlice, ...]
    transition: str = ""
    mixing: tuple[float, ...] = ()


@dataclass(frozen=True)
class SegmentPlan:
    """All that decides the pictures of one segment. ``sheet`` are its frames that the contact sheet holds."""

    width: int
    height: int
    rate: FrameRate
    frames: int
    scenes: tuple[SceneSlice, ...]
    overlays: tuple[LayerSlice, ...]
    events: tuple[Event, ...]
    style: CaptionStyle
    sheet: tuple[int, ...] = ()
    encoder: PictureEncoder = field(default=PICTURE)

    def drawn(self) -> Iterator[LayerSlice]:
        """All layers, those in groups too."""
        waiting = [*(layer for view in self.scenes for layer in view.layers), *self.overlays]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(one.children)

    @property
    def items(self) -> list[str]:
        return sorted({one.layer.item for one in self.drawn() if isinstance(one.layer, VideoLayer | ImageLayer)})

    @property
    def fonts(self) -> list[str]:
        names = {one.layer.style.font for one in self.drawn() if isinstance(one.layer, TextLayer)}
        return sorted(names | ({self.style.font} if self.events else set()))

    def parameters(self, sources: Mapping[str, Source]) -> dict[str, Any]:
        """The job as plain values, for its fingerprint. The style counts only where there is text to style."""
        return {
            "size": [self.width, self.height],
            "rate": str(self.rate),
            "frames": self.frames,
            "views": [
                [view.first, view.frames, view.background, view.transition, _short(view.mixing)]
                + [layer.parameters(sources) for layer in view.layers]
                for view in self.scenes
            ],
            "overlays": [layer.parameters(sources) for layer in self.overlays],
            "events": [[event.start, event.end, event.text, *event.growing] for event in self.events],
            "style": self.style.model_dump(mode="json") if self.events else None,
            "sheet": list(self.sheet),
            "encoder": self.encoder.model_dump(mode="json"),
        }


def plan_segment(
    spec: RenderSpec, segment: Segment, sources: Mapping[str, Source], encoder: PictureEncoder = PICTURE
) -> SegmentPlan:
    """What rendering ``segment`` takes."""
    return SegmentPlan(
        width=spec.width,
        height=spec.height,
        rate=spec.rate,
        frames=segment.frames,
        scenes=tuple(_views(spec.scenes, segment, sources)),
        overlays=_drawn(spec.overlays, 0, spec.frames, segment, sources),
        events=tuple(captions.events(spec.captions, segment.start, segment.frames, spec.width, spec.rate)),
        style=spec.captions.style,
        sheet=tuple(frame - segment.start for frame in sheet_frames(spec, segment)),
        encoder=encoder,
    )


def _views(scenes: Sequence[Scene], segment: Segment, sources: Mapping[str, Source]) -> Iterator[SceneSlice]:
    for scene in scenes:
        first, last = max(segment.start, scene.start), min(segment.start + segment.frames, scene.end)
        if first >= last:
            continue
        overlap = scene.transition.frames if scene.transition else 0
        mixing = tuple((n + 1) / (overlap + 1) for n in range(first - scene.start, min(last - scene.start, overlap)))
        yield SceneSlice(
            first=first - segment.start,
            frames=last - first,
            background=scene.background,
            layers=_drawn(scene.layers, scene.start, scene.end, segment, sources),
            transition=scene.transition.kind if scene.transition and mixing else "",
            mixing=mixing,
        )


def _drawn(
    layers: Sequence[Layer], begin: int, end: int, segment: Segment, sources: Mapping[str, Source]
) -> tuple[LayerSlice, ...]:
    """Layers that count frames from frame ``begin`` of the video, as far as ``segment`` shows them."""
    start, stop = segment.start, segment.start + segment.frames
    found = (_one(layer, begin, end, start, stop, start, sources) for layer in layers)
    return tuple(drawn for drawn in found if drawn)


def _one(
    layer: Layer, begin: int, end: int, start: int, stop: int, zero: int, sources: Mapping[str, Source]
) -> LayerSlice | None:
    """``layer`` in frames ``[start, stop)`` of the video; its first frame is counted from frame ``zero``."""
    own = begin + layer.start
    first, last = max(start, own), min(stop, end if layer.frames is None else min(end, own + layer.frames))
    if first >= last:
        return None
    states = tuple(transform_at(layer.transform, frame - begin) for frame in range(first, last))
    windows: tuple[Box, ...] = ()
    children: tuple[LayerSlice, ...] = ()
    offset = 0
    if isinstance(layer, VideoLayer | ImageLayer):
        windows = tuple(crop_at(layer.crop_path, frame - own, frame) for frame in range(first, last))
    if isinstance(layer, VideoLayer):
        offset = layer.source_start + first - own
    if isinstance(layer, GroupLayer):
        inner = (_one(child, own, last, first, last, first, sources) for child in layer.layers)
        children = tuple(child for child in inner if child)
    return LayerSlice(layer, first - zero, offset, states, windows, children, _detail(layer, sources))


def _detail(layer: Layer, sources: Mapping[str, Source]) -> float:
    scale = max(key.value for key in layer.transform.scale)
    if not isinstance(layer, VideoLayer | ImageLayer):
        return max(1.0, scale)
    columns, rows = sources[layer.item].info.display_size
    zoom = _closest(layer.crop_path)
    across = layer.width * zoom / (layer.crop_path.width * columns)
    down = layer.height * zoom / (layer.crop_path.height * rows)
    return scale * max(across, down)


def _closest(camera: CropPath) -> float:
    breathing = camera.zoom_pulse.amount if camera.zoom_pulse else 1.0
    return breathing * max(key.zoom for key in camera.keyframes)


def _short(values: Sequence[Any]) -> list[Any]:
    """Values of all frames, or the one that they share."""
    if len(set(values)) == 1:
        return [len(values), _plain(values[0])]
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    return [round(part, 7) for part in value] if isinstance(value, tuple) else round(value, 7)
