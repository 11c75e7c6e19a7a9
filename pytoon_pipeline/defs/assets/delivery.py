"""What people get."""

import dagster as dg

from pytoon_pipeline.analysis.results import MetadataByItem, TranscriptByItem
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource, StoreResource
from pytoon_pipeline.defs.stage import Materialized, materialize, stage_asset
from pytoon_pipeline.delivery.deliver import DELIVERY, CheckedVideo, DeliveredVideo, deliver_video
from pytoon_pipeline.reporting.tables import bullets


@stage_asset(DELIVERY, "delivery", "file")
def delivered_video(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    catalog: CatalogResource,
    config: ConfigResource,
    source_media: Stored[SourceMedia],
    resolved_request: Stored[ResolvedRequest],
    metadata: MetadataByItem,
    transcription: TranscriptByItem,
    render_spec: Stored[RenderSpec],
    rendered_segments: Stored[RenderedSegments],
    composite: Stored[FinishedVideo],
    qc_score: Stored[QcReport],
) -> Materialized:
    """The video in the outbox, with its thumbnail, subtitles and manifest. A video that can harm viewers is held until
    a person releases it."""
    parts = (render_spec, rendered_segments, composite, qc_score)
    video = CheckedVideo(source_media, resolved_request, metadata, transcription, *parts)
    delivered = deliver_video(store.artifacts, config.home, catalog.uploads, catalog.items, video)
    return materialize(delivered.stage, _describe(video, delivered))


def _describe(video: CheckedVideo, delivered: DeliveredVideo) -> dict[str, object]:
    """What operators see of a delivery: where its files are, and why it is degraded or held."""
    plan, record = delivered.plan, delivered.record
    reasons = record.degraded.reasons if record.degraded is not None else ()
    names = {"video": plan.video, "thumbnail_file": plan.thumbnail}
    names |= {"captions": plan.captions[0]} if plan.captions else {}
    paths = {f"held_{name}" if record.held else name: path for name, path in names.items()}
    return {
        "title": video.upload.title,
        "overrides": video.upload.overrides,
        "engine": record.engine,
        "degraded": bool(reasons),
        "degraded_because": dg.MetadataValue.md(bullets(f"{one.code}: {one.message}" for one in reasons)),
        "held": record.held,
        **{name: dg.MetadataValue.path(str(delivered.root / path)) for name, path in paths.items()},
        "manifest": dg.MetadataValue.path(str(delivered.root / plan.manifest)),
        "verdict": video.qc.value.verdict,
        "score": video.qc.value.score,
    }
