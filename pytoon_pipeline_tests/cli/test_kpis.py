"""``pytoon kpis``: the same figures as a table and as JSON."""

import json
from pathlib import Path

import pytest

from pytoon_pipeline.cli.main import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path))
    lines = (
        {"event": "stage", "stage": "metadata", "status": "cached", "seconds": 0.5, "key": "a", "run": "1"},
        {"event": "delivered", "key": "a", "run": "1", "archetype": "hero", "degraded": False, "score": 90},
        {"event": "failed", "key": "b", "run": "2", "category": "invalid_input", "code": "empty\x1b[31m_file"},
    )
    (tmp_path / "logs").mkdir()
    texts = (json.dumps({"time": "2026-11-21T10:00:00Z"} | line) for line in lines)
    (tmp_path / "logs" / "2026-11-21.jsonl").write_text("\n".join(texts) + "\n")
    return tmp_path


def test_the_tables_are_aligned_and_cannot_control_a_terminal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kpis"]) == 0
    shown = capsys.readouterr().out
    totals, archetypes, stages, _, failures = shown.strip().split("\n\n")
    assert len({len(line) for line in totals.splitlines()[1:]}) == 1
    assert archetypes.splitlines()[1].split() == ["hero", "1", "0", "90.00", "0.50", "–"]
    assert stages.splitlines()[1].split()[:5] == ["metadata", "0", "1", "100.0", "%"]
    assert "empty" in failures
    assert "\x1b" not in shown


def test_json_has_the_same_figures(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kpis", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["completed"], found["failed"], found["warm_seconds"]) == (1, 1, 0.5)


def test_a_home_without_videos_has_no_rates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path))
    assert main(["kpis"]) == 0
    assert "cost per video" in capsys.readouterr().out
