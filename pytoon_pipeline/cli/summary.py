"""The line at the end of a render: what came out, and what it cost."""

from pathlib import Path

from pytoon_pipeline.contracts.render_results import RenderResult


def summary(result: RenderResult) -> str:
    """Length, size, score, time, and what was reused."""
    parts = [f"{result.video_seconds:.1f} s"] if result.video_seconds is not None else []
    if result.video is not None:
        parts.append(f"{Path(result.video).stat().st_size / 1e6:.1f} MB")
    if result.qc is not None:
        parts.append(f"score {result.qc.score:g} of 100")
    return f"{', '.join(parts)}. {_cost(result)}"


def _cost(result: RenderResult) -> str:
    if result.stages and all(stage.status == "cached" for stage in result.stages):
        return "The video is up to date; nothing was rendered."
    counts = result.segments
    reused = f", {counts.cached} of {counts.total} segments reused" if counts.cached else ""
    return f"Rendered in {result.wall_seconds:.0f} s{reused}."
