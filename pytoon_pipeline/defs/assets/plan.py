"""From analysis to a plan."""

from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.contracts.analysis import FocalPoints, SampledFrames, Shots, SilenceSegments
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.media import Metadata, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec import RenderSpec
from pytoon_pipeline.defs.assets.analysis import MEDIA
from pytoon_pipeline.defs.io_managers import Frames
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import failures, run, stage_asset
from pytoon_pipeline.planning.presets import load_preset
from pytoon_pipeline.store.stages import Product, Stage

SPEC = Stage("render_spec", 1)


@stage_asset(SPEC, "plan", "python")
def render_spec(
    context: dg.AssetExecutionContext,
    studio: Studio,
    source_media: Artifact,
    metadata: Artifact,
    silence_segments: Artifact,
    sampled_frames: Frames,
    face_detections: Artifact,
    focal_points: Artifact,
    shots: Artifact,
) -> dg.Output[Artifact]:
    """The complete plan of the video: what stays, where the camera looks, which captions are shown, how it sounds."""
    with failures(context, studio):
        request = Request.model_validate(source_media.read(SourceMedia).request)
        preset = load_preset(request.preset, request.adjust)
    analyses = {
        "silence_segments": silence_segments,
        "sampled_frames": sampled_frames.artifact,
        "face_detections": face_detections,
        "focal_points": focal_points,
        "shots": shots,
    }

    def make(room: Path) -> Product:
        from pytoon_pipeline.planning.footage import Footage, plan_footage
        from pytoon_pipeline.vision.faces import read

        info = metadata.read(Metadata).info
        assert info.video is not None
        footage = Footage(
            item=metadata.files[MEDIA].sha256,
            info=info,
            video=info.video,
            frames=sampled_frames.artifact.read(SampledFrames),
            faces=read(studio.store.path(face_detections.files["faces"])),
            focus=focal_points.read(FocalPoints),
            shots=shots.read(Shots),
            silence=silence_segments.read(SilenceSegments) if "audio" in metadata.files else None,
        )
        return Product(plan_footage(footage, request, preset))

    def show(artifact: Artifact) -> dict[str, Any]:
        spec = artifact.read(RenderSpec)
        return {
            "video_seconds": round(spec.rate.seconds(spec.frames), 2),
            "clips": len(spec.clips),
            "segments": len(spec.segments),
            "captions": len(spec.captions.cues),
            "preset": preset.name,
            "notes": dg.MetadataValue.md("\n".join(f"- {note.message}" for note in spec.notes) or "–"),
        }

    return run(
        context,
        studio,
        SPEC,
        make,
        inputs={"media": metadata.files[MEDIA].sha256, "metadata": metadata.fingerprint}
        | {name: artifact.fingerprint for name, artifact in analyses.items()},
        parameters={"request": request.model_dump(mode="json"), "preset": preset.model_dump(mode="json")},
        show=show,
    )
