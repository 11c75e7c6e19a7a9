"""Whether texts stand out from what is really behind them, and whether the frame cuts faces."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.contracts.spec.evaluate import crop_at, transform_at
from pytoon_pipeline.contracts.spec.layers import TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.media.frame_stats import COLUMNS, ROWS
from pytoon_pipeline.quality.context import CheckContext, runs

# An outline from this width on, in pixels, or a plate from this opacity on, is what a text stands out from.
OUTLINED, PLATED = 3, 0.6
# What lies around a text varies: it has to stand out from all but the darkest and the lightest tenth.
SPREAD = (10, 90)
# A face counts as cut while between these shares of its width are in view, for so many seconds.
CUT, CUT_SECONDS = (0.1, 0.75), 1.0


def text_contrast(context: CheckContext) -> Iterator[Finding]:
    """Texts against their outline or plate; without one, against the blocks around them as they were rendered."""
    spec, limits, light = context.spec, context.limits, context.frame_stats.light
    if spec is None or len(light) != spec.frames:
        return
    for start, end, layer in spec.texts():
        behind = _backing(layer.style)
        if behind is None:
            behind = _around(layer, light[(start + end) // 2], spec, (end - start) // 2)
        found = min((contrast(luminance_of(layer.style.colour), level) for level in behind), default=None)
        if found is None or found >= limits.text_contrast:
            continue
        unreadable = found < limits.text_contrast_min
        yield context.limited(
            "frame", "text_contrast", "text_contrast_min" if unreadable else "text_contrast", round(found, 2),
            f"“{layer.text[:40]}” hardly stands out.", "gate" if unreadable else "advice", start, end,
        )  # fmt: skip


def _backing(style: TextStyle) -> list[float] | None:
    if style.outline >= OUTLINED:
        return [luminance_of(style.outline_colour)]
    if style.background is not None and style.background.opacity >= PLATED:
        return [luminance_of(style.background.colour)]
    return None


def _around(layer: TextLayer, light: NDArray[np.uint8], spec: RenderSpec, passed: int) -> list[float]:
    """Relative luminance of the blocks next to a text, from dark to light."""
    state = transform_at(layer.transform, layer.start + passed)
    width, height = layer.width * state.scale / 2, layer.height * state.scale / 2
    rows = (np.arange(ROWS) + 0.5) * spec.height / ROWS
    columns = (np.arange(COLUMNS) + 0.5) * spec.width / COLUMNS
    step = spec.width / COLUMNS

    def near(by: float) -> NDArray[np.bool_]:
        down, across = np.abs(rows - state.y) <= height + by, np.abs(columns - state.x) <= width + by
        return np.asarray(down[:, None] & across[None, :])

    ring = near(1.6 * step) & ~near(step / 2)
    return [float(np.percentile(light[ring], share)) / 255 for share in SPREAD] if ring.any() else []


def face_cut(context: CheckContext) -> Iterator[Finding]:
    """The largest face of footage, half outside the frame for longer than a glance."""
    spec = context.spec
    if spec is None:
        return
    for scene in spec.scenes:
        for layer in scene.layers:
            if isinstance(layer, VideoLayer) and layer.height >= spec.height and layer.item in context.faces:
                shares = list(_shares(spec, scene, layer, context.faces[layer.item]))
                cut = np.array([CUT[0] < share < CUT[1] for _, share in shares], bool)
                for start, end in runs(cut):
                    first, last = shares[start][0], shares[end - 1][0] + 1
                    if last - first >= CUT_SECONDS * context.inspection.rate:
                        yield context.finding(
                            "frame", "face_cut", "advice", "A face is cut by the edge of the frame.",
                            round(min(share for _, share in shares[start:end]), 2), CUT[1],
                            "A portrait shows all of a face, or clearly leaves it out",
                            scene.start + first, scene.start + last,
                        )  # fmt: skip


def _shares(spec: RenderSpec, scene: Scene, layer: VideoLayer, faces: Sequence[Face]) -> Iterator[tuple[int, float]]:
    """Frames of the scene, and how much of the largest face's width they show."""
    largest: dict[float, Face] = {}
    for face in faces:
        known = largest.get(face.time)
        if known is None or face.box.width * face.box.height > known.box.width * known.box.height:
            largest[face.time] = face
    for time, face in sorted(largest.items()):
        frame = spec.rate.nearest(time) - layer.source_start
        if 0 <= frame < scene.frames:
            window = crop_at(layer.crop_path, frame, scene.start + frame)
            left, right = max(face.box.x, window.x), min(face.box.x + face.box.width, window.x + window.width)
            yield frame, max(0.0, right - left) / face.box.width
