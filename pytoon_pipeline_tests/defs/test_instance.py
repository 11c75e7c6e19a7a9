"""Dagster's instance: its settings belong to the operator, and its history has an end."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import dagster_yaml, running
from pytoon_pipeline.defs.garbage import COLLECT_GARBAGE
from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.defs.reconcile import RECONCILE
from pytoon_pipeline.defs.resources import WorkerResource, resources
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import run_lock
from pytoon_pipeline_tests.harness import media

MINE = "# mine\ntelemetry: {enabled: false}\nrun_monitoring: {enabled: true}\n"
QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def test_changed_operator_settings_are_left_alone_and_reported_once(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = home.dagster / "dagster.yaml"
    assert main(["setup"]) == 0
    assert "dagster_settings" not in capsys.readouterr().err
    settings.write_text(MINE)
    assert main(["setup"]) == 0
    said = capsys.readouterr().err
    assert "[dagster_settings]" in said
    assert "concurrency, " in said
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


def test_generated_settings_follow_the_machine_and_the_version(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_kill_between_two_writes_leaves_recognisable_generated_settings(
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


def test_old_runs_leave_the_history_with_all_their_files(home: Home, own_presets: Path) -> None:
    file = own_presets / "operations.yaml"
    document = yaml.safe_load(file.read_text())
    document["run_retention_days"]["value"] = document["operational_run_retention_days"]["value"] = 1e-9
    with running.instance(home) as instance:
        job = defs().resolve_job_def(RECONCILE)
        runs = {
            name: job.execute_in_process(instance=instance, run_config=QUIET, tags={PARTITION_TAG: key}).run_id
            for name, key in (("old", "a"), ("newest", "a"), ("only", "b"))
        }
        begun = dg.DagsterRun(job_name=RECONCILE, run_id="begun", status=dg.DagsterRunStatus.STARTED)
        instance.add_run(begun)
        shards = home.dagster / "history" / "runs"
        captured = home.dagster / "storage" / runs["old"] / "compute_logs" / "x.out"
        captured.parent.mkdir(parents=True, exist_ok=True)
        captured.write_text("said")
        assert (shards / f"{runs['old']}.db").exists()
        keeping = defs().resolve_job_def(COLLECT_GARBAGE)
        assert keeping.execute_in_process(instance=instance, run_config=QUIET).success
        assert instance.get_run_by_id(runs["old"]), "it is not old"
        file.write_text(yaml.safe_dump(document))
        assert keeping.execute_in_process(instance=instance, run_config=QUIET).success
        assert instance.get_run_by_id(runs["old"]) is None
        assert not list(shards.glob(f"{runs['old']}*"))
        assert not (home.dagster / "storage" / runs["old"]).exists()
        for name in ("newest", "only"):
            assert instance.get_run_by_id(runs[name])
            assert instance.all_logs(runs[name]), "with its events"
        assert instance.get_run_by_id("begun"), "what has not ended stays"


def test_retention_of_runs_depends_on_their_kind(home: Home) -> None:
    from pytoon_pipeline.defs.history import old_runs

    now = datetime.now(timezone.utc)
    success, failure = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE

    def record(name: str, days: float, status: dg.DagsterRunStatus, key: str | None) -> dg.RunRecord:
        run = dg.DagsterRun(job_name="j", run_id=name, status=status, tags={PARTITION_TAG: key} if key else {})
        at = now - timedelta(days=days)
        return dg.RunRecord(storage_id=1, dagster_run=run, create_timestamp=at, update_timestamp=at)

    records = [
        record("young", 1, failure, None), record("service", 4, failure, None), record("video", 4, failure, "k"),
        record("kept", 50, success, "k"), record("old", 60, success, "k"), record("failed", 60, failure, "k"),
        record("other", 70, success, "l"), record("last", 70, success, None), record("before", 71, success, None),
    ]  # fmt: skip
    assert list(old_runs(records, now, 30, 3)) == ["service", "old", "failed", "before"]


def test_a_killed_run_is_marked_by_the_next_command(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = media.video(tmp_path / "clip.mp4", 2, sound=False)
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(clip), "--json"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as render:
        until = time.monotonic() + 120
        while not list(home.runs.glob("*.lock")) and time.monotonic() < until:
            time.sleep(0.02)
        os.kill(render.pid, signal.SIGKILL)
    (lost,) = [path.stem for path in home.runs.glob("*.lock")]
    assert main(["status", "--json"]) == 0
    printed = capsys.readouterr()
    json.loads(printed.out)
    assert "[lost_runs]" in printed.err
    assert main(["setup"]) == 0
    assert "[lost_runs]" in capsys.readouterr().err
    with running.instance(home) as instance:
        ended = instance.get_run_by_id(lost)
        assert ended is not None
        assert ended.status == dg.DagsterRunStatus.FAILURE
    assert main(["setup"]) == 0
    assert main(["status"]) == 0
    assert "lost_runs" not in capsys.readouterr().err


def test_only_runs_that_render_share_the_processors(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Capacity(processors=16, runs=8, encoders=4, transcribers=4)
    monkeypatch.setattr(Capacity, "of_machine", classmethod(lambda cls: machine))
    threads: list[int] = []

    @dg.op
    def look(worker: WorkerResource) -> None:
        threads.append(worker.threads)

    @dg.job(resource_defs={"worker": resources()["worker"]})
    def looking() -> None:
        look()

    with run_lock(home.video_runs / "another.lock"):
        looking.execute_in_process()
        looking.execute_in_process(tags={PARTITION_TAG: "k"})
    assert threads == [16, 8]
