"""Rendering the highlights of a talk: one video each, from one analysis."""

from collections.abc import Callable, Sequence

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.highlights import Highlight
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.model_notes import model_note
from pytoon_pipeline.contracts.progress import Noted
from pytoon_pipeline.contracts.render_results import HighlightResult, RenderResult
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.intake.ingest import store_upload
from pytoon_pipeline.intake.uploads import Upload
from pytoon_pipeline.operations.highlights import find_highlights, highlight_uploads
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.progress import publish
from pytoon_pipeline.service.delivered import failed_result
from pytoon_pipeline.store.store import Store, run_to_end


def render_highlights(
    home: Home, store: Store, asked: Upload, render_one: Callable[[SourceMedia], RenderResult]
) -> RenderResult:
    """Finds the highlights that ``asked`` wants, and renders each with ``render_one``.

    The answer is that of the best one, with all of them in ``highlights``; it failed when all have.
    """
    try:
        request = asked.request.model_dump(mode="json", exclude_unset=True)
        talk = run_to_end(store_upload(store, asked.files, asked.title, request))
        found = find_highlights(home, store, talk)
    except PytoonError as error:
        return failed_result(error, title=asked.title)
    for note in (notes := _notes(asked.request, found)):
        publish(Noted(note))
    results = []
    for one, upload in zip(found, highlight_uploads(home, talk, found), strict=True):
        title = f": “{one.title}”" if one.title else ""
        publish(Noted(Note(code="highlight", message=f"Highlight {one.rank} of {len(found)}{title}")))
        results.append((one, upload, render_one(upload)))
    best = next((result for *_, result in results if result.error is None), results[0][2])
    shown = tuple(_result(one, upload, result) for one, upload, result in results)
    status = "degraded" if any(one.status != "completed" for one in shown) else "completed"
    return best.model_copy(
        update={
            "status": best.status if best.error else status,
            "highlights": shown,
            "notes": (*notes, *best.notes),
        }
    )


def _notes(request: Request, found: Sequence[Highlight]) -> tuple[Note, ...]:
    wanted, uses = request.highlights, [one.language_model for one in found[:1]]
    by_model = [model_note(use, "the choice of highlights") for use in uses if use is not None]
    notes = tuple(note for note in by_model if note is not None)
    if wanted is None or len(found) >= wanted.count:
        return notes
    message = (
        f"Only {len(found)} of {wanted.count} highlights were found that are {wanted.seconds[0]:g} to "
        f"{wanted.seconds[1]:g} s long and do not overlap."
    )
    return (*notes, Note(code="few_highlights", message=message))


def _result(one: Highlight, upload: SourceMedia, result: RenderResult) -> HighlightResult:
    return HighlightResult(
        **one.model_dump(),
        key=upload.key,
        name=result.name,
        status=result.status,
        video=result.video,
        qc_score=result.qc.score if result.qc is not None else None,
        error=result.error,
    )
