"""What a render answers: its stages, its quality, its files. Paths are absolute, times in seconds."""

from typing import Literal

from typing_extensions import Self

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.highlights import Highlight
from pytoon_pipeline.contracts.output_format import (
    DEFAULT_ASPECT,
    DEFAULT_CODEC,
    DEFAULT_RESOLUTION,
    Aspect,
    Resolution,
    VideoCodec,
)
from pytoon_pipeline.contracts.quality import Finding, QcReport, Verdict
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.spec.render_spec import Note

# The stages of one video in the order in which results list them.
STAGES = (
    "source_media", "metadata", "resolved_request", "transcription", "corrected_transcript", "sampled_frames",
    "silence_segments", "face_detections", "focal_points", "shots", "render_spec", "rendered_segments", "composite",
    "qc_score", "delivered_video",
)  # fmt: skip

RenderStatus = Literal["completed", "degraded", "failed"]


class ErrorInfo(Record):
    """Why something failed: a code for scripts, one sentence, and a hint telling the person what to do."""

    code: str
    message: str
    hint: str

    @classmethod
    def of(cls, error: PytoonError) -> Self:
        return cls(code=error.code, message=error.message, hint=error.hint)


class StageStatus(Record):
    """One stage of a video: whether it was computed now, when that began (Unix time), and how long it took.

    Stages may overlap: what is said and what is shown are analysed side by side.
    """

    name: str
    status: Literal["computed", "cached"]
    seconds: float
    started_at: float | None = None


class SegmentCounts(Record):
    """How many segments a video has, and how many were rendered now or found in the store."""

    total: int = 0
    rendered: int = 0
    cached: int = 0


class QcSummary(Record):
    """Quality control of a finished video in brief; ``QcReport`` has the measurements."""

    score: float
    verdict: Verdict
    findings: tuple[Finding, ...]
    seconds: float

    @classmethod
    def of(cls, report: QcReport) -> Self:
        return cls(score=report.score, verdict=report.verdict, findings=report.findings, seconds=report.seconds)


class Retry(Record):
    """A further attempt at a video: its number, the change to the request that it tries, and why it was needed."""

    attempt: int
    remedy: str
    reason: str


class HighlightResult(Highlight):
    """A highlight, and what became of its video. ``name`` is what commands accept for it."""

    key: str
    name: str | None = None
    status: RenderStatus
    video: str | None = None
    qc_score: float | None = None
    error: ErrorInfo | None = None


class RenderResult(Record):
    """The answer of ``pytoon render``. ``name`` is what commands accept for the upload.

    ``decisions`` say what was chosen and why: the preset, the length, and the source of the captions. Paths are null
    when no video was delivered. ``post`` is a file with texts to post with the video, ``extra_files`` are its teaser
    and its audio files. ``other_outputs`` are the answers for the other outputs of the request. A held video has
    no ``video``; its manifest and its spec are in the folder of held videos. With ``highlights``, all but these are
    those of the best one.
    """

    key: str | None = None
    name: str | None = None
    title: str | None = None
    version: int | None = None
    status: RenderStatus
    video: str | None = None
    video_seconds: float | None = None
    thumbnail: str | None = None
    subtitles: tuple[str, ...] = ()
    extra_files: tuple[str, ...] = ()
    post: str | None = None
    spec: str | None = None
    manifest: str | None = None
    qc: QcSummary | None = None
    decisions: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    stages: tuple[StageStatus, ...] = ()
    segments: SegmentCounts = SegmentCounts()
    attempts: int = 1
    retries: tuple[Retry, ...] = ()
    engine: EngineName | None = None
    highlights: tuple[HighlightResult, ...] = ()
    wall_seconds: float = 0.0
    error: ErrorInfo | None = None
    aspect: Aspect = DEFAULT_ASPECT
    resolution: Resolution = DEFAULT_RESOLUTION
    codec: VideoCodec = DEFAULT_CODEC
    other_outputs: tuple["RenderResult", ...] = ()
