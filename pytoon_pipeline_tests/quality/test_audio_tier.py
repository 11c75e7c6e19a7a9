"""Checks of the sound: loudness, peak, silence."""

from pathlib import Path

import pytest

from pytoon_pipeline_tests.harness.finished_video import finished, found, report, spec


def test_a_wrong_loudness_is_found(tmp_path: Path) -> None:
    assert found(finished(tmp_path / "v.mp4", sound="volume=-6dB"), "loudness").value == pytest.approx(-20, abs=0.5)


def test_a_too_high_peak_is_found(tmp_path: Path) -> None:
    peak = "volume=enable='between(t,1,1.03)':volume=14dB"
    finding = found(finished(tmp_path / "v.mp4", sound=peak), "true_peak")
    assert isinstance(finding.value, float)
    assert isinstance(finding.limit, float)
    assert finding.value > finding.limit == pytest.approx(-1, abs=0.5)


def test_silence_is_a_fault_unless_planned(tmp_path: Path) -> None:
    path = finished(tmp_path / "v.mp4", sound="volume=0")
    assert found(path, "silent").severity == "gate"
    assert report(path, spec(), silent=True).verdict == "advise"
