"""Findings in the words of an operator."""

import pytest

from pytoon_pipeline.contracts.quality import Finding, QcReport
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.quality.checks import CHECKS
from pytoon_pipeline.reporting.findings import LABELS, by_weight, clock, headline
from pytoon_pipeline.reporting.sentences import first_few

RATE = FrameRate(numerator=30, denominator=1)


def finding(code: str, start: int | None = None, end: int | None = None, *, advice: bool = False) -> Finding:
    return Finding(
        tier="time", code=code, severity="advice" if advice else "gate", start_frame=start, end_frame=end,
        source="s", message="m",
    )  # fmt: skip


def report(*findings: Finding) -> QcReport:
    return QcReport(score=50, score_breakdown="", verdict="fail", findings=findings, measured={}, seconds=0)


def test_every_code_has_a_label() -> None:
    assert LABELS.keys() == {code for check in CHECKS for code in check.codes}


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        ([], "No findings"),
        ([finding("flash", 96, 117)], "Flashing between 0:03.2 and 0:03.9"),
        ([finding("black", 30, 31)], "Black frames at 0:01.0"),
        ([finding("duration")], "Wrong length"),
        ([finding("flash", 0, 30), finding("black")], "Flashing between 0:00.0 and 0:01.0, and 1 more finding"),
        ([finding("pattern")] * 3, "Stripes that can harm viewers, and 2 more findings"),
    ],
)
def test_the_headline_names_the_first_finding_and_its_time(findings: list[Finding], words: str) -> None:
    assert headline(findings, RATE) == words


def test_findings_that_fail_the_video_come_first() -> None:
    found = report(finding("blur", advice=True), finding("flash"), finding("black", advice=True))
    assert [one.code for one in by_weight(found)] == ["flash", "blur", "black"]


def test_a_clock_counts_minutes() -> None:
    assert [clock(seconds) for seconds in (0, 3.24, 59.96, 61.5)] == ["0:00.0", "0:03.2", "1:00.0", "1:01.5"]


def test_many_names_are_counted() -> None:
    assert first_few([]) == ""
    assert first_few(["a"]) == "a"
    assert first_few(["a", "b"]) == "a and b"
    assert first_few(["a", "b", "c"]) == "a, b and c"
    assert first_few(["a", "b"], unnamed=3) == "a, b and 3 more"
    assert first_few(["Summer-sale", "Talk-2", "c", "d", "e"], 2) == "Summer-sale, Talk-2 and 3 more"
