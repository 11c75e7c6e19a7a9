"""What operators see of quality control: check results with numbers, the findings, and the error of a failed video."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.quality import Finding, QcReport
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.defs.checks import partitioned_check
from pytoon_pipeline.defs.links import launchpad_addresses
from pytoon_pipeline.delivery.outbox import failure
from pytoon_pipeline.quality.assessment import QC, Assessment, finding_pictures, finding_strips
from pytoon_pipeline.reporting.findings import LABELS, by_weight, headline
from pytoon_pipeline.reporting.tables import attempts_table, bullets, findings_table
from pytoon_pipeline.store.store import Store

# One check for each tier of findings.
CHECKS = [
    partitioned_check(QC.name, tier, blocking=True, description=f"{what} A finding that fails the video blocks it.")
    for tier, what in (
        ("file", "Does the file play everywhere: format, length, and audio in sync with the video?"),
        ("time", "Do the frames follow each other well: no flashing, no black, frozen or glitch frames?"),
        ("frame", "Is each picture as planned: nothing missing, all text legible, no wrong crop?"),
        ("audio", "Is the audio good: loudness, peaks, no silence and no clicks?"),
    )
]
# What each tier measures in every video.
MEASURED = {
    "file": ("video_seconds", "audio_seconds", "rate"),
    "time": ("frames", "decoded_frames"),
    "frame": (),
    "audio": ("loudness_lufs", "true_peak_dbtp"),
}


def describe(store: Store, video: Assessment, report: Stored[QcReport], attempts: Sequence[Attempt]) -> dict[str, Any]:
    """What operators see of a report, the worst finding first."""
    found, pictures, rate = report.value, finding_pictures(store, report), video.spec.rate
    worst = by_weight(found)
    return {
        **strips_of(store, video, found),
        "result": headline(worst, rate),
        "score": found.score,
        "verdict": found.verdict,
        "findings": dg.MetadataValue.md(findings_table(worst, pictures)),
        "gate_findings": sum(one.severity == "gate" for one in worst),
        "advice_findings": sum(one.severity == "advice" for one in worst),
        "score_breakdown": found.score_breakdown,
        "attempts": dg.MetadataValue.md(attempts_table(attempts)),
        "attempt": len(attempts),
        **numbers(found.measured),
    }


def check_results(report: QcReport, spec: RenderSpec) -> Iterator[dg.AssetCheckResult]:
    """One result per tier. A gate blocks the delivery, except of the fallback, which is delivered as it is."""
    worst, rate = by_weight(report), spec.rate
    for check in CHECKS:
        found = [finding for finding in worst if finding.tier == check.name]
        gates = [finding for finding in found if finding.severity == "gate"]
        yield dg.AssetCheckResult(
            check_name=check.name,
            passed=not found,
            severity=dg.AssetCheckSeverity.ERROR if gates and not spec.fallback else dg.AssetCheckSeverity.WARN,
            description=headline(found, rate),
            metadata={
                **({} if not found else {"findings": dg.MetadataValue.md(bullets(one.message for one in found))}),
                **({} if not found else finding_numbers(found[0], rate)),
                "gate_findings": len(gates),
                "advice_findings": len(found) - len(gates),
                **numbers({name: report.measured.get(name) for name in MEASURED[check.name]}),
            },
        )


def failed_video(
    partition: str, presets: Sequence[str], store: Store, video: Assessment, report: QcReport
) -> dg.Failure:
    """The error of a run whose video failed: the finding in words, and first of all its picture. ``presets`` are others
    for the upload.
    """
    gates = [one for one in report.findings if one.severity == "gate"]
    worst, error = gates[0], failure(report)
    return dg.Failure(
        description=f"{headline(gates, video.spec.rate)}. {worst.message} {error.hint}",
        metadata={
            **strips_of(store, video, report),
            **launchpad_addresses(partition, presets),
            **finding_numbers(worst, video.spec.rate),
            "score": report.score,
            "code": worst.code,
            "findings": dg.MetadataValue.md(bullets(one.message for one in gates)),
            "hint": error.hint,
            "category": error.category,
        },
        allow_retries=False,
    )


def strips_of(store: Store, video: Assessment, report: QcReport) -> dict[str, dg.MetadataValue]:
    """What the first gate looks like, in two sizes; nothing without a gate, or when it is about the whole file."""
    gate = next((one for one in report.findings if one.severity == "gate"), None)
    strips = {} if gate is None else finding_strips(store, video, gate)
    return {name: dg.MetadataValue.md(f"![frames]({address})") for name, address in strips.items()}


def finding_numbers(finding: Finding, rate: FrameRate) -> dict[str, Any]:
    """A finding as typed metadata."""
    place = {}
    if finding.start_frame is not None and finding.end_frame is not None:
        start, end = rate.seconds(finding.start_frame), rate.seconds(finding.end_frame)
        place = {"start_seconds": round(start, 3), "end_seconds": round(end, 3)}
    return {
        **numbers({"value": finding.value, "limit": finding.limit}),
        "unit": LABELS[finding.code].unit or "none",
        **place,
        "limit_source": finding.source,
    }


def numbers(values: Mapping[str, float | str | None]) -> dict[str, Any]:
    """Values as metadata. Every number is a float, so that Dagster plots it; absent values are left out."""
    return {
        name: value if isinstance(value, str) else float(value) for name, value in values.items() if value is not None
    }
