"""All pictures in order: black, frozen, single odd ones, flashes, stripes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.contracts.spec.layers import shows_footage
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media.frame_stats import FrameStats
from pytoon_pipeline.quality.context import CheckContext, covered, runs
from pytoon_pipeline.quality.flashes import find_flashes
from pytoon_pipeline.quality.patterns import find_patterns
from pytoon_pipeline.quality.planned_changes import planned_changes

# A block that differs from its neighbours in time by less than this part of the step is back where it was.
BACK = 0.35


def black(context: CheckContext) -> Iterator[Finding]:
    limits, levels = context.limits, context.frame_stats.levels
    for start, end in runs(levels <= limits.black_luma, _frames(context, limits.black_seconds)):
        planned = context.spec is not None and covered(start, end, context.spec.black_ranges)
        yield context.limited(
            "time", "black", "black_luma", round(float(levels[start:end].max()), 1), "The picture is black.",
            "advice" if planned else "gate", start, end,
        )  # fmt: skip


def frozen(context: CheckContext) -> Iterator[Finding]:
    """Nothing moves although something should. Of a foreign file no one knows what should.

    A planned still is no finding at all; footage that stands still in its source is one to know of.
    """
    limits, spec, changes = context.limits, context.spec, _bridged(context.frame_stats.changes)
    for start, end in runs(changes <= limits.frozen_luma, _frames(context, limits.frozen_seconds)):
        planned = spec is None or covered(start, end, spec.static_ranges)
        if planned and spec is not None and not _shows_footage(spec, start, end):
            continue
        change = round(float(changes[start:end].max()), 4)
        yield context.limited(
            "time", "frozen", "frozen_luma", change, "The picture stands still.", "advice" if planned else "gate",
            start, end,
        )  # fmt: skip


def glitch_frame(context: CheckContext) -> Iterator[Finding]:
    """A single picture that is unlike both of its neighbours, while these are alike.

    Footage may do so by itself, and pictures on their way from scene to scene pass by: what was rendered like that
    is no fault there, nor where the plan changes something just then, such as one text for the next.
    """
    limits, spec = context.limits, context.spec
    odd_blocks = _odd_blocks(context.frame_stats.blocks, limits.glitch_luma)
    made_blocks = np.zeros_like(odd_blocks)
    if context.rendered is not None and len(context.rendered.frame_stats) == len(context.frame_stats):
        made_blocks = _odd_blocks(context.rendered.frame_stats.blocks, limits.glitch_luma)
    if spec is not None and len(odd_blocks):
        planned = planned_changes(spec, len(context.frame_stats))[1:-1]
        odd_blocks, made_blocks = odd_blocks & ~(planned & made_blocks), made_blocks & ~planned
    share, made = (blocks.mean(axis=(1, 2)) for blocks in (odd_blocks, made_blocks))
    for start, end in runs(share >= limits.glitch_area):
        rendered = bool(made[start:end].max() >= limits.glitch_area)
        if rendered and spec is not None and _passes_by(spec, start + 1):
            continue
        foreign = spec is None or (rendered and _shows_footage(spec, start + 1, end + 1))
        yield context.limited(
            "time", "glitch_frame", "glitch_area", round(float(share[start:end].max()), 3),
            "A single picture is unlike its neighbours.", "advice" if foreign else "gate", start + 1, end + 1,
        )  # fmt: skip


def _odd_blocks(blocks: NDArray[np.uint8], least: float) -> NDArray[np.bool_]:
    """Blocks that step away and back, for all pictures but the first and the last."""
    y = blocks[..., 0].astype(np.int16)
    step = np.minimum(np.abs(y[1:-1] - y[:-2]), np.abs(y[2:] - y[1:-1]))
    back = np.abs(y[2:] - y[:-2]) <= BACK * step
    return np.asarray((step >= least) & back)


def _passes_by(spec: RenderSpec, frame: int) -> bool:
    """Whether a scene is on its way in, or all is dark on purpose."""
    coming = any(
        scene.transition is not None and scene.start <= frame < scene.start + scene.transition.frames
        for scene in spec.scenes
    )
    return coming or any(part.start <= frame < part.end for part in spec.black_ranges)


def flashes(context: CheckContext) -> Iterator[Finding]:
    limits = context.limits
    sustained = (limits.flashes_sustained, limits.flashes_sustained_seconds)
    for one in find_flashes(context.frame_stats, context.inspection.rate, limits.flashes_per_second, sustained):
        what = "It flashes red" if one.kind == "red" else "It flashes"
        yield context.limited(
            "time", "red_flash" if one.kind == "red" else "flash", "flashes_per_second", one.flashes,
            f"{what} more often than is safe to watch.", "gate", one.start, one.end,
        )  # fmt: skip


def striped_patterns(context: CheckContext) -> Iterator[Finding]:
    """Regular patterns of high contrast, such as stripes."""
    limits = context.limits
    areas = (limits.pattern_area, limits.pattern_area_unsteady)
    for one in find_patterns(context.frame_stats, context.inspection.rate, limits.pattern_seconds, *areas):
        limit = "pattern_area_unsteady" if one.unsteady else "pattern_area"
        what = "Stripes that flash or move to and fro" if one.unsteady else "Stripes of high contrast"
        yield context.limited(
            "time", "pattern", limit, one.area, f"{what} take more of the picture than is safe to watch.", "gate",
            one.start, one.end,
        )  # fmt: skip


def unplanned_cut(context: CheckContext) -> Iterator[Finding]:
    """A cut in the file where none was rendered."""
    if context.rendered is None or context.inspection.packets_verified or not context.comparable:
        return
    limit = context.limits.cut_luma
    seen, made = (_steps(trace) for trace in (context.inspection.frame_stats, context.rendered.frame_stats))
    for frame in np.flatnonzero((seen >= limit) & (made < limit / 2)) + 1:
        yield context.limited(
            "time", "unplanned_cut", "cut_luma", round(float(seen[frame - 1]), 1), "This cut was not planned.", "gate",
            int(frame), int(frame) + 1,
        )  # fmt: skip


def _steps(trace: FrameStats) -> NDArray[np.float64]:
    """Mean change of blocks from picture to picture."""
    return np.asarray(np.abs(np.diff(trace.blocks[..., 0].astype(np.int16), axis=0)).mean(axis=(1, 2)))


def _frames(context: CheckContext, seconds: float) -> int:
    return max(1, round(seconds * context.inspection.rate))


def _bridged(changes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where a segment begins nothing is known of the change: it counts as the larger one beside it."""
    known = changes.copy()
    for n in np.flatnonzero(np.isnan(known)):
        beside = [known[m] for m in (n - 1, n + 1) if 0 <= m < len(known) and not np.isnan(known[m])]
        known[n] = max(beside, default=255.0) if n else 255.0
    return known


def _shows_footage(spec: RenderSpec, start: int, end: int) -> bool:
    return any(shows_footage(layer) for first, last, layer in spec.layers() if first < end and last > start)
