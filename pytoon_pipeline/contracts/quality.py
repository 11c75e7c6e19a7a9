"""What quality control found."""

from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.base import Record

Severity = Literal["gate", "advice"]
Tier = Literal["file", "time", "frame", "audio"]
Verdict = Literal["pass", "advise", "fail"]
# Gates that can harm a viewer (seizures): a video with one of them is delivered only after a person releases it.
HAZARDS = ("flash", "red_flash", "pattern")


class Finding(Record):
    """One observation. Frames are half-open ``[start_frame, end_frame)``; both are none for the whole file.

    ``value`` was measured, ``limit`` is what it violates, ``source`` is where the limit comes from.
    """

    tier: Tier
    code: str
    severity: Severity
    start_frame: int | None = None
    end_frame: int | None = None
    segment: int | None = None
    value: float | str | None = None
    limit: float | str | None = None
    source: str
    message: str


class QcReport(Record):
    """All findings, the score and the verdict.

    ``score_breakdown`` shows how the score was computed; ``measured`` has all metrics, also those within limits.
    """

    score: float = Field(ge=0, le=100)
    score_breakdown: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    measured: dict[str, float | str | None]
    seconds: float

    @property
    def gates(self) -> tuple[str, ...]:
        """Codes of the gates that failed, each once, in order."""
        return tuple(dict.fromkeys(finding.code for finding in self.findings if finding.severity == "gate"))
