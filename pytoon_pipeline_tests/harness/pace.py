"""How much of the frame a plan uses, and how long nothing changes in it."""

from collections.abc import Iterator
from itertools import pairwise

from pytoon_pipeline.contracts.spec.evaluate import crop_at, transform_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer, Layer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec

# A change is seen when a picture or a layer is enlarged by so much, moves by this share of the frame, or turns by so
# many degrees, within so many frames.
ENLARGED, MOVED, TURNED, WITHIN = 0.035, 0.03, 1.5, 15
# What fills the frame without being looked at.
GROUNDS = ("background", "shape", "scrim", "blurred copy", "card shadow")


def shown(spec: RenderSpec) -> Iterator[tuple[int, int, Layer]]:
    """All layers with their frames of the video."""
    for scene in spec.scenes:
        for layer in scene.layers:
            start = scene.start + layer.start
            yield start, min(scene.end, start + (layer.frames or scene.frames)), layer
    for layer in spec.overlays:
        yield layer.start, layer.start + (layer.frames or spec.frames), layer


def cover(spec: RenderSpec, frame: int) -> float:
    """The share of the frame's height from the top of the highest thing that is looked at to the foot of the lowest."""
    tops, feet = [], []
    for start, end, layer in shown(spec):
        if not start <= frame < end or layer.name in GROUNDS:
            continue
        place = transform_at(layer.transform, frame - start + layer.start)
        tops.append(max(0.0, place.y - place.scale * layer.height / 2))
        feet.append(min(float(spec.height), place.y + place.scale * layer.height / 2))
    return (max(feet) - min(tops)) / spec.height if tops else 0.0


def longest_static(spec: RenderSpec) -> float:
    """The longest time without a visible change, in seconds."""
    seen = {0, spec.frames}
    for start, end, layer in shown(spec):
        if layer.name in GROUNDS:
            continue
        seen |= {start, end}
        if isinstance(layer, VideoLayer):
            seen |= set(range(start, end, WITHIN))
        seen |= {start + offset for offset in _changes(layer, end - start, spec)}
    return max(b - a for a, b in pairwise(sorted(seen))) / float(spec.rate.fraction)


def _changes(layer: Layer, frames: int, spec: RenderSpec) -> Iterator[int]:
    """The frames of a layer's own time in which it is enlarged or moves, or a word of it is marked."""
    for frame in range(0, frames - WITHIN, 5):
        a, b = (transform_at(layer.transform, layer.start + n) for n in (frame, frame + WITHIN))
        moved = max(abs(b.x - a.x) / spec.width, abs(b.y - a.y) / spec.height)
        enlarged = abs(b.scale / max(a.scale, 1e-6) - 1)
        if isinstance(layer, ImageLayer):
            wide, near = (crop_at(layer.crop_path, n, n) for n in (frame, frame + WITHIN))
            enlarged = max(enlarged, abs(wide.width / near.width - 1))
        if moved >= MOVED or enlarged >= ENLARGED or abs(b.rotation - a.rotation) >= TURNED:
            yield frame + WITHIN
    if isinstance(layer, TextLayer) and layer.animation is not None and layer.animation.mark is not None:
        yield layer.animation.mark.start + layer.animation.mark.frames
