"""From the resolved request and the analyses to a plan."""

import dagster as dg

from pytoon_pipeline.analysis.results import (
    CorrectedByItem,
    FacesByItem,
    FocalPointsByItem,
    Frames,
    MetadataByItem,
    ShotsByItem,
    SilenceByItem,
)
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.defs.resources import StoreResource
from pytoon_pipeline.defs.stage import Materialized, materialize, stage_asset
from pytoon_pipeline.operations.decisions import announce_plan
from pytoon_pipeline.operations.planning import SPEC, AnalysisResults, plan_upload
from pytoon_pipeline.reporting.tables import bullets


@stage_asset(SPEC, "plan", "python")
def render_spec(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    source_media: SourceMedia,
    resolved_request: ResolvedRequest,
    metadata: MetadataByItem,
    corrected_transcript: CorrectedByItem,
    silence_segments: SilenceByItem,
    sampled_frames: Frames,
    face_detections: FacesByItem,
    focal_points: FocalPointsByItem,
    shots: ShotsByItem,
) -> Materialized:
    """The complete plan of the video: scenes and their layers, captions, audio, and the segments to render."""
    analyses = AnalysisResults(
        metadata, corrected_transcript, silence_segments, sampled_frames, face_detections, focal_points, shots
    )
    result = plan_upload(store.artifacts, source_media, resolved_request, analyses)
    spec = result.artifact.read(RenderSpec)
    announce_plan(source_media, resolved_request, metadata.values, corrected_transcript.values, spec)
    return materialize(result, _describe(spec, resolved_request))


def _describe(spec: RenderSpec, resolved: ResolvedRequest) -> dict[str, object]:
    """What operators see of a plan."""
    return {
        "archetype": spec.archetype,
        "preset": resolved.preset.name,
        "brand": spec.brand.name if spec.brand else "–",
        "video_seconds": round(spec.rate.seconds(spec.frames), 2),
        "scenes": len(spec.scenes),
        "segments": len(spec.segments),
        "captions": len(spec.captions.cues),
        "attempt": resolved.attempt,
        "remedies": ", ".join(spec.remedies) or "–",
        "notes": dg.MetadataValue.md(bullets(note.message for note in spec.notes)),
    }
