"""The outbox: names of files, and the error of a failed video."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog.names import readable_name
from pytoon_pipeline.delivery.outbox import failure, plan_delivery
from pytoon_pipeline_tests.harness.finished_video import finished, report, spec


def test_a_quality_failure_names_the_failed_checks(tmp_path: Path) -> None:
    error = failure(report(finished(tmp_path / "v.mp4", sound="volume=-6dB"), spec()))
    assert error.code == "qc_failed"
    assert "Loudness" in error.message


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("My shoe: 50% off!", "My-shoe-50-off"),
        ("../../etc/passwd", "etc-passwd"),
        ("-i", "i"),
        ("日本語 ビデオ", "日本語-ビデオ"),
        ("'\"\n", "video"),
        ("x" * 300, "x" * 60),
    ],
)
def test_names_are_readable_and_harmless(title: str, name: str) -> None:
    assert readable_name(title) == name
    delivery = plan_delivery(title, "0123456789abcdef" * 2 + "-teaser")
    assert delivery.video == f"{name}-01234567-teaser/{name}.mp4"
