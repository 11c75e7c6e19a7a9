"""Whether the finished file is good."""

from collections.abc import Iterator

import dagster as dg

from pytoon_pipeline.analysis.results import FacesByItem, Frames, MetadataByItem
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.defs import qc_report
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource, StoreResource
from pytoon_pipeline.defs.stage import Materialized, materialize, stage_asset
from pytoon_pipeline.operations.attempts import record_attempt
from pytoon_pipeline.operations.other_presets import other_presets, preset_suits
from pytoon_pipeline.quality.assessment import QC, Assessment, assess


@stage_asset(QC, "quality", "pyav", check_specs=qc_report.CHECKS)
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
    yield materialize(result, qc_report.describe(store.artifacts, video, report, attempts))
    yield from qc_report.check_results(report.value, video.spec)
    if report.value.verdict == "fail" and not video.spec.fallback:
        presets = other_presets(source_media, preset_suits())
        raise qc_report.failed_video(context.partition_key, presets, store.artifacts, video, report.value)
