"""A run that a worker of Celery executes, with a real broker; and what is written for it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
import yaml

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.launcher import ForkingRunLauncher
from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.daemon_harness import wait_until
from pytoon_pipeline_tests.harness.redis_server import redis_server
from pytoon_pipeline_tests.harness.waiting_job import waiting

LONG, OFTEN = 300, 0.1
S = dg.DagsterRunStatus


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with redis_server() as url:
        monkeypatch.setenv("PYTOON_CELERY_BROKER", url)
        yield url


def worker() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "celery", "--app", "pytoon_pipeline.defs.celery_worker", "worker"]
    return subprocess.Popen(
        [*command, "--concurrency", "1", "--loglevel", "error", "--without-gossip", "--without-mingle"]
    )


def test_a_worker_executes_a_run_that_the_launcher_sends(home: Home, broker: str, tmp_path: Path) -> None:
    with running.instance(home) as instance, worker() as started:
        folder = tmp_path / "waiting"
        folder.mkdir()
        origin = dg.reconstructable(waiting).get_python_origin()
        config = {"ops": {"wait": {"config": {"folder": str(folder)}}}}
        tags = {PARTITION_TAG: "an upload"}
        run = instance.create_run_for_job(
            waiting, run_config=config, tags=tags, job_code_origin=origin, status=S.STARTING
        )
        try:
            instance.run_launcher.launch_run(SimpleNamespace(dagster_run=run, workspace=None))
            assert wait_until((folder / "began").exists, LONG, OFTEN)
            executing = int((folder / "began").read_text())
            assert os.getpgid(executing) == os.getpgid(started.pid)
            assert executing not in (os.getpid(), started.pid), "a process of the worker"
            (folder / "end").touch()

            def ended() -> bool:
                found = instance.get_run_by_id(run.run_id)
                return found is not None and found.status == S.SUCCESS

            assert wait_until(ended, LONG, OFTEN)
        finally:
            (folder / "end").touch()
            started.terminate()


def test_what_concerns_the_home_of_the_daemon_stays_there(
    home: Home, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here: list[str] = []
    monkeypatch.setattr(ForkingRunLauncher, "launch_run", lambda self, one: here.append(one.dagster_run.run_id))
    with running.instance(home) as instance:
        config = {"ops": {"wait": {"config": {"folder": str(home.root)}}}}
        run = instance.create_run_for_job(waiting, run_config=config, status=S.STARTING)
        instance.run_launcher.launch_run(SimpleNamespace(dagster_run=run, workspace=None))
        assert here == [run.run_id]


def test_the_settings_name_the_launcher_and_no_secret(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTOON_CELERY_BROKER", "redis://:very-secret@127.0.0.1:6379/0")
    assert main(["setup"]) == 0
    written = (home.dagster / "dagster.yaml").read_text()
    assert yaml.safe_load(written)["run_launcher"]["class"] == "FleetRunLauncher"
    assert "very-secret" not in written
    monkeypatch.delenv("PYTOON_CELERY_BROKER")
    assert main(["setup"]) == 0
    assert "ForkingRunLauncher" in (home.dagster / "dagster.yaml").read_text()
    assert "very-secret" not in str(capsys.readouterr())


def test_without_the_package_the_error_says_what_to_install(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_CELERY_BROKER", "redis://127.0.0.1/0")
    monkeypatch.setattr("pytoon_pipeline.defs.celery_launcher.find_spec", lambda name: None)
    with pytest.raises(DependencyMissing, match=r"celery_missing.*\[celery\]"), running.instance(home):
        pass
