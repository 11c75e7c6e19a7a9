"""Checks of length and synchronisation."""

from pathlib import Path

import pytest

from pytoon_pipeline_tests.harness.finished_video import FRAMES, finished, found


def test_a_wrong_length_is_found(tmp_path: Path) -> None:
    finding = found(finished(tmp_path / "v.mp4", seconds=2.8), "duration")
    assert (finding.value, finding.limit) == (70, FRAMES)


def test_sound_that_ends_early_is_found(tmp_path: Path) -> None:
    assert found(finished(tmp_path / "v.mp4", sound_seconds=2.9), "desync").value == pytest.approx(-0.1, abs=0.03)
