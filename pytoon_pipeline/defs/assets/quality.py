"""Whether the finished file is good."""

from collections.abc import Iterator

import dagster as dg

from pytoon_pipeline.analysis.results import FacesByItem, Frames, MetadataByItem
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource, StoreResource
from pytoon_pipeline.defs.stage import Materialized, materialize, stage_asset
from pytoon_pipeline.operations.attempts import record_attempt
from pytoon_pipeline.quality.assessment import QC, Assessment, assess, finding_pictures
from pytoon_pipeline.reporting.tables import attempts_table, bullets, findings_table
from pytoon_pipeline.store.store import Store

# One check for each tier of findings.
CHECKS = [
    dg.AssetCheckSpec(
        name=tier, asset=QC.name, blocking=True, description=f"{what} has no finding that fails the video."
    )
    for tier, what in (
        ("file", "The file itself"),
        ("time", "The sequence of frames"),
        ("frame", "Each single frame"),
        ("audio", "The audio"),
    )
]


@stage_asset(QC, "quality", "pyav", check_specs=CHECKS)
def qc_score(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    catalog: CatalogResource,
    config: ConfigResource,
    source_media: SourceMedia,
    metadata: MetadataByItem,
    render_spec: Stored[RenderSpec],
    rendered_segments: Stored[RenderedSegments],
    composite: Stored[FinishedVideo],
    sampled_frames: Frames,
    face_detections: FacesByItem,
) -> Iterator[Materialized | dg.AssetCheckResult]:
    """The result of checking the encoded file against its plan: findings, a score from 0 to 100 and a verdict."""
    limits, sources = config.limits, config.limit_sources
    parts = (render_spec, rendered_segments, composite, metadata, sampled_frames, face_detections)
    video, uploads = Assessment(limits, sources, *parts), catalog.uploads
    result = assess(store.artifacts, video)
    report = Stored[QcReport].of(result.artifact)
    record_attempt(uploads, source_media, render_spec, rendered_segments.value, report.value, context.run.run_id)
    attempts = uploads.attempts(source_media.key, source_media.overrides)
    yield materialize(result, _describe(store.artifacts, report, attempts))
    yield from check_results(report.value, fallback=video.spec.fallback)


def _describe(store: Store, report: Stored[QcReport], attempts: tuple[Attempt, ...]) -> dict[str, object]:
    """What operators see of a check."""
    found = report.value
    return {
        "score": found.score,
        "verdict": found.verdict,
        "findings": dg.MetadataValue.md(findings_table(found, finding_pictures(store, report))),
        "score_breakdown": found.score_breakdown,
        "attempts": dg.MetadataValue.md(attempts_table(attempts)),
        "attempt": len(attempts),
        "measured": found.measured,
    }


def check_results(report: QcReport, fallback: bool) -> Iterator[dg.AssetCheckResult]:
    """One result per tier. A gate blocks the delivery, except of the fallback, which is delivered as it is."""
    for check in CHECKS:
        found = [finding for finding in report.findings if finding.tier == check.name]
        gates = [finding for finding in found if finding.severity == "gate"]
        yield dg.AssetCheckResult(
            check_name=check.name,
            passed=not found,
            severity=dg.AssetCheckSeverity.ERROR if gates and not fallback else dg.AssetCheckSeverity.WARN,
            metadata={"findings": dg.MetadataValue.md(bullets(finding.message for finding in found))},
        )
