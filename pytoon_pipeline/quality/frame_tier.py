"""Checks of frames: whether they show what was rendered, whether texts can be read, whether the camera shakes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer, ShapeLayer, VideoLayer, nested
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.time import runs
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.frame_stats import COLUMNS, ROWS, FrameStats
from pytoon_pipeline.quality.context import CheckContext
from pytoon_pipeline.quality.deviation import Deviation, Limit
from pytoon_pipeline.quality.planned_changes import blocks_in, layer_box
from pytoon_pipeline.rendering.captions import missing_glyphs

# Blocks that must differ before a frame counts as a different one: codecs change single blocks.
MIN_BLOCKS = 3
# Detail is compared where the rendered frame has at least this much, in quarters of a level. Encoding may remove the
# dithering of gradients and soft shapes: where they are shown, this much in pictures, and this much on their ground.
MIN_DETAIL, MIN_DETAIL_DITHERED, MIN_DETAIL_GROUND = 5, 8, 12
# And where such blocks cover at least this share of the frame.
MIN_DETAIL_AREA = 0.15
# A held frame changes by at most this share of the rendered change, and by at most so many levels.
HELD_SHARE, MAX_HELD_CHANGE = 0.3, 0.5
# Text up to this many characters is quoted in a message.
MAX_QUOTED = 40


def matches_rendered(context: CheckContext) -> Iterator[Deviation]:
    """Frames that differ from the rendered ones, and in what."""
    if context.rendered is None or not context.comparable:
        return
    limits, decoded = context.limits, context.inspection.decoded_frames
    actual, rendered = context.inspection.frame_stats, context.rendered.frame_stats.at(decoded)
    # Key frames alone do not show whether the picture moves.
    verified = context.inspection.packets_verified
    held = np.zeros(len(actual), bool) if verified else _held(actual, rendered, limits.frozen_luma)
    difference = np.abs(actual.blocks.astype(np.int16) - rendered.blocks).max(axis=-1)
    different = (difference >= limits.altered_luma).sum(axis=(1, 2)) >= MIN_BLOCKS
    same_scene = _differs_in_levels_only(actual.blocks[..., 0], rendered.blocks[..., 0], limits.altered_luma)
    sharpness = _sharpness(actual, rendered, _least_detail(context)[decoded])
    comparable = ~different & ~held & ~_planned_black(context)[decoded]
    blurred, noisy = sharpness < limits.detail_min, sharpness > limits.detail_max
    kinds = {
        "frozen": (held, "held_seconds", "The picture does not move although the plan has motion (seconds)."),
        "missing_item": (
            different & ~held & ~same_scene,
            "altered_luma",
            "The picture shows something other than was rendered (difference of block luma).",
        ),
        "exposure": (
            different & ~held & same_scene,
            "altered_luma",
            "The picture is brighter, darker or tinted (difference of block luma).",
        ),
        "blur": (comparable & blurred, "detail_min", "The picture is blurred (share of the rendered detail)."),
        "artefacts": (
            comparable & noisy,
            "detail_max",
            "The picture is noisy or shows block artefacts (ratio to the rendered detail).",
        ),
    }
    for code, (flags, limit, message) in kinds.items():
        for start, end in runs(flags, _min_frames(code, context), max_gap=2):
            seconds = (end - start) / context.inspection.rate
            largest = difference[start:end].max()
            values = {"missing_item": largest, "exposure": largest, "frozen": seconds}
            value = round(float(values.get(code, np.median(sharpness[start:end]))), 3)
            first, last = int(decoded[start]), int(decoded[end - 1]) + 1
            yield Deviation(code, message, value, context.limit(limit), "gate", first, last)


def _differs_in_levels_only(actual: NDArray[np.uint8], rendered: NDArray[np.uint8], limit: float) -> NDArray[np.bool_]:
    """Whether a linear map of levels explains all but a few blocks: the same picture, brighter, darker or flatter."""
    a, b = (blocks.reshape(len(blocks), -1).astype(np.float64) for blocks in (rendered, actual))
    spread = a - a.mean(axis=1, keepdims=True)
    slope = (spread * b).sum(axis=1, keepdims=True) / np.maximum((spread**2).sum(axis=1, keepdims=True), 1e-9)
    residual = np.abs(b - b.mean(axis=1, keepdims=True) - slope * spread)
    return np.asarray(((residual >= limit).sum(axis=1) < MIN_BLOCKS) & (slope[:, 0] > 0.2))


def _min_frames(code: str, context: CheckContext) -> int:
    """The shortest run that is reported: a freeze must last for some time."""
    if code != "frozen":
        return 1
    return max(2, round(context.limits.held_seconds * context.inspection.rate))


def _planned_black(context: CheckContext) -> NDArray[np.bool_]:
    """Frames that are black as planned: they have hardly any detail to compare."""
    flags = np.zeros(len(context.inspection.times), bool)
    for one in context.spec.black_ranges if context.spec else ():
        flags[one.start : one.end] = True
    return flags


def _held(actual: FrameStats, rendered: FrameStats, frozen_luma: float) -> NDArray[np.bool_]:
    """Frames that hardly change although the rendered ones do. Codecs refine a held frame for a while."""
    moving = rendered.changes > 5 * frozen_luma
    return np.asarray(moving & (actual.changes <= np.minimum(HELD_SHARE * rendered.changes, MAX_HELD_CHANGE)))


def _least_detail(context: CheckContext) -> NDArray[np.uint8]:
    """The detail from which blocks are compared, shape (frames of the plan, ROWS, COLUMNS)."""
    least = np.full((len(context.inspection.times), ROWS, COLUMNS), MIN_DETAIL, np.uint8)
    if context.spec is None:
        return least
    layers = [*context.spec.layers()]
    for first, last, layer in layers:
        if any(isinstance(one, ShapeLayer) and _dithered(one) for one in nested(layer)):
            least[first:last] = MIN_DETAIL_GROUND
    for first, last, layer in layers:
        if any(isinstance(one, ImageLayer | VideoLayer) for one in nested(layer)):
            middle = layer.start + (last - first) // 2
            rows, columns = blocks_in(context.spec, layer_box(layer, middle))
            part = least[first:last, rows, columns]
            np.minimum(part, MIN_DETAIL_DITHERED, out=part)
    return least


def _dithered(shape: ShapeLayer) -> bool:
    """Whether a shape has a gradient, of colour or of opacity, or soft edges."""
    return (
        len(shape.fill.colours) > 1 or bool(shape.fill.opacity) or any(isinstance(one, Blur) for one in shape.effects)
    )


def _sharpness(actual: FrameStats, rendered: FrameStats, least: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The detail of each frame as a share of the rendered detail in blocks with at least ``least`` of it; 1 where
    there are few of them.
    """
    detailed = rendered.detail >= least
    a, b = (np.where(detailed, one.detail, 0).sum(axis=(1, 2), dtype=np.float64) for one in (actual, rendered))
    enough = detailed.mean(axis=(1, 2)) >= MIN_DETAIL_AREA
    return np.divide(a, b, out=np.ones_like(a), where=enough)


def glyphs(context: CheckContext) -> Iterator[Deviation]:
    """Characters that would be drawn as boxes."""
    if context.spec is None:
        return
    plan = context.spec.captions
    texts = [
        (plan.cues[n].start, plan.cues[n].end, plan.cues[n].text, missing, plan.style.font)
        for n, missing in missing_glyphs(plan.cues, plan.style).items()
    ]
    for start, end, layer in context.spec.texts():
        if absent := fonts.missing_characters(layer.text, layer.style.font):
            texts.append((start, end, layer.text, "".join(sorted(absent)), layer.style.font))
    for start, end, text, missing, font in texts:
        message = f"No available font has the characters {missing} of “{text[:MAX_QUOTED]}”."
        limit = Limit(font, "Fonts that are installed with Pytoon")
        yield Deviation("missing_glyph", message, missing, limit, "gate", start, end)


def unsafe_text(context: CheckContext) -> Iterator[Deviation]:
    """Texts outside the safe area, where a platform shows its own controls."""
    if context.spec is None:
        return
    spec = context.spec
    for start, end, layer in spec.texts():
        if layer.role == "other":
            continue
        middle = transform_at(layer.transform, layer.start + (end - start) // 2)
        width, height = layer.width * middle.scale / 2, layer.height * middle.scale / 2
        covered = Rect(middle.x - width, middle.y - height, middle.x + width, middle.y + height)
        excess = spec.constraints.excess(covered)
        if excess > 1:
            message = f"“{layer.text[:MAX_QUOTED]}” extends {excess:.0f} px beyond the safe area."
            limit = Limit(0, f"Safe area of {spec.constraints.platform}")
            yield Deviation("text_unsafe", message, round(excess, 1), limit, "gate", start, end)


def camera_jitter(context: CheckContext) -> Iterator[Deviation]:
    """Crop paths that shake: changes of a crop's velocity at keyframes, in video pixels per frame, to and fro.

    A move speeds up and slows down once; a path that shakes does so again and again.
    """
    for scene in context.spec.scenes if context.spec else ():
        for layer in scene.layers:
            if isinstance(layer, VideoLayer | ImageLayer):
                yield from _jitter(context, scene, layer)


def _jitter(context: CheckContext, scene: Scene, layer: VideoLayer | ImageLayer) -> Iterator[Deviation]:
    path = layer.crop_path
    frames = np.array([key.frame for key in path.keyframes])
    if len(frames) < 4:
        return
    positions = np.array([(key.x, key.y) for key in path.keyframes])
    pixels = positions * (layer.width / path.width, layer.height / path.height)
    velocities = np.diff(pixels, axis=0) / np.diff(frames)[:, None]
    changes = np.diff(velocities, axis=0)
    reversing = changes[1:] * changes[:-1] < 0
    jumps = np.where(reversing, np.minimum(np.abs(changes[1:]), np.abs(changes[:-1])), 0).max(axis=1)
    for start, end in runs(jumps > context.limits.camera_jitter, min_length=2, max_gap=3):
        # Each jump compares two changes of velocity, so it spans four keyframes.
        first, last = scene.start + int(frames[start]), scene.start + int(frames[end + 2]) + 1
        message = "The camera path jitters (change of velocity in pixels per frame)."
        value = round(float(jumps[start:end].max()), 2)
        yield Deviation("camera_jitter", message, value, context.limit("camera_jitter"), "gate", first, last)
