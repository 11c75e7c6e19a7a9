"""Whether the finished file is good."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import dagster as dg

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.media import Metadata, SourceMedia
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.defs.assets.analysis import PICTURE
from pytoon_pipeline.defs.assets.render import SHEET, TRACE, segment_files
from pytoon_pipeline.defs.io_managers import Frames
from pytoon_pipeline.defs.items import parts_of
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import output, stage_asset
from pytoon_pipeline.delivery.outbox import failure
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.quality.references import References

QC = Stage("qc_score", 8)
# Role of the file with pictures of findings.
STILLS = "stills"
# The UI keeps pictures in its database.
MAX_PICTURES = 6

log = logging.getLogger("pytoon.quality")


CHECKS = [
    dg.AssetCheckSpec(name=tier, asset=QC.name, blocking=True, description=f"{what} has no gate among its findings.")
    for tier, what in (
        ("file", "The file itself"),
        ("time", "The run of pictures"),
        ("frame", "Each picture as such"),
        ("audio", "The audio"),
    )
]


@stage_asset(QC, "quality", "pyav", check_specs=CHECKS)
def qc_score(
    context: dg.AssetExecutionContext,
    studio: Studio,
    source_media: Artifact,
    metadata: Artifact,
    render_spec: Artifact,
    rendered_segments: Artifact,
    composite: Artifact,
    sampled_frames: Frames,
    face_detections: Artifact,
) -> Iterator[dg.Output[Artifact] | dg.AssetCheckResult]:
    """What checking the encoded file against its plan found: findings, a score from 0 to 100 and a verdict."""
    ready, limits, store = rendered_segments.read(RenderedSegments), studio.limits, studio.store
    spec = ready.rendered_spec(render_spec.read(RenderSpec))

    def make(scratch: Path) -> StageOutput:
        from pytoon_pipeline.reporting import previews

        references = _references(store, metadata, sampled_frames)
        judged = _judged(studio, spec, rendered_segments, composite, face_detections, references)
        wanted = sorted({f.start_frame for f in judged.findings if f.start_frame is not None})[:MAX_PICTURES]
        previews.write(store.path(composite.files["video"]), spec.rate, wanted, scratch / "stills.json")
        return StageOutput(judged, {STILLS: scratch / "stills.json"})

    done = run_stage(
        store,
        QC,
        make,
        inputs={
            "composite": composite.fingerprint,
            "rendered_segments": rendered_segments.fingerprint,
            "render_spec": render_spec.fingerprint,
            "face_detections": face_detections.fingerprint,
            "sampled_frames": sampled_frames.artifact.fingerprint,
        },
        parameters=limits.model_dump(mode="json"),
        tools={"av": version("av")},
    )
    report = done.artifact.read(QcReport)
    upload = source_media.read(SourceMedia)
    if ready.fallback_spec is None and studio.uploads.status_marks(upload):
        # What an engine could not render is no attempt at the plan, nor what has another request by now.
        _record(studio, upload, spec, render_spec.fingerprint, report, context.run.run_id)
    log.info(
        "judged",
        extra={"event": "attempt", "verdict": report.verdict, "score": report.score, "engine": ready.engine,
               "seconds": report.seconds},
    )  # fmt: skip
    attempts = studio.uploads.attempts(upload.key, upload.overrides)
    shown: dict[str, Any] = {
        "score": report.score,
        "verdict": report.verdict,
        "findings": dg.MetadataValue.md(findings_table(report, _pictures(store, done.artifact))),
        "score_breakdown": report.score_breakdown,
        "attempts": dg.MetadataValue.md(attempts_table(attempts)),
        "attempt": len(attempts),
        "measured": report.measured,
    }
    yield output(context, done, shown)
    for check in CHECKS:
        yield _check_result(check.name, report, spec.fallback)


def _judged(
    studio: Studio, spec: RenderSpec, segments: Artifact, composite: Artifact, detected: Artifact,
    references: "References",
) -> QcReport:  # fmt: skip
    from pytoon_pipeline.analysis.vision.faces import read
    from pytoon_pipeline.media.frame_stats import FrameStats
    from pytoon_pipeline.media.loudness import Loudness
    from pytoon_pipeline.quality.inspection import DeliveredParts
    from pytoon_pipeline.quality.verdict import check_video
    from pytoon_pipeline.rendering import contact_sheet

    store, finished = studio.store, composite.read(FinishedVideo)
    sound = finished.audio
    parts = DeliveredParts(
        finished.composite.video_packets_sha256,
        finished.composite.audio_packets_sha256,
        store.path(composite.files["audio"]),
        Loudness(sound.loudness, sound.true_peak),
    )
    rendered = FrameStats.joined(FrameStats.load(path) for path in segment_files(store, segments, TRACE))
    video = store.path(composite.files["video"])
    faces = {
        item: read(store.path(part.files["faces"]))
        for item, part in parts_of(store, detected).items()
        if "faces" in part.files
    }
    sheets = contact_sheet.read(spec, segment_files(store, segments, SHEET))
    return check_video(
        video, studio.limits, studio.limit_sources, spec, sound.silent, parts, rendered, faces, sheets, references
    )


def _references(store: Store, metadata: Artifact, frames: Frames) -> "References":
    """The pictures that analysis has kept of each item; of stills with transparency, their files."""
    from pytoon_pipeline.quality.references import Reference, References

    cutouts = {
        item: store.path(part.files[PICTURE])
        for item, part in parts_of(store, metadata).items()
        if (still := part.read(Metadata).info.still) is not None and still.transparent
    }
    return References({item: Reference(frames.samples(item), cutouts.get(item)) for item in frames.parts})


def _record(studio: Studio, upload: SourceMedia, spec: RenderSpec, plan: str, report: QcReport, run: str) -> None:
    """Keeps the attempt. A video that failed, and is not the last resort, is kept as the key's failure."""
    number = len(studio.uploads.attempts(upload.key, upload.overrides)) + 1
    studio.uploads.record(
        upload.key,
        Attempt(
            number=number, plan=plan, remedies=spec.remedies, fallback=spec.fallback, verdict=report.verdict,
            score=report.score, codes=report.gates,
        ),
        upload.overrides,
    )  # fmt: skip
    if report.verdict == "fail" and not spec.fallback:
        studio.uploads.fail(upload.key, failure(report), QC.name, run, upload.overrides)


def _check_result(tier: str, report: QcReport, safe: bool) -> dg.AssetCheckResult:
    """Gates block; of the last resort everything is only told."""
    found = [finding for finding in report.findings if finding.tier == tier]
    gates = [finding for finding in found if finding.severity == "gate"]
    return dg.AssetCheckResult(
        check_name=tier,
        passed=not gates if gates else not found,
        severity=dg.AssetCheckSeverity.ERROR if gates and not safe else dg.AssetCheckSeverity.WARN,
        metadata={"findings": dg.MetadataValue.md("\n".join(f"- {finding.message}" for finding in found) or "–")},
    )


def _pictures(store: Store, judged: Artifact) -> dict[int, str]:
    """Small pictures of the first frames of findings, as data addresses, by frame."""
    from pytoon_pipeline.reporting import previews

    return previews.read(store.path(judged.files[STILLS]))


def findings_table(report: QcReport, pictures: Mapping[int, str] = MappingProxyType({})) -> str:
    """Findings as a Markdown table, with a picture of where each begins."""
    if not report.findings:
        return "No findings."
    rows = [
        f"| {_picture(pictures, f.start_frame)} | {f.code} | {f.severity} "
        f"| {'' if f.start_frame is None else f'{f.start_frame}–{f.end_frame}'} "
        f"| {'' if f.segment is None else f.segment} | {f.value} | {f.limit} | {f.message} |"
        for f in report.findings
    ]
    head = "| | code | severity | frames | segment | value | limit | what |\n|---|---|---|---|---|---|---|---|"
    return "\n".join([head, *rows])


def _picture(pictures: Mapping[int, str], frame: int | None) -> str:
    return f"![frame {frame}]({pictures[frame]})" if frame is not None and frame in pictures else ""


def attempts_table(attempts: Sequence[Attempt]) -> str:
    """Attempts as a Markdown table."""
    rows = [
        f"| {one.number} | {', '.join(one.remedies) or 'as asked'} | {one.score:g} | {one.verdict} "
        f"| {', '.join(one.codes)} |"
        for one in attempts
    ]
    return "\n".join(["| attempt | changes | score | verdict | gates |", "|---|---|---|---|---|", *rows])
