"""Rendering one upload now: from the store when it is already delivered, else by running the graph."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytoon_pipeline.catalog.holding import making
from pytoon_pipeline.catalog.names import readable_name
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import PytoonError, internal_error
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.progress import Event, Noted, Planned, StageStarted
from pytoon_pipeline.contracts.render_results import RenderResult
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.suggestions import hyphenated
from pytoon_pipeline.delivery.current import read_delivery, reuse_delivery
from pytoon_pipeline.intake.ingest import IngestOutcome, ingest
from pytoon_pipeline.intake.outputs import by_output
from pytoon_pipeline.intake.uploads import Upload
from pytoon_pipeline.operations.attempt_notes import retries_of
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.progress import listen, publish
from pytoon_pipeline.service.delivered import (
    all_cached,
    copy_delivery,
    delivered_result,
    failed_result,
    judged_but_not_delivered,
)
from pytoon_pipeline.service.runner import OpenedOnce, OpenRunner, Progress, RunOutcome
from pytoon_pipeline.service.sources import RequestOptions
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline.store.store import Store

# What happens before the first stage: Dagster is loaded and its instance opened.
STARTING = "starting"
# Characters of the name of a variant that a note suggests.
MAX_VARIANT = 31


@dataclass(frozen=True)
class RenderTask:
    """An upload to render; with ``out``, the results are also copied into that folder.

    ``more`` are further files of the same video.
    """

    path: Path
    options: RequestOptions = field(default_factory=RequestOptions)
    out: Path | None = None
    more: tuple[Path, ...] = ()


def render(home: Home, task: RenderTask, open_runner: OpenRunner, progress: Progress) -> RenderResult:
    """Renders an upload and waits for it. Errors of the upload and of the run are part of the answer.

    ``progress`` receives what happens meanwhile. ``open_runner`` is called only when something has to run. Raises
    ``OSError`` when the home cannot be written.
    """
    try:
        asked = task.options.read_all([task.path, *task.more])
    except PytoonError as error:
        return failed_result(error)
    with OpenedOnce(open_runner) as opened:
        first, *others = [_render(home, one, task.out, opened, progress) for one in by_output(asked)]
    return first.model_copy(update={"other_outputs": tuple(others)})


def _render(home: Home, asked: Upload, out: Path | None, opened: OpenedOnce, progress: Progress) -> RenderResult:
    """Renders an upload in its one format."""
    start, store = time.perf_counter(), open_store(home)
    try:
        if asked.request.highlights is None:
            upload, outcome = ingest(home, store, asked, pending=False)
    except PytoonError as error:
        return failed_result(error)
    if asked.request.highlights is not None:
        notes = asked.notes
        with listen(progress):
            result = _highlights(home, store, asked, out, opened)
    else:
        notes = (*asked.notes, *_known_media(home, upload, outcome))
        with listen(progress):
            result = _delivered(home, upload) or _announced(home, store, upload, notes, opened)
        if out is not None:
            result = copy_delivery(result, out)
    seconds, (own, *_) = round(time.perf_counter() - start, 2), asked.request.formats
    answer = {"notes": (*notes, *result.notes), "wall_seconds": seconds}
    return result.model_copy(update=answer | dict(own))


def _highlights(home: Home, store: Store, asked: Upload, out: Path | None, opened: OpenedOnce) -> RenderResult:
    from pytoon_pipeline.service.highlights import render_highlights

    def render_one(upload: SourceMedia) -> RenderResult:
        result = _delivered(home, upload) or _run(home, store, upload, opened)
        return result if out is None else copy_delivery(result, out / upload.key.partition("-")[2])

    return render_highlights(home, store, asked, render_one)


def _delivered(home: Home, upload: SourceMedia) -> RenderResult | None:
    """The answer for a version that is delivered already."""
    delivered = reuse_delivery(home, upload)
    return delivered_result(home, delivered, all_cached(delivered)) if delivered is not None else None


def _announced(
    home: Home, store: Store, upload: SourceMedia, notes: Sequence[Note], opened: OpenedOnce
) -> RenderResult:
    # What a person may want to change is said before the time is spent.
    for note in notes:
        _notify(note)
    return _run(home, store, upload, opened)


def _known_media(home: Home, upload: SourceMedia, outcome: IngestOutcome) -> Iterator[Note]:
    """A note where the same media came before under another title: the video joins the versions of that upload."""
    if outcome == "new" or "variant" in upload.request:
        return
    name = Uploads(home).name(upload.key)
    if not name.startswith(readable_name(upload.title)):
        own = hyphenated(upload.title)[:MAX_VARIANT].rstrip("-") or "second"
        message = (
            f"“{upload.title}” has the same photos and clips as “{name}”, so its video is a version of “{name}” and "
            f"stands in that folder. For a video of its own, add: --set variant={own}"
        )
        yield Note(code="known_media", message=message)


def _run(home: Home, store: Store, upload: SourceMedia, opened: OpenedOnce) -> RenderResult:
    plans: list[Planned] = []
    publish(StageStarted(STARTING))
    with making(home, upload.key), listen(lambda event: _collect(event, plans)), opened.working_ahead(home, upload):
        outcome = _compile(home, upload.key, opened)
    delivered = read_delivery(home, upload.key) if outcome.finished("delivered_video") else None
    if delivered is not None and outcome.error is None:
        return delivered_result(home, delivered, outcome)
    error = outcome.error or internal_error("delivered_video", "the delivery was not recorded")
    result = failed_result(error, upload.key, upload.title, outcome)
    if outcome.finished("qc_score"):
        result = judged_but_not_delivered(result, store, upload.key)
    attempts = Uploads(home).attempts(upload.key)
    decided = plans[-1].decisions if plans else ()
    history = {"attempts": max(1, len(attempts)), "retries": retries_of(attempts), "decisions": decided}
    return result.model_copy(update=history)


def _compile(home: Home, key: str, opened: OpenedOnce) -> RunOutcome:
    runner = opened.runner(home, _notify)
    if lost := runner.fail_lost_runs():
        message = f"Runs whose process has died: {lost}. They are now marked as failed."
        _notify(Note(code="lost_runs", message=message))
    return runner.compile(key)


def _collect(event: Event, plans: list[Planned]) -> None:
    if isinstance(event, Planned):
        plans.append(event)


def _notify(note: Note) -> None:
    publish(Noted(note))
