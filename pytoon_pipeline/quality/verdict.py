"""From findings to a score and a verdict."""

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
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.rendering.contact_sheet import BgrImage, all_sheet_frames

# Points off for one finding. A gate alone takes the score below any that passes.
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
) -> QcReport:
    """Checks a finished video against its plan, or any video when there is none.

    ``parts`` are the files that it was joined of, ``rendered`` what was measured while they were made: pictures and
    sound that were copied unchanged are then not decoded again. ``faces`` are those found in the items. ``sheets`` are
    small copies of frames, made while the segments were, and ``references`` the pictures of the sources: with them,
    what is shown is compared with the plan. Raises ``InvalidInput`` for a file that is not a video.
    """
    began = time.perf_counter()
    found = inspect(path, parts, all_sheet_frames(spec) if spec and references else ())
    made, played = None, None
    if rendered is not None and parts is not None:
        compared = not found.packets_verified
        made = RenderedMeasurements(rendered, decoded(parts.audio_file) if compared else None)
        played = decoded(path) if compared and found.audio_codec else None
    # Of a file that holds the segments' own packets, what was seen while they were made counts as well.
    pictures = {**(sheet_images or {}), **found.sampled_images} if found.packets_verified else found.sampled_images
    context = CheckContext(
        found, spec, limits, limit_sources, planned_silence, made, played, faces or {}, pictures, references
    )
    findings = merge_advice(check(context))
    return QcReport(
        score=score(findings),
        score_breakdown=score_breakdown(findings),
        verdict=verdict(findings),
        findings=findings,
        measured=_measured(found),
        seconds=round(time.perf_counter() - began, 3),
    )


def merge_advice(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with the same advice told once, from where it is first seen to where it is last: footage that shakes or
    flickers does so all the time."""
    found: list[Finding] = []
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    for one in findings:
        key = (one.tier, one.code, one.message)
        if one.severity == "gate" or key not in alike:
            found.append(one)
        if one.severity == "advice":
            alike.setdefault(key, []).append(one)
    return tuple(one if one.severity == "gate" else _together(alike[one.tier, one.code, one.message]) for one in found)


def _together(alike: Sequence[Finding]) -> Finding:
    if len(alike) == 1:
        return alike[0]
    ends = [one.end_frame for one in alike if one.end_frame is not None]
    changes = {
        "end_frame": max(ends, default=None),
        "value": max((one.value for one in alike if isinstance(one.value, float)), default=alike[0].value),
        "message": f"{alike[0].message} ({len(alike)} times)",
    }
    return alike[0].model_copy(update=changes)


def score(findings: tuple[Finding, ...]) -> float:
    """100 less 50 for each gate and 5 for each code of advice, not below 0."""
    gates, advice = _counts(findings)
    return max(0.0, 100.0 - GATE_POINTS * gates - ADVICE_POINTS * advice)


def score_breakdown(findings: tuple[Finding, ...]) -> str:
    """How the score came about."""
    gates, advice = _counts(findings)
    parts = [f"{count} × {points:g} ({what})" for count, points, what in
             ((gates, GATE_POINTS, "gates"), (advice, ADVICE_POINTS, "advice")) if count]  # fmt: skip
    return " − ".join(["100", *parts]) + f" = {score(findings):g}"


def _counts(findings: tuple[Finding, ...]) -> tuple[int, int]:
    gates = sum(finding.severity == "gate" for finding in findings)
    return gates, len({finding.code for finding in findings if finding.severity == "advice"})


def verdict(findings: tuple[Finding, ...]) -> Verdict:
    if any(finding.severity == "gate" for finding in findings):
        return "fail"
    return "advise" if findings else "pass"


def _measured(found: Inspection) -> dict[str, float | str | None]:
    return {
        "frames": len(found.times),
        "decoded": len(found.decoded_frames),
        "rate": round(found.rate, 4),
        "picture_seconds": round(found.video_seconds, 4),
        "sound_seconds": round(found.audio_seconds, 4),
        "loudness_lufs": found.loudness.integrated if found.loudness else None,
        "true_peak_dbtp": found.loudness.true_peak if found.loudness else None,
    }
