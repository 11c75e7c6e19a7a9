"""From the resolved request and the analyses to a plan."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.contracts.analysis import (
    Face,
    FaceSummary,
    FocalPoints,
    SampledFrames,
    Shots,
    SilenceSegments,
    Transcript,
)
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.media import Metadata, SourceMedia
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import StoredItems
from pytoon_pipeline.defs.io_managers import Frames
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import run, stage_asset
from pytoon_pipeline.media import fonts
from pytoon_pipeline.operations.resolve import plan_parameters
from pytoon_pipeline.planning.analysed_media import Analyses, plan_media
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store

SPEC = Stage("render_spec", 5)


@stage_asset(SPEC, "plan", "python")
def render_spec(
    context: dg.AssetExecutionContext,
    studio: Studio,
    source_media: Artifact,
    resolved_request: ResolvedRequest,
    metadata: StoredItems[Metadata],
    transcription: StoredItems[Transcript],
    silence_segments: StoredItems[SilenceSegments],
    sampled_frames: Frames,
    face_detections: StoredItems[FaceSummary],
    focal_points: StoredItems[FocalPoints],
    shots: StoredItems[Shots],
) -> dg.Output[Artifact]:
    """The complete plan of the video: scenes and their layers, captions, audio, and the segments to render."""
    install_fonts(studio, source_media)
    upload = source_media.read(SourceMedia)
    results = (metadata, transcription, silence_segments, sampled_frames, face_detections, focal_points, shots)

    def compute(scratch: Path) -> StageOutput:
        from pytoon_pipeline.planning.plan import plan_video

        frames = {item: part.read(SampledFrames) for item, part in sampled_frames.parts.items()}
        faces = read_faces(studio.store, face_detections)
        values = (metadata.values, transcription.values, silence_segments.values, frames, faces, focal_points.values)
        media = plan_media(upload, resolved_request.request, Analyses(*values, shots.values))
        return StageOutput(plan_video(resolved_request, media))

    inputs = {result.artifact.stage: result.fingerprint for result in results}
    parameters = plan_parameters(resolved_request, upload.items)
    return run(
        context,
        studio,
        SPEC,
        compute,
        inputs=inputs,
        parameters=parameters,
        show=lambda artifact: _describe(artifact, resolved_request),
    )


def _describe(artifact: Artifact, resolved: ResolvedRequest) -> Mapping[str, Any]:
    """What operators see of a plan."""
    spec = artifact.read(RenderSpec)
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
        "notes": dg.MetadataValue.md("\n".join(f"- {note.message}" for note in spec.notes) or "–"),
    }


def read_faces(store: Store, detections: StoredItems[FaceSummary]) -> dict[str, list[Face]]:
    """The faces that were detected in each file."""
    from pytoon_pipeline.analysis.vision.faces import read

    return {item: read(store.path(one.files["faces"])) for item, one in detections.items.items()}


def install_fonts(studio: Studio, source: Artifact) -> None:
    """Registers the brand's own font files in this process, under the hash of their content."""
    for item in source.read(SourceMedia).items:
        if item.role == "font":
            fonts.register(item.sha256, studio.store.path(item.stored))
