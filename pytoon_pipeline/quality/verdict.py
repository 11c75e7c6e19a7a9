"""From findings to a score and a verdict."""

import time
from collections.abc import Mapping
from pathlib import Path

from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.quality import Finding, QcReport, Verdict
from pytoon_pipeline.contracts.spec import RenderSpec
from pytoon_pipeline.quality.checks import Subject, check
from pytoon_pipeline.quality.inspection import Inspection, inspect

# Points off for one finding. A gate alone takes the score below any that passes.
GATE_POINTS = 50.0
ADVICE_POINTS = 5.0


def judge(
    path: Path,
    limits: Limits,
    sources: Mapping[str, str],
    spec: RenderSpec | None = None,
    silent: bool = False,
    more: tuple[Finding, ...] = (),
) -> QcReport:
    """Checks a finished video against its plan, or any video when there is none.

    ``more`` are findings from stages before. Raises ``BadInput`` for a file that is no video.
    """
    began = time.perf_counter()
    found = inspect(path)
    findings = (*check(Subject(found, spec, limits, sources, silent)), *more)
    return QcReport(
        score=score(findings),
        verdict=verdict(findings),
        findings=findings,
        measured=_figures(found),
        seconds=round(time.perf_counter() - began, 3),
    )


def score(findings: tuple[Finding, ...]) -> float:
    """100 less 50 for each gate and 5 for each advice, not below 0."""
    gates = sum(finding.severity == "gate" for finding in findings)
    return max(0.0, 100.0 - GATE_POINTS * gates - ADVICE_POINTS * (len(findings) - gates))


def verdict(findings: tuple[Finding, ...]) -> Verdict:
    if any(finding.severity == "gate" for finding in findings):
        return "fail"
    return "advise" if findings else "pass"


def _figures(found: Inspection) -> dict[str, float | str | None]:
    return {
        "frames": len(found.times),
        "rate": round(found.rate, 4),
        "picture_seconds": round(found.picture_seconds, 4),
        "sound_seconds": round(found.sound_seconds, 4),
        "loudness_lufs": found.sound.integrated if found.sound else None,
        "true_peak_dbtp": found.sound.true_peak if found.sound else None,
    }
