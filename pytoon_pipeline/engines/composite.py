"""The stage ``composite``: segments joined by copying, the audio mix, and the thumbnail."""

from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.analysis.results import FacesByItem, Frames, detected_faces, register_fonts
from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.rendering import AudioResult, FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.engines.render_job import RenderJob
from pytoon_pipeline.engines.segments import report_failure
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.stored_segments import VIDEO, picture_digest, segment_files
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage

COMPOSITE = Stage("composite", 8, "by_rule")

StoredSegments = Stored[RenderedSegments]


@dataclass(frozen=True)
class Composition:
    """The parts of a finished video: its plan, its segments, and what the thumbnail is chosen from."""

    planned: RenderSpec
    segments: StoredSegments
    frames: Frames
    faces: FacesByItem

    @property
    def spec(self) -> RenderSpec:
        """The plan that the segments show."""
        return self.segments.value.rendered_spec(self.planned)

    @property
    def thumbnail_inputs(self) -> dict[str, str]:
        return {"sampled_frames": self.frames.fingerprint, "face_detections": self.faces.fingerprint}


@dataclass(frozen=True)
class CompositeVideo:
    """The stored composite, what was measured on it, and its thumbnail in two small sizes, as WebP files."""

    stage: StageResult
    value: FinishedVideo
    tiny: Path
    small: Path


def compose_video(job: RenderJob, parts: Composition) -> CompositeVideo:
    """Finds or computes the finished MP4 and its thumbnail."""
    spec = parts.spec
    register_fonts(job.store, job.source)
    result = run_stage(
        job.store,
        COMPOSITE,
        lambda scratch: _compose(job, parts, scratch),
        inputs={
            "rendered_segments": parts.segments.fingerprint,
            "metadata": job.metadata.fingerprint,
            **parts.thumbnail_inputs,
        },
        parameters={
            "spec": hash_value([spec.audio.model_dump(mode="json"), picture_digest(spec)]),
            "encoder": stages.encoders()["audio"],
            "audio": stages.AUDIO_TRACK.version,
            "thumbnail": stages.THUMBNAIL.version,
            "tags": [job.source.title, spec.language, file_comment(parts.planned, parts.segments.value)],
        },
        tools=stages.tools(spec),
    )
    tiny, small = (job.store.path(result.artifact.files[size]) for size in ("tiny", "small"))
    return CompositeVideo(result, result.artifact.read(FinishedVideo), tiny, small)


def _compose(job: RenderJob, parts: Composition, scratch: Path) -> StageOutput:
    from pytoon_pipeline.engines import policy
    from pytoon_pipeline.rendering.concat import join

    store, spec, segments = job.store, parts.spec, parts.segments
    audio = stages.mix_audio(store, spec, job.audio()).artifact
    frame = stages.choose_thumbnail(store, spec, lambda: choose_frame(job, parts), parts.thumbnail_inputs)
    thumbnail = policy.render_thumbnail(
        job.chain(), job.request(spec), frame, segments.value.engine, report_failure
    ).artifact
    video = scratch / "video.mp4"
    joined = join(
        spec,
        segment_files(store, segments, VIDEO),
        store.path(audio.files["audio"]),
        video,
        title=job.source.title,
        comment=file_comment(parts.planned, segments.value),
    )
    value = FinishedVideo(composite=joined, audio=audio.read(AudioResult), thumbnail=frame)
    return StageOutput(value, {"video": video}, {**thumbnail.files, "audio": audio.files["audio"]})


def choose_frame(job: RenderJob, parts: Composition) -> int:
    """The frame that stands for the video: of footage the sharpest with a face, else one with everything in place."""
    from pytoon_pipeline.rendering import thumbnail

    spec = parts.spec
    first = spec.scenes[0].layers[:1]
    if ARCHETYPES[spec.archetype].thumbnail != "face" or not first or not isinstance(first[0], VideoLayer):
        return thumbnail.representative_frame(spec)
    item = first[0].item
    return thumbnail.choose_frame(spec, item, parts.frames.samples(item), detected_faces(job.store, parts.faces)[item])


def file_comment(planned: RenderSpec, segments: RenderedSegments) -> str | None:
    """The comment in the file of a degraded video: why it is not what the request asks for; ``None`` for any other."""
    if segments.fallback_spec is not None:
        codes = ", ".join(f"{attempt.engine}: {attempt.code}" for attempt in segments.engine_attempts)
        return f"Degraded: rendered by the fallback engine ({codes})."
    return "Degraded: simplified, because earlier attempts failed their checks." if planned.fallback else None
