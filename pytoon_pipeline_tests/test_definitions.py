"""The code location: loading it, and what its settings decide."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import pytest

import pytoon_pipeline_tests
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.definitions import build, defs
from pytoon_pipeline.settings import Settings

ROOT = Path(pytoon_pipeline_tests.__file__).parents[1]
SENSORS = {"ingest_uploads", "request_runs", "fail_lost_runs", "publish_status", "alert_people"}
SCHEDULES = {"nightly_batch", "kpi_refresh", "nightly_garbage_collection"}


@pytest.fixture(autouse=True)
def instance() -> Iterator[None]:
    """Dagster looks for state of definitions in the instance entered last: that of another test may be gone."""
    with dg.DagsterInstance.ephemeral():
        yield


def running(definitions: dg.Definitions) -> set[str]:
    """Names of sensors and schedules that run by default."""
    location = definitions.get_repository_def()
    sensors = {one.name for one in location.sensor_defs if one.default_status == dg.DefaultSensorStatus.RUNNING}
    return sensors | {
        one.name for one in location.schedule_defs if one.default_status == dg.DefaultScheduleStatus.RUNNING
    }


@pytest.mark.parametrize(
    ("autostart", "names"),
    [("none", set()), ("safe", SENSORS | SCHEDULES - {"nightly_garbage_collection"}), ("all", SENSORS | SCHEDULES)],
)
def test_a_setting_decides_what_runs_by_default(
    autostart: str, names: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTOON_AUTOSTART", autostart)
    assert running(defs()) == names


def test_nothing_that_deletes_runs_without_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTOON_AUTOSTART", raising=False)
    assert "nightly_garbage_collection" not in running(defs())


def test_schedules_have_the_time_zone_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_TIMEZONE", "Europe/Berlin")
    zones = {one.name: one.execution_timezone for one in defs().get_repository_def().schedule_defs}
    assert zones == dict.fromkeys(SCHEDULES, "Europe/Berlin")


def test_definitions_are_built_once_for_settings_that_lead_to_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = build(Settings.load())
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path / "another"))
    assert build(Settings.load()) is first
    monkeypatch.setenv("PYTOON_AUTOSTART", "all")
    assert build(Settings.load()) is not first


def test_importing_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_TIMEZONE", "Mars/Base")
    done = python("-c", "import pytoon_pipeline.definitions")
    assert done.returncode == 0, done.stderr
    with pytest.raises(InvalidInput, match="Mars/Base"):
        defs()


def test_everything_has_a_description_and_a_label() -> None:
    location = defs().get_repository_def()
    jobs = [defs().resolve_job_def(name) for name in ("compile_video", "ingest", "reconcile_runs", "collect_garbage")]
    for one in (*jobs, *location.sensor_defs, *location.schedule_defs):
        assert one.description, one.name
    for one in (*jobs, *location.sensor_defs):
        assert "pytoon/kind" in one.tags, one.name


def test_dg_lists_the_definitions(tmp_path: Path) -> None:
    extra = {"DG_CLI_CONFIG": str(tmp_path / "dg.toml"), "DAGSTER_HOME": str(tmp_path)}
    dg_program = str(Path(sys.executable).with_name("dg"))
    listed = run([dg_program, "list", "defs", "--json"], extra)
    assert listed.returncode == 0, listed.stderr
    found = json.dumps(json.loads(listed.stdout))
    for name in (*SENSORS, *SCHEDULES, "delivered_video"):
        assert f'"{name}"' in found


def python(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return run([sys.executable, *arguments], {})


def run(command: list[str], extra: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, **extra}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
