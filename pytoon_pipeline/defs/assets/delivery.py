"""What people get."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from pydantic import ValidationError

from pytoon_pipeline.analysis.results import CorrectedByItem, MetadataByItem
from pytoon_pipeline.contracts.degradation import Reason
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.post import Post
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.defs.checks import partitioned_check
from pytoon_pipeline.defs.links import file_link, render_again_link
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource, LanguageModelResource, StoreResource
from pytoon_pipeline.defs.run_queries import requested_at
from pytoon_pipeline.defs.stage import Materialized, materialize, stage_asset
from pytoon_pipeline.defs.tags import STATUS_TAG, tag_run
from pytoon_pipeline.delivery.deliver import DELIVERY, CheckedVideo, DeliveredVideo, deliver_video
from pytoon_pipeline.delivery.moderation import Moderation
from pytoon_pipeline.reporting.tables import bullets

AS_REQUESTED = partitioned_check(
    DELIVERY.name,
    "as_requested",
    "Does the delivered video show what was requested? A warning means that it is degraded: delivered with changes "
    "that nobody asked for. An error means that it is held: it can harm viewers and waits for a person.",
)


@stage_asset(DELIVERY, "delivery", "file", check_specs=[AS_REQUESTED])
def delivered_video(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    catalog: CatalogResource,
    config: ConfigResource,
    language_model: LanguageModelResource,
    source_media: Stored[SourceMedia],
    resolved_request: Stored[ResolvedRequest],
    metadata: MetadataByItem,
    corrected_transcript: CorrectedByItem,
    render_spec: Stored[RenderSpec],
    rendered_segments: Stored[RenderedSegments],
    composite: Stored[FinishedVideo],
    qc_score: Stored[QcReport],
) -> Iterator[Materialized | dg.AssetCheckResult]:
    """The video in the outbox, with its thumbnail, subtitles and manifest. A video that can harm viewers is held until
    a person releases it."""
    parts = (render_spec, rendered_segments, composite, qc_score)
    video = CheckedVideo(source_media, resolved_request, metadata, corrected_transcript, *parts)
    model = language_model.of("post")
    requested = requested_at(context.instance, context.run.run_id)
    delivered = deliver_video(
        store.artifacts, config.home, catalog.uploads, catalog.items, video, requested, model, Moderation.configured()
    )
    status = delivered.record.state
    tag_run(context, {STATUS_TAG: status})
    yield materialize(delivered.stage, _describe(context.partition_key, config, video, delivered), status)
    yield as_requested(delivered.record)


def _describe(
    partition: str, config: ConfigResource, video: CheckedVideo, delivered: DeliveredVideo
) -> dict[str, object]:
    """What operators see of a delivery: where its files are, and why it is degraded or held."""
    plan, record = delivered.plan, delivered.record
    names = {"video": plan.video, "thumbnail_file": plan.thumbnail, "post_file": plan.post}
    captions = {
        f"captions_{role.replace('.', '_')}": path for role, path in plan.roles.items() if path in plan.captions
    }
    extras = {f"{Path(path).suffix[1:]}_file": path for path in plan.extras}
    links = {
        f"held_{name}" if record.held else name: file_link(config.home, config.files_url, delivered.root / path)
        for name, path in {**names, **captions, **extras}.items()
    }
    return {
        "title": video.upload.title,
        "delivery": record.state,
        "degraded_because": dg.MetadataValue.md(bullets(f"{one.code}: {one.message}" for one in _reasons(record))),
        **links,
        "manifest": file_link(config.home, config.files_url, delivered.root / plan.manifest),
        "verdict": video.qc.value.verdict,
        "score": video.qc.value.score,
        "preset": record.preset,
        "engine": record.engine,
        "overrides": video.upload.overrides,
        "post": _proposal(delivered.root / plan.post),
        "render_again": render_again_link(partition),
        "held": record.held,
        "degraded": record.degraded is not None,
        "video_seconds": round(video.composite.value.composite.video_seconds, 3),
        "video_mb": round(video.composite.files["video"].bytes / 1e6, 3),
    }


def _proposal(path: Path) -> str:
    """The title, the description and the hashtags to post with the video, unless a person made the file unreadable."""
    try:
        post = Post.model_validate_json(path.read_bytes())
    except ValidationError:
        return "A person has changed it."
    return "\n".join(filter(None, (post.title, post.description, " ".join(post.hashtags))))


def as_requested(record: DeliveryRecord) -> dg.AssetCheckResult:
    """A degraded video is a warning, a held one an error."""
    reasons = _reasons(record)
    return dg.AssetCheckResult(
        check_name=AS_REQUESTED.name,
        passed=record.degraded is None and not record.held,
        severity=dg.AssetCheckSeverity.ERROR if record.held else dg.AssetCheckSeverity.WARN,
        description=" ".join(one.message for one in reasons) or "The video is as requested.",
        metadata={"differences": len(reasons), "codes": ", ".join(one.code for one in reasons) or "none"},
    )


def _reasons(record: DeliveryRecord) -> tuple[Reason, ...]:
    return record.degraded.reasons if record.degraded is not None else ()
