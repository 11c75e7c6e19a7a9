"""Dagster's settings belong to the operator."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.defs import dagster_yaml, running
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home

MINE = "# mine\ntelemetry: {enabled: false}\nrun_monitoring: {enabled: true}\n"


def test_prepare_never_overwrites_an_operators_settings_and_reports_them_once(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = home.dagster / "dagster.yaml"
    assert main(["setup"]) == 0
    assert "dagster_settings" not in capsys.readouterr().err
    settings.write_text(MINE)
    assert main(["setup"]) == 0
    reported = capsys.readouterr().err
    assert "[dagster_settings]" in reported
    assert "concurrency, " in reported
    assert main(["setup"]) == 0
    assert "dagster_settings" not in capsys.readouterr().err
    assert settings.read_text() == MINE
    facts = dagster_yaml.examine(home, Capacity.of_machine())
    assert not facts.own
    assert set(facts.differing) >= {"run_monitoring", "concurrency"}
    settings.write_text(MINE + "nux: {enabled: false}\n")
    assert main(["setup"]) == 0
    assert "[dagster_settings]" in capsys.readouterr().err, "another change is news"
    settings.unlink()
    assert main(["setup"]) == 0
    assert "QueuedRunCoordinator" in settings.read_text()


def test_settings_that_pytoon_wrote_follow_the_machine_and_the_version(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home.dagster / "dagster.yaml"
    for runs in (3, 7):
        running.prepare(home, Capacity(runs=runs, encoders=1, transcribers=1, processors=2))
        limits = yaml.safe_load(settings.read_text())["concurrency"]["runs"]["tag_concurrency_limits"]
        assert [one["limit"] for one in limits] == [runs, 1]
    earlier = settings.read_bytes()
    monkeypatch.setattr(dagster_yaml, "shipped", lambda capacity: earlier + b"# a later version\n")
    running.prepare(home, Capacity.of_machine())
    assert settings.read_bytes() == earlier + b"# a later version\n"
    settings.write_bytes(b"{ not yaml")
    running.prepare(home, Capacity.of_machine())
    assert settings.read_bytes() == b"{ not yaml"


def test_a_kill_between_two_writes_leaves_settings_that_are_recognized(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.prepare(home, Capacity.of_machine())
    settings, real = home.dagster / "dagster.yaml", dagster_yaml.write_bytes
    wanted = settings.read_bytes() + b"# a later version\n"
    monkeypatch.setattr(dagster_yaml, "shipped", lambda capacity: wanted)

    def killed(path: Path, *rest: Any) -> None:
        if path == settings:
            raise KeyboardInterrupt
        real(path, *rest)

    monkeypatch.setattr(dagster_yaml, "write_bytes", killed)
    with pytest.raises(KeyboardInterrupt):
        running.prepare(home, Capacity.of_machine())
    monkeypatch.setattr(dagster_yaml, "write_bytes", real)
    assert dagster_yaml.examine(home, Capacity.of_machine()).own
    running.prepare(home, Capacity.of_machine())
    assert settings.read_bytes() == wanted
