"""Checks over time: black, frozen and single glitched frames, flashes, striped patterns, unplanned cuts."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.quality import Severity
from pytoon_pipeline.contracts.spec.layers import shows_footage
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.time import runs
from pytoon_pipeline.media.frame_stats import FrameStats
from pytoon_pipeline.quality.context import CheckContext, planned
from pytoon_pipeline.quality.deviation import Deviation
from pytoon_pipeline.quality.flashes import find_flashes
from pytoon_pipeline.quality.patterns import find_patterns
from pytoon_pipeline.quality.planned_changes import planned_changes

# A block has returned when it differs from its earlier value by less than this share of the step.
RETURNED = 0.35


def black(context: CheckContext) -> Iterator[Deviation]:
    limits, levels = context.limits, context.frame_stats.levels
    for start, end in runs(levels <= limits.black_luma, context.frames(limits.black_seconds)):
        intended = context.spec is not None and planned(start, end, context.spec.black_ranges)
        message = "The picture is black (98th percentile of luma)."
        value = round(float(levels[start:end].max()), 1)
        severity: Severity = "advice" if intended else "gate"
        yield Deviation("black", message, value, context.limit("black_luma"), severity, start, end)


def frozen(context: CheckContext) -> Iterator[Deviation]:
    """Frames without motion where the plan has motion. Without a plan it is unknown whether there should be any.

    A planned still is not reported; footage that does not move in its source is advice.
    """
    limits, spec, changes = context.limits, context.spec, _filled_gaps(context.frame_stats.changes)
    for start, end in runs(changes <= limits.frozen_luma, context.frames(limits.frozen_seconds)):
        intended = spec is None or planned(start, end, spec.static_ranges)
        if intended and spec is not None and not _shows_footage(spec, start, end):
            continue
        message = "The picture does not move (mean change of luma between frames)."
        value = round(float(changes[start:end].max()), 4)
        severity: Severity = "advice" if intended else "gate"
        yield Deviation("frozen", message, value, context.limit("frozen_luma"), severity, start, end)


def glitch_frame(context: CheckContext) -> Iterator[Deviation]:
    """A single frame that differs from both of its neighbours, while these are alike.

    Footage may contain such frames, and transitions pass through them: what was rendered like that is not a fault
    there, nor where the plan changes something at that moment, such as one text for the next.
    """
    limits, spec, stats = context.limits, context.spec, context.frame_stats
    glitched = _glitched_blocks(stats.blocks, limits.glitch_luma)
    rendered = np.zeros_like(glitched)
    if context.rendered is not None and len(context.rendered.frame_stats) == len(stats):
        rendered = _glitched_blocks(context.rendered.frame_stats.blocks, limits.glitch_luma)
    if spec is not None and len(glitched):
        changing = planned_changes(spec, len(stats))[1:-1]
        glitched, rendered = glitched & ~(changing & rendered), rendered & ~changing
    share, rendered_share = (blocks.mean(axis=(1, 2)) for blocks in (glitched, rendered))
    for start, end in runs(share >= limits.glitch_area):
        was_rendered = bool(rendered_share[start:end].max() >= limits.glitch_area)
        if was_rendered and spec is not None and _in_transition(spec, start + 1):
            continue
        harmless = spec is None or (was_rendered and _shows_footage(spec, start + 1, end + 1))
        message = "A single frame differs from the frames around it (share of the frame)."
        value = round(float(share[start:end].max()), 3)
        severity: Severity = "advice" if harmless else "gate"
        yield Deviation("glitch_frame", message, value, context.limit("glitch_area"), severity, start + 1, end + 1)


def _glitched_blocks(blocks: NDArray[np.uint8], min_step: float) -> NDArray[np.bool_]:
    """Blocks that change by ``min_step`` and change back, for all frames but the first and the last."""
    y = blocks[..., 0].astype(np.int16)
    step = np.minimum(np.abs(y[1:-1] - y[:-2]), np.abs(y[2:] - y[1:-1]))
    returned = np.abs(y[2:] - y[:-2]) <= RETURNED * step
    return np.asarray((step >= min_step) & returned)


def _in_transition(spec: RenderSpec, frame: int) -> bool:
    """Whether a frame belongs to a transition or is black as planned."""
    transition = any(
        scene.transition is not None and scene.start <= frame < scene.start + scene.transition.frames
        for scene in spec.scenes
    )
    return transition or any(frame in one for one in spec.black_ranges)


def flashes(context: CheckContext) -> Iterator[Deviation]:
    """Flashes that may cause seizures."""
    limits = context.limits
    sustained = (limits.flashes_sustained, limits.flashes_sustained_seconds)
    sequences = find_flashes(context.frame_stats, context.inspection.rate, limits.flashes_per_second, sustained)
    for one in sequences:
        red = one.kind == "red"
        message = f"{'Red flashes' if red else 'Flashes'} exceed the safe rate (number of flashes)."
        code = "red_flash" if red else "flash"
        limit = context.limit("flashes_per_second")
        yield Deviation(code, message, one.flashes, limit, "gate", one.start, one.end)


def striped_patterns(context: CheckContext) -> Iterator[Deviation]:
    """Regular patterns of high contrast, such as stripes, that may cause seizures."""
    limits = context.limits
    areas = (limits.pattern_area, limits.pattern_area_unsteady)
    for one in find_patterns(context.frame_stats, context.inspection.rate, limits.pattern_seconds, *areas):
        name = "pattern_area_unsteady" if one.unsteady else "pattern_area"
        kind = "Flashing or oscillating stripes" if one.unsteady else "High-contrast stripes"
        message = f"{kind} cover more of the frame than is safe (share of the frame)."
        yield Deviation("pattern", message, one.area, context.limit(name), "gate", one.start, one.end)


def unplanned_cut(context: CheckContext) -> Iterator[Deviation]:
    """A cut in the file where none was rendered."""
    if context.rendered is None or context.inspection.packets_verified or not context.comparable:
        return
    limit = context.limits.cut_luma
    actual, rendered = (_steps(stats) for stats in (context.inspection.frame_stats, context.rendered.frame_stats))
    for frame in np.flatnonzero((actual >= limit) & (rendered < limit / 2)) + 1:
        message = "There is a cut that was not planned (mean change of blocks)."
        value, start = round(float(actual[frame - 1]), 1), int(frame)
        yield Deviation("unplanned_cut", message, value, context.limit("cut_luma"), "gate", start, start + 1)


def _steps(stats: FrameStats) -> NDArray[np.float64]:
    """The mean change of blocks from frame to frame."""
    return np.asarray(np.abs(np.diff(stats.blocks[..., 0].astype(np.int16), axis=0)).mean(axis=(1, 2)))


def _filled_gaps(changes: NDArray[np.float32]) -> NDArray[np.float32]:
    """``changes`` without NaN: at the start of a segment the change is unknown and counts as the larger neighbour."""
    filled = changes.copy()
    for n in np.flatnonzero(np.isnan(filled)):
        neighbours = [filled[m] for m in (n - 1, n + 1) if 0 <= m < len(filled) and not np.isnan(filled[m])]
        filled[n] = max(neighbours, default=255.0) if n else 255.0
    return filled


def _shows_footage(spec: RenderSpec, start: int, end: int) -> bool:
    return any(shows_footage(layer) for first, last, layer in spec.layers() if first < end and last > start)
