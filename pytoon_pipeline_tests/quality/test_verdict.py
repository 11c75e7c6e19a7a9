"""The verdict: a clean video passes, and the score shows how it was computed."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline_tests.harness.finished_video import FRAMES, finished, report, spec


def test_a_clean_video_passes(tmp_path: Path) -> None:
    result = report(finished(tmp_path / "v.mp4"), spec())
    assert (result.verdict, result.score, result.findings) == ("pass", 100, ())
    assert result.measured["frames"] == FRAMES


def test_a_foreign_file_is_checked_without_a_plan(tmp_path: Path) -> None:
    assert report(finished(tmp_path / "v.mp4")).verdict == "pass"
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(InvalidInput, match="not_media"):
        report(tmp_path / "text.mp4")


def test_the_score_has_a_breakdown(tmp_path: Path) -> None:
    result = report(finished(tmp_path / "v.mp4", sound="volume=-6dB"), spec())
    assert (result.score, result.score_breakdown) == (50, "100 − 1 × 50 (gates) = 50")
