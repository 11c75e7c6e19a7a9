"""Lost runs are failed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from pytoon_pipeline.catalog.holding import running as alive
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.defs import reconcile, running
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.postgres import postgres


def test_the_next_command_fails_a_killed_run_of_the_command_line(
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


def test_a_run_of_another_machine_is_lost_only_when_its_lease_has_ended(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "START_TIMEOUT", 0.0)
    monkeypatch.setattr(reconcile, "RELEASE_SECONDS", 0.1)
    with postgres() as url, running.instance(home) as instance:
        monkeypatch.setenv("PYTOON_CATALOG", url)
        run = instance.add_run(dg.DagsterRun(job_name="compile_video", status=dg.DagsterRunStatus.STARTED))
        with alive(Home(tmp_path / "other"), run.run_id):
            assert reconcile.lost_runs(instance, home) == []
        assert [one.run_id for one in reconcile.lost_runs(instance, home)] == [run.run_id]
