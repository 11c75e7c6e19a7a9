"""From plan to finished file."""

import base64
import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.media import Metadata, SourceMedia
from pytoon_pipeline.contracts.rendering import AudioResult, EngineAttempt, FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.defs.assets.analysis import PICTURE, request_of
from pytoon_pipeline.defs.assets.plan import install_fonts
from pytoon_pipeline.defs.io_managers import Frames
from pytoon_pipeline.defs.items import items_of, parts_of
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import output, run, stage_asset
from pytoon_pipeline.quality.degradation import degradation_comment
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.stages import Stage, StageKey, StageOutput, StageResult, get_or_compute
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.engines.engine import RenderRequest
    from pytoon_pipeline.rendering.audio_mix import AudioSource
    from pytoon_pipeline.rendering.segment_plan import Source

SEGMENTS = Stage("rendered_segments", 5)
COMPOSITE = Stage("composite", 6)
# Roles of the files of each segment.
VIDEO, TRACE, SHEET = "video", "frame_stats", "contact_sheet"

log = logging.getLogger("pytoon.render")
segment_progress = logging.getLogger("pytoon.progress.segments")


@stage_asset(SEGMENTS, "render", "ffmpeg")
def rendered_segments(
    context: dg.AssetExecutionContext,
    studio: Studio,
    source_media: Artifact,
    metadata: Artifact,
    render_spec: Artifact,
) -> dg.Output[Artifact]:
    """The video in pieces of a few seconds, each encoded once at final quality. Only what changed is rendered."""
    from pytoon_pipeline.engines import policy

    spec, store = render_spec.read(RenderSpec), studio.store
    install_fonts(studio, source_media)
    recipe = StageKey(
        SEGMENTS,
        inputs={"metadata": metadata.fingerprint, "spec": picture_plan(spec)},
        parameters={"encoder": stages.encoders()["video"], "segment": stages.SEGMENT.version},
        tools=stages.tools(spec),
    )
    if found := store.reuse(recipe.fingerprint):
        return output(context, StageResult(found, "cached", 0.0), _ready(found, 0))
    began = time.perf_counter()
    engines = policy.engine_chain(request_of(source_media).engine_policy, studio.engines)
    work = work_of(studio, source_media, metadata, spec)
    rendered = policy.render(engines, work, _report, _tell, studio.encoder)
    # Another machine may have other tools.
    recipe = replace(
        recipe, tools=stages.merge_tools([done.artifact.tools for done in rendered.segments], recipe.tools)
    )
    if rendered.fallback_spec is not None:
        # Once the engine is well again, what was asked for is rendered.
        plain = hash_value(rendered.fallback_spec.model_dump(mode="json"))
        tried = [[one.engine, one.code] for one in rendered.attempts]
        recipe = replace(recipe, parameters={**recipe.parameters, "plain": plain, "tried": tried})
    files = {
        f"{role}-{n:03}": done.artifact.files[role]
        for role in (VIDEO, TRACE, SHEET)
        for n, done in enumerate(rendered.segments)
    }
    ready = RenderedSegments(
        segments=len(rendered.segments),
        engine=rendered.engine,
        engine_attempts=rendered.attempts,
        fallback_spec=rendered.fallback_spec,
    )
    kept = get_or_compute(store, recipe, lambda scratch: StageOutput(ready, stored=files))
    fresh = sum(one.status == "computed" for one in rendered.segments)
    done = StageResult(kept.artifact, "computed" if fresh else kept.status, time.perf_counter() - began)
    return output(context, done, _ready(done.artifact, fresh))


def _ready(artifact: Artifact, fresh: int) -> dict[str, Any]:
    ready = artifact.read(RenderedSegments)
    tried = "\n".join(f"- {one.engine}: {one.message}" for one in ready.engine_attempts)
    return {
        "segments": ready.segments,
        "segments_rendered": fresh,
        "segments_cached": ready.segments - fresh,
        "engine": ready.engine,
        "failed_engines": dg.MetadataValue.md(tried or "–"),
    }


def _report(ready: int, total: int) -> None:
    segment_progress.info("%d of %d", ready, total)


def _tell(tried: EngineAttempt) -> None:
    log.warning("engine failed", extra={"event": "engine", "engine": tried.engine, "code": tried.code,
                                        "seconds": tried.seconds})  # fmt: skip


@stage_asset(COMPOSITE, "render", "ffmpeg")
def composite(
    context: dg.AssetExecutionContext,
    studio: Studio,
    source_media: Artifact,
    metadata: Artifact,
    render_spec: Artifact,
    rendered_segments: Artifact,
    sampled_frames: Frames,
    face_detections: Artifact,
) -> dg.Output[Artifact]:
    """The finished MP4: segments joined by copying, sound mixed and brought to its loudness; and the thumbnail."""
    ready, planned = rendered_segments.read(RenderedSegments), render_spec.read(RenderSpec)
    spec, marked = ready.rendered_spec(planned), degradation_comment(planned, ready)
    store = studio.store
    seen = {"sampled_frames": sampled_frames.artifact.fingerprint, "face_detections": face_detections.fingerprint}
    install_fonts(studio, source_media)

    def choose() -> int:
        from pytoon_pipeline.analysis.vision.faces import read
        from pytoon_pipeline.rendering import thumbnail

        first = spec.scenes[0].layers[:1]
        if spec.archetype != "footage" or not first or not isinstance(first[0], VideoLayer):
            return thumbnail.representative_frame(spec)
        item = first[0].item
        faces = parts_of(store, face_detections)[item].files["faces"]
        return thumbnail.choose_frame(spec, item, sampled_frames.samples(item), read(store.path(faces)))

    def make(scratch: Path) -> StageOutput:
        from pytoon_pipeline.engines import policy
        from pytoon_pipeline.rendering.concat import join

        sound = stages.mix_audio(store, spec, sound_sources(studio, source_media, metadata)).artifact
        frame = stages.choose_thumbnail(store, spec, choose, seen)
        work = work_of(studio, source_media, metadata, spec)
        engines = policy.engine_chain(request_of(source_media).engine_policy, studio.engines)
        picture = policy.render_thumbnail(engines, work, frame, ready.engine, _tell).artifact
        pieces = segment_files(store, rendered_segments, VIDEO)
        out = scratch / "video.mp4"
        joined = join(spec, pieces, store.path(sound.files["audio"]), out, marked)
        value = FinishedVideo(composite=joined, audio=sound.read(AudioResult), thumbnail=frame)
        return StageOutput(value, {"video": out}, {**picture.files, "audio": sound.files["audio"]})

    def show(artifact: Artifact) -> dict[str, Any]:
        finished = artifact.read(FinishedVideo)
        return {
            "thumbnail": _picture(store.path(artifact.files["tiny"])),
            "larger_thumbnail": _picture(store.path(artifact.files["small"])),
            "video_seconds": finished.composite.video_seconds,
            "loudness_lufs": finished.audio.loudness,
            "true_peak_dbtp": finished.audio.true_peak,
        }

    return run(
        context,
        studio,
        COMPOSITE,
        make,
        inputs={
            "rendered_segments": rendered_segments.fingerprint,
            "metadata": metadata.fingerprint,
            **seen,
        },
        parameters={
            "spec": hash_value([spec.audio.model_dump(mode="json"), picture_plan(spec)]),
            "encoder": stages.encoders()["audio"],
            "sound": stages.AUDIO_TRACK.version,
            "thumbnail": stages.THUMBNAIL.version,
            "comment": marked,
        },
        tools=stages.tools(spec),
        show=show,
    )


def work_of(studio: Studio, source: Artifact, metadata: Artifact, spec: RenderSpec) -> "RenderRequest":
    """What an engine needs for ``spec``."""
    from pytoon_pipeline.engines.engine import RenderRequest

    fonts = {item.sha256: studio.store.path(item.stored)
             for item in source.read(SourceMedia).items if item.role == "font"}  # fmt: skip
    seconds = studio.operations.render_timeout_seconds(spec.rate.seconds(spec.frames))
    return RenderRequest(spec, picture_sources(studio, source, metadata), fonts, seconds)


def segment_files(store: Store, segments: Artifact, role: str) -> list[Path]:
    """The files of one role of all segments, in order."""
    return [store.path(file) for name, file in sorted(segments.files.items()) if name.startswith(role)]


def picture_plan(spec: RenderSpec) -> str:
    """Hash of all in a plan that decides pictures."""
    deciding = {"width", "height", "rate", "frames", "scenes", "overlays", "segments", "captions"}
    return hash_value(spec.model_dump(mode="json", include=deciding))


def picture_sources(studio: Studio, source: Artifact, metadata: Artifact) -> "dict[str, Source]":
    """All files with pictures, by content; of a still picture, its upright copy."""
    from pytoon_pipeline.rendering.segment_plan import Source

    known = parts_of(studio.store, metadata)
    found = {}
    for item in items_of(source):
        part = known[item.sha256]
        info = part.read(Metadata).info
        if info.still is not None or info.video is not None:
            file = part.files[PICTURE] if info.still is not None else item.stored
            found[item.sha256] = Source(studio.store.path(file), info)
    return found


def sound_sources(studio: Studio, source_media: Artifact, metadata: Artifact) -> "dict[str, AudioSource]":
    """All files with sound, by content."""
    from pytoon_pipeline.rendering.audio_mix import AudioSource

    known = parts_of(studio.store, metadata)
    found = {}
    for item in items_of(source_media):
        info = known[item.sha256].read(Metadata).info
        if source := AudioSource.of(studio.store.path(item.stored), info):
            found[item.sha256] = source
    return found


def _picture(webp: Path) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md(f"![thumbnail](data:image/webp;base64,{base64.b64encode(webp.read_bytes()).decode()})")
