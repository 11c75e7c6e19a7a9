"""Checks a video and turns the findings into a score and a verdict."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.quality import Finding, QcReport, Verdict
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media.audio import decoded
from pytoon_pipeline.media.frame_stats import FrameStats
from pytoon_pipeline.quality.checks import check
from pytoon_pipeline.quality.context import CheckContext, RenderedMeasurements
from pytoon_pipeline.quality.inspection import DeliveredParts, Inspection, inspect
from pytoon_pipeline.quality.plan_observations import Observer, observe
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.quality.subjects import Subject
from pytoon_pipeline.rendering.contact_sheet import BgrImage, all_sheet_frames

# Points deducted per finding. One gate alone puts the score below every passing one.
GATE_POINTS = 50.0
ADVICE_POINTS = 5.0


def check_video(
    path: Path,
    limits: Limits,
    limit_sources: Mapping[str, str],
    spec: RenderSpec | None = None,
    planned_silence: bool = False,
    parts: DeliveredParts | None = None,
    rendered: FrameStats | None = None,
    faces: Mapping[str, Sequence[Face]] | None = None,
    sheet_images: Mapping[int, BgrImage] | None = None,
    references: References | None = None,
    subjects: Mapping[str, Sequence[Subject]] | None = None,
    observer: Observer = observe,
) -> QcReport:
    """Checks a finished video against its plan, or any video when there is none.

    ``parts`` describes what the file was muxed from, and ``rendered`` has the frame statistics from rendering: frames
    and audio whose packets were copied unchanged are not decoded again. ``faces`` were detected in the items, and
    ``subjects`` are what these are about.
    ``sheet_images`` are the contact sheets from rendering, and ``references`` the images of the sources; with them,
    ``observer`` compares the frames with the plan. Raises ``InvalidInput`` for a file that is not a video.
    """
    began = time.perf_counter()
    inspection = inspect(path, parts, all_sheet_frames(spec) if spec and references else ())
    measurements, decoded_audio = None, None
    if rendered is not None and parts is not None:
        compare = not inspection.packets_verified
        measurements = RenderedMeasurements(rendered, decoded(parts.audio_file) if compare else None)
        decoded_audio = decoded(path) if compare and inspection.audio_codec else None
    # When the file contains the segments' own packets, its frames are those on the contact sheets.
    images = inspection.sampled_images
    if inspection.packets_verified:
        images = {**(sheet_images or {}), **images}
    context = CheckContext(
        inspection,
        spec,
        limits,
        limit_sources,
        planned_silence,
        measurements,
        decoded_audio,
        faces or {},
        subjects or {},
        images,
        references,
        observer,
    )
    findings = tuple(with_figures(one, inspection.rate) for one in merge_advice(check(context)))
    return QcReport(
        score=score(findings),
        score_breakdown=score_breakdown(findings),
        verdict=verdict(findings),
        findings=findings,
        measured=_measured(inspection),
        seconds=round(time.perf_counter() - began, 3),
    )


def merge_advice(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Merges advice of one tier, code and message into one finding from the first to the last frame.

    Footage that shakes or flickers does so all the time, so this avoids repeating the same advice.
    """
    result: list[Finding] = []
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for one in findings:
        key = (one.tier, one.code, one.message)
        if one.severity == "gate" or key not in groups:
            result.append(one)
        if one.severity == "advice":
            groups.setdefault(key, []).append(one)
    return tuple(one if one.severity == "gate" else _merged(groups[one.tier, one.code, one.message]) for one in result)


def _merged(group: Sequence[Finding]) -> Finding:
    first = group[0]
    if len(group) == 1:
        return first
    ends = [one.end_frame for one in group if one.end_frame is not None]
    changes = {
        "end_frame": max(ends, default=None),
        "value": max((one.value for one in group if isinstance(one.value, float)), default=first.value),
        "message": f"{first.message} ({len(group)} times)",
    }
    return first.model_copy(update=changes)


def with_figures(finding: Finding, rate: float) -> Finding:
    """The finding with its figures and its place in the video, of ``rate`` frames per second, in the message."""
    parts = []
    if isinstance(finding.value, int | float) and isinstance(finding.limit, int | float):
        parts.append(f"Measured {finding.value:g}, limit {finding.limit:g}")
    if finding.start_frame is not None and finding.end_frame is not None and rate:
        start, end = finding.start_frame / rate, finding.end_frame / rate
        parts.append(f"{start:.2f}–{end:.2f} s (frames {finding.start_frame}–{finding.end_frame - 1})")
    if not parts:
        return finding
    return finding.model_copy(update={"message": f"{finding.message} {'; '.join(parts)}."})


def score(findings: tuple[Finding, ...]) -> float:
    """100 minus 50 per gate and 5 per code of advice, at least 0."""
    gates, advice = _counts(findings)
    return max(0.0, 100.0 - GATE_POINTS * gates - ADVICE_POINTS * advice)


def score_breakdown(findings: tuple[Finding, ...]) -> str:
    """How the score is computed, as a formula."""
    gates, advice = _counts(findings)
    deductions = ((gates, GATE_POINTS, "gates"), (advice, ADVICE_POINTS, "advice"))
    terms = [f"{count} × {points:g} ({name})" for count, points, name in deductions if count]
    return " − ".join(["100", *terms]) + f" = {score(findings):g}"


def _counts(findings: tuple[Finding, ...]) -> tuple[int, int]:
    """The number of gates, and of different codes of advice."""
    gates = sum(finding.severity == "gate" for finding in findings)
    return gates, len({finding.code for finding in findings if finding.severity == "advice"})


def verdict(findings: tuple[Finding, ...]) -> Verdict:
    if any(finding.severity == "gate" for finding in findings):
        return "fail"
    return "advise" if findings else "pass"


def _measured(inspection: Inspection) -> dict[str, float | str | None]:
    loudness = inspection.loudness
    return {
        "frames": len(inspection.times),
        "decoded_frames": len(inspection.decoded_frames),
        "rate": round(inspection.rate, 4),
        "video_seconds": round(inspection.video_seconds, 4),
        "audio_seconds": round(inspection.audio_seconds, 4),
        "loudness_lufs": loudness.integrated if loudness else None,
        "true_peak_dbtp": loudness.true_peak if loudness else None,
    }
