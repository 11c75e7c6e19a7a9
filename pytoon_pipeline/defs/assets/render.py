"""From the plan to the finished file."""

import dagster as dg

from pytoon_pipeline.analysis.results import FacesByItem, Frames, MetadataByItem
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.defs.resources import EnginesResource, StoreResource
from pytoon_pipeline.defs.stage import Materialized, inline_picture, materialize, stage_asset
from pytoon_pipeline.engines.composite import COMPOSITE, Composition, StoredSegments, compose_video
from pytoon_pipeline.engines.composite_parts import ThumbnailChoice
from pytoon_pipeline.engines.segments import SEGMENTS, render_segments
from pytoon_pipeline.reporting.tables import bullets


@stage_asset(SEGMENTS, "render", "ffmpeg")
def rendered_segments(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    engines: EnginesResource,
    source_media: SourceMedia,
    metadata: MetadataByItem,
    resolved_request: ResolvedRequest,
    render_spec: RenderSpec,
) -> Materialized:
    """The video in segments of a few seconds, each encoded once at final quality. Only segments that changed are
    rendered."""
    job = engines.job(store, source_media, metadata, resolved_request)
    result = render_segments(job, render_spec)
    attempts = result.value.engine_attempts
    failed = bullets(f"{attempt.engine}: {attempt.message}" for attempt in attempts)
    counts = {
        "segments": result.value.segments,
        "segments_rendered": result.rendered,
        "segments_cached": result.cached,
        "engine": result.value.engine,
        "failed_engines": dg.MetadataValue.md(failed),
    }
    return materialize(result.stage, counts)


@stage_asset(COMPOSITE, "render", "ffmpeg")
def composite(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    engines: EnginesResource,
    source_media: SourceMedia,
    metadata: MetadataByItem,
    resolved_request: ResolvedRequest,
    render_spec: RenderSpec,
    rendered_segments: StoredSegments,
    sampled_frames: Frames,
    face_detections: FacesByItem,
) -> Materialized:
    """The finished MP4, with its segments joined without re-encoding and its audio mixed to the target loudness, and
    the thumbnail."""
    job = engines.job(store, source_media, metadata, resolved_request)
    parts = Composition(render_spec, rendered_segments, ThumbnailChoice(sampled_frames, face_detections))
    video = compose_video(job, parts)
    measured = {
        "thumbnail": inline_picture(video.tiny, "thumbnail"),
        "larger_thumbnail": inline_picture(video.small, "thumbnail"),
        "video_seconds": video.value.composite.video_seconds,
        "loudness_lufs": video.value.audio.loudness,
        "true_peak_dbtp": video.value.audio.true_peak,
    }
    return materialize(video.stage, measured)
