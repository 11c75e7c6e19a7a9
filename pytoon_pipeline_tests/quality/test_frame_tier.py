"""Checks of the pictures: black and frozen frames."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline_tests.harness.finished_video import finished, found, report, spec


def test_black_frames_are_found(tmp_path: Path) -> None:
    dark = "drawbox=color=black:t=fill:enable='between(n,55,60)'"
    finding = found(finished(tmp_path / "v.mp4", dark), "black")
    assert (finding.start_frame, finding.end_frame, finding.segment) == (55, 61, 1)
    assert finding.severity == "gate"


def test_planned_darkness_is_advice(tmp_path: Path) -> None:
    dark = "drawbox=color=black:t=fill:enable='between(n,10,30)'"
    result = report(finished(tmp_path / "v.mp4", dark), spec(black_ranges=(FrameRange(start=9, end=32),)))
    assert {(f.code, f.severity) for f in result.findings} == {("black", "advice")}
    assert result.verdict == "advise"


def test_frozen_frames_are_found(tmp_path: Path) -> None:
    hold = "loop=loop=30:size=1:start=20,trim=end_frame=75,setpts=N/25/TB"
    path = finished(tmp_path / "v.mp4", hold)
    finding = found(path, "frozen")
    assert finding.start_frame == pytest.approx(21, abs=5)
    assert finding.end_frame == pytest.approx(51, abs=2)
    still = spec(static_ranges=(FrameRange(start=20, end=52),))
    assert report(path, still).verdict == "advise"
