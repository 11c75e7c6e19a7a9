"""Reproducing a video from its manifest."""

from collections.abc import Callable
from pathlib import Path

from pytoon_pipeline.contracts.manifest import Difference
from pytoon_pipeline.contracts.results import ErrorInfo, RemakeResult
from pytoon_pipeline.runtime.home import Home

Differences = Callable[[tuple[Difference, ...]], None]
SegmentProgress = Callable[[int, int], None]


def remake(
    home: Home, manifest: Path, media: Path | None, out: Path | None, differ: Differences, progress: SegmentProgress
) -> RemakeResult:
    """Renders the video of a manifest again and compares it with the original.

    ``differ`` receives what differs from the original's environment before rendering starts; ``progress`` how many
    segments of how many are ready. Raises as ``operations.remake`` does; a difference is an error in the answer.
    """
    from pytoon_pipeline.operations.remake import remake as remaking

    remade = remaking.remake(home, manifest, media, out, differ, progress)
    error = remaking.failure(remade)
    return RemakeResult(**dict(remade), error=ErrorInfo.of(error) if error else None)
