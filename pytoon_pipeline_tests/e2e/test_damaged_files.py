"""Truncated and damaged files go through the stages: losses are rejected or noted, and nothing hangs."""

from pathlib import Path

import pytest

from pytoon_pipeline_tests.harness import damage_outcomes, damaged_files


@pytest.mark.parametrize("name", ["front.mp4", "box.mkv"])
def test_no_loss_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(damaged_files, "PICTURE", "testsrc2=size=160x90:rate=25:duration=5")
    monkeypatch.setattr(damaged_files, "TONE", "sine=frequency=440:sample_rate=48000:duration=5")
    answers, alarms = damage_outcomes.measure([damaged_files.make(tmp_path, name)], tmp_path, seed=0)
    result = damage_outcomes.report(answers, alarms)
    assert result["false_alarms"] == []
    assert result["offenders"] == []
    assert result["refused"] + result["noted"] + result["intact"] == result["variants"] == 10
    by_damage = {one.damage: one for one in answers}
    assert by_damage["cut at 10 %"].outcome == by_damage["cut at 40 %"].outcome == "refused"
    assert by_damage["cut at 85 %"].notes == ("truncated_source",)
    assert by_damage["garbage appended"].outcome == "intact"
