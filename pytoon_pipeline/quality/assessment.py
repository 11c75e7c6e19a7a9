"""The stage ``qc_score``: a finished video checked against its plan."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.analysis.results import (
    PICTURE,
    FacesByItem,
    Frames,
    MetadataByItem,
    detected_faces,
)
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.quality import Finding, QcReport
from pytoon_pipeline.contracts.rendering import FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.rendering.stored_segments import CONTACT_SHEET, FRAME_STATS, segment_files
from pytoon_pipeline.runtime.versions import version
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.quality.stored_observations import SegmentObserver

QC = Stage("qc_score", 21, "by_rule")
# Role of the file with pictures of findings.
STILLS = "stills"
# The UI keeps pictures in its database.
MAX_PICTURES = 6


@dataclass(frozen=True)
class Assessment:
    """A finished video and everything that its check compares it with. ``limit_sources`` cites each limit."""

    limits: Limits
    limit_sources: dict[str, str]
    planned: Stored[RenderSpec]
    segments: Stored[RenderedSegments]
    composite: Stored[FinishedVideo]
    metadata: MetadataByItem
    frames: Frames
    faces: FacesByItem

    @property
    def spec(self) -> RenderSpec:
        """The plan that the video shows."""
        return self.segments.value.rendered_spec(self.planned.value)


def assess(store: Store, video: Assessment) -> StageResult:
    """Finds or computes the ``QcReport`` of a video, with small pictures of where findings begin.

    It depends on the packets of the file, not on its title and other tags.
    """
    joined = video.composite.value.composite
    return run_stage(
        store,
        QC,
        lambda scratch: _assess(store, video, scratch),
        inputs={
            "video_packets": joined.video_packets_sha256,
            "audio_packets": joined.audio_packets_sha256,
            "rendered_segments": video.segments.fingerprint,
            "render_spec": video.planned.fingerprint,
            "face_detections": video.faces.fingerprint,
            "sampled_frames": video.frames.fingerprint,
        },
        parameters=video.limits.model_dump(mode="json") | {"composite": video.composite.artifact.version},
        tools={"av": version("av")},
    )


def _assess(store: Store, video: Assessment, scratch: Path) -> StageOutput:
    from pytoon_pipeline.quality import previews
    from pytoon_pipeline.quality.stored_observations import SegmentObserver

    observer = SegmentObserver(store, video.segments, video.frames.fingerprint)
    report = check_against_plan(store, video, observer)
    first_frames = {one.start_frame for one in report.findings if one.start_frame is not None}
    stills = scratch / "stills.json"
    previews.write_previews(
        store.path(video.composite.files["video"]), video.spec.rate, sorted(first_frames)[:MAX_PICTURES], stills
    )
    return StageOutput(report, {STILLS: stills}, observer.files)


def check_against_plan(store: Store, video: Assessment, observer: "SegmentObserver") -> QcReport:
    """Checks the file against its plan, its segments and its sources."""
    from pytoon_pipeline.analysis.vision.small_frames import SAMPLES_PER_SECOND
    from pytoon_pipeline.media.frame_stats import FrameStats
    from pytoon_pipeline.media.loudness import Loudness
    from pytoon_pipeline.quality.inspection import DeliveredParts
    from pytoon_pipeline.quality.references import Reference, References
    from pytoon_pipeline.quality.subjects import known_subjects
    from pytoon_pipeline.quality.verdict import check_video
    from pytoon_pipeline.rendering import contact_sheet

    composite, audio = video.composite.value.composite, video.composite.value.audio
    parts = DeliveredParts(
        composite.video_packets_sha256,
        composite.audio_packets_sha256,
        store.path(video.composite.files["audio"]),
        Loudness(audio.loudness, audio.true_peak),
    )
    transparent = _transparent_stills(store, video.metadata)
    references = {item: Reference(video.frames.samples(item), transparent.get(item)) for item in video.frames.items}
    faces = detected_faces(store, video.faces)
    infos = {item: one.info for item, one in video.metadata.values.items()}
    stills = {item: info.still.transparent for item, info in infos.items() if info.still is not None}
    return check_video(
        store.path(video.composite.files["video"]),
        video.limits,
        video.limit_sources,
        video.spec,
        audio.silent,
        parts,
        FrameStats.joined(FrameStats.load(path) for path in segment_files(store, video.segments, FRAME_STATS)),
        faces,
        contact_sheet.read(video.spec, segment_files(store, video.segments, CONTACT_SHEET)),
        References(references),
        known_subjects(faces, stills, 1 / SAMPLES_PER_SECOND),
        observer.observe,
    )


def _transparent_stills(store: Store, metadata: MetadataByItem) -> dict[str, Path]:
    """The files of stills with transparency, which sampled frames do not keep."""
    return {
        item: store.path(stored.files[PICTURE])
        for item, stored in metadata.items.items()
        if (still := stored.value.info.still) is not None and still.transparent
    }


def finding_strips(store: Store, video: Assessment, finding: Finding) -> dict[str, str]:
    """What a finding looks like: frames from its first to its last side by side, as ``data:`` addresses by size. None
    for a finding about the whole file.
    """
    from pytoon_pipeline.quality import previews

    if finding.start_frame is None or finding.end_frame is None:
        return {}
    file = store.path(video.composite.files["video"])
    return previews.strips(file, video.spec.rate, finding.start_frame, finding.end_frame)


def finding_pictures(store: Store, report: Stored[QcReport]) -> dict[int, str]:
    """Small pictures of the first frames of findings, as ``data:`` addresses, by frame."""
    from pytoon_pipeline.quality import previews

    return previews.read_previews(store.path(report.files[STILLS]))
