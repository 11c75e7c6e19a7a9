"""Reproducing a video from its manifest."""

from pathlib import Path

from pytoon_pipeline.contracts.manifest import Difference
from pytoon_pipeline.contracts.progress import Noted, StageStarted
from pytoon_pipeline.contracts.render_results import ErrorInfo
from pytoon_pipeline.contracts.results import RemakeResult
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.progress import publish


def remake(home: Home, manifest: Path, media: Path | None, out: Path | None) -> RemakeResult:
    """Renders the video of a manifest again and compares it with the original.

    Publishes what differs from the original's environment before rendering starts, and the progress. Raises as
    ``operations.remake`` does; a difference is an error in the answer.
    """
    from pytoon_pipeline.engines.segments import report_progress
    from pytoon_pipeline.operations.remake import remake as remaking

    def differ(differences: tuple[Difference, ...]) -> None:
        for one in differences:
            message = f"Differs from the original: {remaking.describe(one)}"
            publish(Noted(Note(code="differs", message=message)))
        publish(StageStarted("rendered_segments"))

    remade = remaking.remake(home, manifest, media, out, differ, report_progress)
    error = remaking.failure(remade)
    return RemakeResult(**dict(remade), error=ErrorInfo.of(error) if error else None)
