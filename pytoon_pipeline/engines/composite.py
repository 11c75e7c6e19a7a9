"""The stage ``composite``: segments joined by copying, the audio mix, and the thumbnail."""

from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.analysis.results import register_fonts
from pytoon_pipeline.contracts.rendering import AudioResult, FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.engines.composite_parts import ThumbnailChoice, audio_track, thumbnail, thumbnail_frame
from pytoon_pipeline.engines.render_job import RenderJob
from pytoon_pipeline.engines.segments import report_failure
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.stored_segments import VIDEO, picture_digest, segment_files
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage

COMPOSITE = Stage("composite", 9, "by_rule")

StoredSegments = Stored[RenderedSegments]


@dataclass(frozen=True)
class Composition:
    """The parts of a finished video: its plan, its segments, and what the thumbnail is chosen from."""

    planned: RenderSpec
    segments: StoredSegments
    thumbnail: ThumbnailChoice

    @property
    def spec(self) -> RenderSpec:
        """The plan that the segments show."""
        return self.segments.value.rendered_spec(self.planned)


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
            **parts.thumbnail.fingerprints,
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
    from pytoon_pipeline.rendering.concat import join

    store, spec, segments = job.store, parts.spec, parts.segments
    frame = thumbnail_frame(job, spec, parts.thumbnail)
    picture = thumbnail(job, spec, frame, segments.value.engine, report_failure)
    audio = audio_track(job, spec)
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
    return StageOutput(value, {"video": video}, {**picture.files, "audio": audio.files["audio"]})


def file_comment(planned: RenderSpec, segments: RenderedSegments) -> str | None:
    """The comment in the file of a degraded video: why it is not what the request asks for; ``None`` for any other."""
    if segments.fallback_spec is not None:
        codes = ", ".join(f"{attempt.engine}: {attempt.code}" for attempt in segments.engine_attempts)
        return f"Degraded: rendered by the fallback engine ({codes})."
    return "Degraded: simplified, because earlier attempts failed their checks." if planned.fallback else None
