"""The answer about a delivered video, built from its record in the catalog and its manifest."""

from pathlib import Path

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.model_notes import post_notes
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.render_results import (
    STAGES,
    ErrorInfo,
    QcSummary,
    RenderResult,
    SegmentCounts,
    StageStatus,
)
from pytoon_pipeline.contracts.rendering import RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec
from pytoon_pipeline.delivery.copies import copy_files
from pytoon_pipeline.delivery.current import StoredDelivery
from pytoon_pipeline.delivery.outbox import SPEC
from pytoon_pipeline.delivery.subtitles import FORMATS
from pytoon_pipeline.operations.attempt_notes import retries_of
from pytoon_pipeline.operations.decisions import decisions_of
from pytoon_pipeline.quality.degradation import held_error
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.runner import RunOutcome
from pytoon_pipeline.store.store import Store

# The formats of files that are made of a finished video.
EXTRAS = ("gif", "m4a", "mp3")


def all_cached(delivered: StoredDelivery) -> RunOutcome:
    """The outcome of a run in which every stage is cached."""
    segments = len(delivered.manifest.spec.segments)
    return RunOutcome(
        stages=tuple(StageStatus(name=name, status="cached", seconds=0.0) for name in STAGES),
        segments=SegmentCounts(total=segments, cached=segments),
        engine=delivered.manifest.engine,
    )


def delivered_result(home: Home, delivered: StoredDelivery, outcome: RunOutcome) -> RenderResult:
    """The answer for a delivered or held video; a held one is a failure with the error that says how to release it."""
    record, manifest = delivered.record, delivered.manifest
    folder, name = (home.root / record.video).parent, Uploads(home).name(manifest.key)
    files = {name.rpartition(".")[2]: str(folder / Path(name).name) for name in manifest.files}
    reasons = record.degraded.reasons if record.degraded is not None else ()
    degraded = (Note(code=reason.code, message=f"Degraded: {reason.message}") for reason in reasons)
    result = RenderResult(
        key=manifest.key,
        name=name,
        version=record.version,
        title=manifest.title,
        status="degraded" if reasons else "completed",
        video=files["mp4"],
        video_seconds=round(manifest.spec.rate.seconds(manifest.spec.frames), 3),
        thumbnail=files["jpg"],
        subtitles=tuple(str(folder / Path(one).name) for one in manifest.files if one.endswith(FORMATS)),
        extra_files=tuple(files[one] for one in EXTRAS if one in files),
        post=files.get("json"),
        spec=str(folder / SPEC),
        manifest=str(folder / "manifest.json"),
        qc=QcSummary.of(manifest.qc),
        notes=(*manifest.spec.notes, *post_notes(manifest.language_model), *degraded),
        stages=in_order(outcome.stages),
        segments=outcome.segments,
        decisions=decisions_of(manifest),
        attempts=max(1, len(manifest.attempts)),
        retries=retries_of(manifest.attempts),
        engine=outcome.engine,
    )
    if not record.held:
        return result
    hidden = {
        "status": "failed",
        "video": None,
        "video_seconds": None,
        "thumbnail": None,
        "subtitles": (),
        "extra_files": (),
        "post": None,
    }
    return result.model_copy(update={**hidden, "error": ErrorInfo.of(held_error(name, reasons))})


def failed_result(
    error: PytoonError, key: str | None = None, title: str | None = None, outcome: RunOutcome | None = None
) -> RenderResult:
    """The answer for a render that delivered nothing."""
    outcome = outcome or RunOutcome()
    return RenderResult(
        key=key,
        title=title,
        status="failed",
        stages=in_order(outcome.stages),
        segments=outcome.segments,
        engine=outcome.engine,
        error=ErrorInfo.of(error),
    )


def judged_but_not_delivered(result: RenderResult, store: Store, key: str) -> RenderResult:
    """Adds what quality control found, and the notes of the plan, to the answer for a video that did not pass."""
    report = store.latest("qc_score", key).read(QcReport)
    spec = store.latest("render_spec", key).read(RenderSpec)
    rendered = store.latest("rendered_segments", key).read(RenderedSegments).rendered_spec(spec)
    return result.model_copy(update={"qc": QcSummary.of(report), "notes": rendered.notes})


def in_order(stages: tuple[StageStatus, ...]) -> tuple[StageStatus, ...]:
    """Stages in the order of the graph; Dagster runs independent ones in any order."""
    return tuple(sorted(stages, key=lambda stage: STAGES.index(stage.name) if stage.name in STAGES else len(STAGES)))


def copy_delivery(result: RenderResult, folder: Path) -> RenderResult:
    """Copies all files of a delivered video into ``folder``. Returns the answer with the paths of the copies."""
    if result.video is None:
        return result
    video = Path(result.video)
    copies = {str(file): str(copy) for file, copy in copy_files(video.parent, video.stem, folder).items()}
    names = ("video", "thumbnail", "post", "spec", "manifest")
    paths: dict[str, object] = {name: copies.get(getattr(result, name)) for name in names}
    lists = {name: tuple(copies[path] for path in getattr(result, name)) for name in ("subtitles", "extra_files")}
    return result.model_copy(update=paths | lists)
