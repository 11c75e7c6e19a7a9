"""Pictures as such: whether they show what was rendered, and texts that can be read."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.frame_stats import FrameStats
from pytoon_pipeline.quality.context import CheckContext, runs
from pytoon_pipeline.rendering.captions import missing_glyphs

# Blocks that must differ before a picture counts as another one: codecs leave a trace of their own.
FEW_BLOCKS = 3
# Detail is compared where there is some, in quarters of a level.
SOME_DETAIL = 5
# And where it takes at least this share of the picture.
ENOUGH_DETAIL = 0.15
# A held picture changes by at most this share of what it should, and by at most so many levels.
HELD, MAX_REFINED = 0.3, 0.5


def matches_rendered(context: CheckContext) -> Iterator[Finding]:
    """Pictures that are not those that were rendered, and in what."""
    if context.rendered is None or not context.comparable:
        return
    limits, decoded = context.limits, context.inspection.decoded_frames
    seen, made = context.inspection.frame_stats, context.rendered.frame_stats.at(decoded)
    # Between key frames alone nothing can be said of standing still.
    stands = (
        np.zeros(len(seen), bool) if context.inspection.packets_verified else _stands(seen, made, limits.frozen_luma)
    )
    off = np.abs(seen.blocks.astype(np.int16) - made.blocks).max(axis=-1)
    other = (off >= limits.altered_luma).sum(axis=(1, 2)) >= FEW_BLOCKS
    same_scene = _same_but_for_levels(seen.blocks[..., 0], made.blocks[..., 0], limits.altered_luma)
    sharpness = _sharpness(seen, made)
    calm = ~other & ~stands & ~_dark(context)[decoded]
    kinds = {
        "frozen": (stands, "held_seconds", "The picture stands still although it should move."),
        "missing_item": (other & ~stands & ~same_scene, "altered_luma", "It shows something else than was planned."),
        "exposure": (other & ~stands & same_scene, "altered_luma", "It is lighter, darker or tinted."),
        "blur": (calm & (sharpness < limits.detail_min), "detail_min", "It is blurred."),
        "artefacts": (calm & (sharpness > limits.detail_max), "detail_max", "It is noisy or full of blocks."),
    }
    for code, (flags, limit, message) in kinds.items():
        for start, end in runs(flags, _least(code, context), gap=2):
            seconds = (end - start) / context.inspection.rate
            values = {"missing_item": off[start:end].max(), "exposure": off[start:end].max(), "frozen": seconds}
            value = float(values.get(code, np.median(sharpness[start:end])))
            first, last = int(decoded[start]), int(decoded[end - 1]) + 1
            yield context.limited("frame", code, limit, round(value, 3), message, "gate", first, last)


def _same_but_for_levels(seen: NDArray[np.uint8], made: NDArray[np.uint8], limit: float) -> NDArray[np.bool_]:
    """Whether one line of levels explains all but a few blocks: the same picture, lighter, darker or flatter."""
    a, b = (x.reshape(len(x), -1).astype(np.float64) for x in (made, seen))
    spread = a - a.mean(axis=1, keepdims=True)
    slope = (spread * b).sum(axis=1, keepdims=True) / np.maximum((spread**2).sum(axis=1, keepdims=True), 1e-9)
    left = np.abs(b - b.mean(axis=1, keepdims=True) - slope * spread)
    return np.asarray(((left >= limit).sum(axis=1) < FEW_BLOCKS) & (slope[:, 0] > 0.2))


def _least(code: str, context: CheckContext) -> int:
    """A freeze must last to be one."""
    if code != "frozen":
        return 1
    return max(2, round(context.limits.held_seconds * context.inspection.rate))


def _dark(context: CheckContext) -> NDArray[np.bool_]:
    """Frames that are dark on purpose: there, hardly any detail is left to compare."""
    dark = np.zeros(len(context.inspection.times), bool)
    for part in context.spec.black_ranges if context.spec else ():
        dark[part.start : part.end] = True
    return dark


def _stands(seen: FrameStats, made: FrameStats, still: float) -> NDArray[np.bool_]:
    """Where next to nothing changes, while what was rendered does. Codecs go on refining a held picture for a while."""
    return np.asarray((made.changes > 5 * still) & (seen.changes <= np.minimum(HELD * made.changes, MAX_REFINED)))


def _sharpness(seen: FrameStats, made: FrameStats) -> NDArray[np.float64]:
    """Detail of each picture as a share of what was rendered; 1 where hardly any was."""
    there = made.detail >= SOME_DETAIL
    kept, rendered = (np.where(there, trace.detail, 0).sum(axis=(1, 2), dtype=np.float64) for trace in (seen, made))
    enough = there.mean(axis=(1, 2)) >= ENOUGH_DETAIL
    return np.divide(kept, rendered, out=np.ones_like(kept), where=enough)


def glyphs(context: CheckContext) -> Iterator[Finding]:
    """Characters that would show as boxes."""
    if context.spec is None:
        return
    plan = context.spec.captions
    shown = [
        (plan.cues[n].start, plan.cues[n].end, plan.cues[n].text, lacking, plan.style.font)
        for n, lacking in missing_glyphs(plan.cues, plan.style).items()
    ]
    for start, end, layer in context.spec.texts():
        if absent := fonts.missing_characters(layer.text, layer.style.font):
            shown.append((start, end, layer.text, "".join(sorted(absent)), layer.style.font))
    for start, end, text, lacking, font in shown:
        yield context.finding(
            "frame",
            "missing_glyph",
            "gate",
            f"No font has the characters {lacking} of “{text[:40]}”.",
            lacking,
            font,
            "Fonts that come with Pytoon",
            start,
            end,
        )


def unsafe_text(context: CheckContext) -> Iterator[Finding]:
    """Texts that lie where a platform puts its own elements."""
    if context.spec is None:
        return
    safe, spec = context.spec.constraints.safe_area, context.spec
    for start, end, layer in spec.texts():
        if layer.role == "other":
            continue
        middle = transform_at(layer.transform, layer.start + (end - start) // 2)
        width, height = layer.width * middle.scale / 2, layer.height * middle.scale / 2
        over = max(
            safe.left - (middle.x - width),
            middle.x + width - safe.right,
            safe.top - (middle.y - height),
            middle.y + height - safe.bottom,
        )
        if over > 1:
            yield context.finding(
                "frame",
                "text_unsafe",
                "gate",
                f"“{layer.text[:40]}” lies {over:.0f} px outside the safe zone.",
                round(over, 1),
                0,
                f"Safe zone of {spec.constraints.platform}",
                start,
                end,
            )


def camera_jitter(context: CheckContext) -> Iterator[Finding]:
    """Camera paths that shake: the change of a window's speed from key to key, in pixels of the video a frame."""
    if context.spec is None:
        return
    limits, spec = context.limits, context.spec
    for scene in spec.scenes:
        for layer in scene.layers:
            camera = getattr(layer, "crop_path", None)
            if camera is None:
                continue
            frames = np.array([key.frame for key in camera.keyframes])
            if len(frames) < 3:
                continue
            places = np.array([(key.x, key.y) for key in camera.keyframes])
            pixels = places * (layer.width / camera.width, layer.height / camera.height)
            speeds = np.diff(pixels, axis=0) / np.diff(frames)[:, None]
            shakes = np.abs(np.diff(speeds, axis=0)).max(axis=1)
            for start, end in runs(shakes > limits.camera_jitter, least=2, gap=3):
                first, last = scene.start + int(frames[start]), scene.start + int(frames[end + 1]) + 1
                yield context.limited(
                    "frame",
                    "camera_jitter",
                    "camera_jitter",
                    round(float(shakes[start:end].max()), 2),
                    "The camera path shakes.",
                    "gate",
                    first,
                    last,
                )
