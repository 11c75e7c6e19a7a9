"""From request and analysis to a plan."""

from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.config.defaults import archetype_of, preset_name
from pytoon_pipeline.config.presets import load_brand, load_platform, load_preset, load_profanity
from pytoon_pipeline.contracts.analysis import FocalPoints, SampledFrames, Shots, SilenceSegments, Transcript
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.media import Metadata, SourceItem, SourceMedia
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.defs.assets.analysis import infos_of, request_of
from pytoon_pipeline.defs.assets.source import brand_files, is_font_file
from pytoon_pipeline.defs.io_managers import Frames
from pytoon_pipeline.defs.items import parts_of
from pytoon_pipeline.defs.overrides import override_notes
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import run, stage_asset
from pytoon_pipeline.intake.ingest import canonical_request
from pytoon_pipeline.media import fonts
from pytoon_pipeline.operations.remedies import apply_remedies, changes, next_step
from pytoon_pipeline.planning.context import AnalysedMedia, PlanContext
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.stages import Stage, StageOutput

SPEC = Stage("render_spec", 4)


@stage_asset(SPEC, "plan", "python")
def render_spec(
    context: dg.AssetExecutionContext,
    studio: Studio,
    source_media: Artifact,
    metadata: Artifact,
    transcription: Artifact,
    silence_segments: Artifact,
    sampled_frames: Frames,
    face_detections: Artifact,
    focal_points: Artifact,
    shots: Artifact,
) -> dg.Output[Artifact]:
    """The complete plan of the video: scenes and their layers, captions, sound, and how it is cut into segments."""
    analyses = {
        "transcription": transcription,
        "silence_segments": silence_segments,
        "sampled_frames": sampled_frames.artifact,
        "face_detections": face_detections,
        "focal_points": focal_points,
        "shots": shots,
    }
    upload = source_media.read(SourceMedia)
    asked, items = request_of(source_media), upload.items
    attempts = studio.uploads.attempts(upload.key, upload.overrides)
    step = next_step(asked, attempts)
    changed = changes(step, attempts)
    request = apply_remedies(asked, step.remedies)
    infos = infos_of(studio, metadata)
    preset = load_preset(preset_name(request, items, infos), request.adjust)
    platform = load_platform(request.platform)
    install_fonts(studio, source_media)
    profanity = load_profanity() if request.profanity == "mask" else ()
    brand = load_brand(request.brand) if request.brand else None
    if brand is not None:
        brand = _own_fonts(brand, items)

    def make(scratch: Path) -> StageOutput:
        from pytoon_pipeline.planning.plan import plan_video

        materials = _materials(studio, upload, metadata, analyses)
        of = {role: [materials[item.sha256] for item in items if item.role == role] for role in
              ("media", "background", "music", "voice", "logo")}  # fmt: skip
        names = [medium.file for medium in request.media]
        brief = PlanContext(
            request=request,
            archetype=archetype_of(request, items, infos),
            preset=preset,
            platform=platform,
            limits=studio.limits,
            media=of["media"],
            background=next(iter(of["background"]), None),
            music=next(iter(of["music"]), None),
            voice=next(iter(of["voice"]), None),
            logo=next(iter(of["logo"]), None),
            brand=brand,
            files=dict(zip(names, of["media"], strict=False)),
            profanity=profanity,
        )
        spec = plan_video(brief)
        notes = (*spec.notes, *override_notes(upload), *changed)
        return StageOutput(
            spec.model_copy(update={"remedies": step.remedies, "fallback": step.fallback, "notes": notes})
        )

    def show(artifact: Artifact) -> dict[str, Any]:
        spec = artifact.read(RenderSpec)
        return {
            "archetype": spec.archetype,
            "preset": preset.name,
            "brand": spec.brand.name if spec.brand else "–",
            "video_seconds": round(spec.rate.seconds(spec.frames), 2),
            "scenes": len(spec.scenes),
            "segments": len(spec.segments),
            "captions": len(spec.captions.cues),
            "attempt": step.number,
            "remedies": ", ".join(spec.remedies) or "–",
            "notes": dg.MetadataValue.md("\n".join(f"- {note.message}" for note in spec.notes) or "–"),
        }

    return run(
        context,
        studio,
        SPEC,
        make,
        inputs={"metadata": metadata.fingerprint} | {name: artifact.fingerprint for name, artifact in analyses.items()},
        parameters={
            "request": hash_value(canonical_request(request, items)),
            "remedies": [*step.remedies, step.fallback],
            "told": [note.message for note in changed],
            "preset": preset.model_dump(mode="json"),
            "platform": platform.model_dump(mode="json"),
            "brand": brand.model_dump(mode="json") if brand else None,
            "items": [[item.role, item.sha256] for item in items],
            "limits": studio.limits.model_dump(mode="json"),
            **({"overrides": upload.overrides} if upload.overrides else {}),
            "profanity": list(profanity),
        },
        show=show,
    )


def install_fonts(studio: Studio, source: Artifact) -> None:
    """Makes the font files of an upload's brand known to this process, under their content's hash."""
    for item in source.read(SourceMedia).items:
        if item.role == "font":
            fonts.register(item.sha256, studio.store.path(item.stored))


def _own_fonts(brand: Brand, items: tuple[SourceItem, ...]) -> Brand:
    """The brand with its own font files named by their content."""
    files = [path.name for path, role in brand_files(brand) if role == "font"]
    kept = [item.sha256 for item in items if item.role == "font"]
    by_name = dict(zip(files, kept, strict=False))

    def name(font: str) -> str:
        return by_name.get(Path(font).name, font) if is_font_file(font) else font

    used = brand.fonts.model_copy(
        update={"headline": name(brand.fonts.headline), "body": name(brand.fonts.body)}
    )  # fmt: skip
    return brand.model_copy(update={"fonts": used})


def _materials(
    studio: Studio, upload: SourceMedia, metadata: Artifact, analyses: dict[str, Artifact]
) -> dict[str, AnalysedMedia]:
    from pytoon_pipeline.analysis.vision.faces import read

    known = parts_of(studio.store, metadata)
    names, subtitled = {item.sha256: item.name for item in reversed(upload.items)}, upload.subtitles()
    found = {name: parts_of(studio.store, artifact) for name, artifact in analyses.items()}
    materials = {}
    for item, part in known.items():
        facts = part.read(Metadata)
        frames, faces = found["sampled_frames"].get(item), found["face_detections"].get(item)
        focus, cuts = found["focal_points"].get(item), found["shots"].get(item)
        silence = found["silence_segments"].get(item)
        said = found["transcription"].get(item)
        materials[item] = AnalysedMedia(
            item=item,
            info=facts.info,
            name=names.get(item, ""),
            frames=frames.read(SampledFrames) if frames else None,
            faces=tuple(read(studio.store.path(faces.files["faces"]))) if faces else (),
            focus=focus.read(FocalPoints) if focus else FocalPoints(points=()),
            shots=cuts.read(Shots) if cuts else Shots(cuts=(), static=(), black=()),
            silence=silence.read(SilenceSegments) if silence and facts.audio_seconds else None,
            transcript=said.read(Transcript) if said else None,
            loudness=facts.loudness,
            sound_seconds=facts.audio_seconds,
            audio_lost=facts.audio_lost,
            subtitled=item in subtitled,
        )
    return materials
