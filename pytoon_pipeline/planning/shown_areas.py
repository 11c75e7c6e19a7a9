"""Where the scenes of a timeline show texts and heads: what captions should not cover, whatever laid it out."""

from collections.abc import Iterator, Mapping, Sequence

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.evaluate import crop_at, transform_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer, Layer, TextLayer, VideoLayer, nested
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.keep_out import FACE, TEXT, KeepOutArea
from pytoon_pipeline.planning.shots.subjects import heads

# Interval at which moving layers are looked at.
STEP_SECONDS = 1.0


def shown_areas(
    scenes: Sequence[Scene], materials: Mapping[str, AnalysedMedia], rate: FrameRate
) -> Iterator[KeepOutArea]:
    """The areas of texts and of heads in ``scenes``, about once per second, in frames of the video."""
    for scene in scenes:
        for number, layer in enumerate(scene.layers):
            end = scene.frames if layer.frames is None else min(scene.frames, layer.start + layer.frames)
            for first in range(layer.start, end, rate.nearest(STEP_SECONDS)):
                last = min(first + rate.nearest(STEP_SECONDS), end)
                span = scene.start + first, scene.start + last
                if any(isinstance(one, TextLayer) for one in nested(layer)):
                    yield KeepOutArea(*span, _place(layer, (first + last) // 2), TEXT)
                elif isinstance(layer, ImageLayer | VideoLayer) and number >= scene.background_layers:
                    for area in _heads(layer, materials[layer.item], first, scene.start + first, rate):
                        yield KeepOutArea(*span, area, FACE)


def _place(layer: Layer, frame: int) -> Rect[int]:
    """The area of a layer at a frame of its scene, as if it were not rotated."""
    at = transform_at(layer.transform, frame)
    across, down = layer.width * at.scale / 2, layer.height * at.scale / 2
    return Rect(round(at.x - across), round(at.y - down), round(at.x + across), round(at.y + down))


def _heads(
    layer: ImageLayer | VideoLayer, material: AnalysedMedia, frame: int, video_frame: int, rate: FrameRate
) -> Iterator[Rect[int]]:
    """The heads that a layer shows at a frame of its scene."""
    place, own = _place(layer, frame), frame - layer.start
    found = heads(material.faces, material.focus.people)
    if isinstance(layer, VideoLayer):
        start = rate.seconds(layer.source_start + own)
        found = [face for face in found if start <= face.time < start + STEP_SECONDS]
    window = crop_at(layer.crop_path, own, video_frame)
    for face in found:
        area = face.box.through(window, place.width, place.height).shifted(place.left, place.top)
        if (seen := area.intersection(place)).area:
            yield seen
