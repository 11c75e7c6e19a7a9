"""Checks of legibility and framing: contrast of texts with what is behind them, and faces cut by the frame."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.quality import Severity
from pytoon_pipeline.contracts.spec.evaluate import crop_at, transform_at
from pytoon_pipeline.contracts.spec.layers import GroupLayer, Layer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.contracts.time import runs
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.media.frame_stats import COLUMNS, ROWS
from pytoon_pipeline.quality.context import CheckContext
from pytoon_pipeline.quality.deviation import Deviation, Limit

# A text contrasts with its outline from this width on, in pixels, or with its background from this opacity on.
MIN_OUTLINE, MIN_BACKGROUND_OPACITY = 3, 0.6
# Percentiles of the surroundings that a text must contrast with: all but the darkest and the lightest tenth.
PERCENTILES = (10, 90)
# A face is cut when between these shares of its width are visible for so many seconds.
CUT, CUT_SECONDS = (0.1, 0.75), 1.0
MAX_QUOTED = 40


def text_contrast(context: CheckContext) -> Iterator[Deviation]:
    """The contrast of texts with their outline or background; without one, with the rendered blocks around them."""
    spec, limits, light = context.spec, context.limits, context.frame_stats.light
    if spec is None or len(light) != spec.frames:
        return
    for start, end, layer in spec.texts():
        behind = _own_backdrop(layer.style)
        if behind is None:
            behind = _surroundings(layer, light, spec, (start + end) // 2, (end - start) // 2)
        lowest = min((contrast(*pair) for pair in _pairs(layer, behind)), default=None)
        if lowest is None or lowest >= limits.text_contrast:
            continue
        unreadable = lowest < limits.text_contrast_min
        limit = context.limit("text_contrast_min" if unreadable else "text_contrast")
        message = f"“{layer.text[:MAX_QUOTED]}” has too little contrast with its background (contrast ratio)."
        severity: Severity = "gate" if unreadable else "advice"
        yield Deviation("text_contrast", message, round(lowest, 2), limit, severity, start, end)


def _pairs(layer: TextLayer, behind: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Relative luminance of letters and of what they stand on: of the text, and of its key words."""
    yield from ((luminance_of(layer.style.colour), level) for level in behind)
    if (emphasis := layer.style.emphasis) is not None and layer.emphasised:
        on_mark = emphasis.kind in ("box", "marker")
        levels = [luminance_of(emphasis.mark_colour)] if on_mark else behind
        yield from ((luminance_of(emphasis.colour), level) for level in levels)


def _own_backdrop(style: TextStyle) -> list[float] | None:
    """The relative luminance of a text's own outline or background, or none without either."""
    if style.outline >= MIN_OUTLINE:
        return [luminance_of(style.outline_colour)]
    if style.background is not None and style.background.opacity >= MIN_BACKGROUND_OPACITY:
        return [luminance_of(style.background.colour)]
    return None


def _surroundings(layer: TextLayer, light: NDArray[np.uint8], spec: RenderSpec, frame: int, age: int) -> list[float]:
    """Percentiles of the relative luminance of the blocks next to a text at ``frame``, ``age`` frames after it appears.

    A text does not stand on blocks of other texts and their marks, nor of logos, plates and pictures beside it.
    """
    ring, own = _within(layer, age, spec, 1.6), _place(layer, age)
    for start, end, other in spec.layers():
        if not start <= frame < end or isinstance(other, GroupLayer):
            continue
        if isinstance(other, TextLayer) or not own.intersection(_place(other, frame - start)).area:
            ring &= ~_within(other, frame - start, spec, 0.5)
    return [float(np.percentile(light[frame][ring], share)) / 255 for share in PERCENTILES] if ring.any() else []


def _within(layer: Layer, age: int, spec: RenderSpec, margin: float) -> NDArray[np.bool_]:
    """The blocks within ``margin`` blocks of a layer, shape (rows, columns). Blocks are square in 9:16 only."""
    place, height, width = _place(layer, age), spec.height / ROWS, spec.width / COLUMNS
    rows, columns = (np.arange(ROWS) + 0.5) * height, (np.arange(COLUMNS) + 0.5) * width
    down = (rows >= place.top - margin * height) & (rows <= place.bottom + margin * height)
    across = (columns >= place.left - margin * width) & (columns <= place.right + margin * width)
    return np.asarray(down[:, None] & across[None, :])


def _place(layer: Layer, age: int) -> Rect[float]:
    """What a layer covers ``age`` frames after it appears."""
    at = transform_at(layer.transform, layer.start + age)
    width, height = layer.width * at.scale / 2, layer.height * at.scale / 2
    return Rect(at.x - width, at.y - height, at.x + width, at.y + height)


def face_cut(context: CheckContext) -> Iterator[Deviation]:
    """The largest face of footage that is partly outside the frame for some time."""
    spec = context.spec
    if spec is None:
        return
    for scene in spec.scenes:
        for layer in scene.layers:
            if not isinstance(layer, VideoLayer) or layer.height < spec.height or layer.effects:
                continue
            if layer.item in context.faces:
                yield from _cut_faces(context, scene, list(_shares(spec, scene, layer, context.faces[layer.item])))


def _cut_faces(context: CheckContext, scene: Scene, shares: Sequence[tuple[int, float]]) -> Iterator[Deviation]:
    limit = Limit(CUT[1], "A face must be either fully in the frame or clearly outside it")
    for start, end in runs(CUT[0] < share < CUT[1] for _, share in shares):
        first, last = shares[start][0], shares[end - 1][0] + 1
        if last - first >= CUT_SECONDS * context.inspection.rate:
            message = "A face is cut by the edge of the frame (visible share of its width)."
            value = round(min(share for _, share in shares[start:end]), 2)
            yield Deviation("face_cut", message, value, limit, "advice", scene.start + first, scene.start + last)


def _shares(spec: RenderSpec, scene: Scene, layer: VideoLayer, faces: Sequence[Face]) -> Iterator[tuple[int, float]]:
    """Frames of the scene, and the visible share of the largest face's width."""
    largest: dict[float, Face] = {}
    for face in faces:
        other = largest.get(face.time)
        if other is None or face.box.area > other.box.area:
            largest[face.time] = face
    for time, face in sorted(largest.items()):
        frame = spec.rate.nearest(time) - layer.source_start
        if 0 <= frame < scene.frames:
            window = crop_at(layer.crop_path, frame, scene.start + frame)
            left, right = max(face.box.x, window.x), min(face.box.x + face.box.width, window.x + window.width)
            yield frame, max(0.0, right - left) / face.box.width
