"""A run that a worker of Celery executes, with a real broker; and what is written for it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
import yaml

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.builds import BUILD_TAG
from pytoon_pipeline.defs.celery_launcher import QUEUE
from pytoon_pipeline.defs.launcher import ForkingRunLauncher
from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.daemon_harness import wait_until
from pytoon_pipeline_tests.harness.redis_server import redis_server
from pytoon_pipeline_tests.harness.waiting_job import waiting

redis = pytest.importorskip("redis", reason="redis is not installed")
LONG, OFTEN = 300, 0.1
# A worker that reserves tasks has them at once.
RESERVED_WITHIN = 1.0
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


def sent(instance: dg.DagsterInstance, folder: Path) -> str:
    """The number of a run that was launched; it lasts until ``folder`` has the file “end”."""
    origin = dg.reconstructable(waiting).get_python_origin()
    config = {"ops": {"wait": {"config": {"folder": str(folder)}}}}
    tags = {PARTITION_TAG: "an upload"}
    run = instance.create_run_for_job(waiting, run_config=config, tags=tags, job_code_origin=origin, status=S.STARTING)
    instance.run_launcher.launch_run(SimpleNamespace(dagster_run=run, workspace=None))
    return run.run_id


def succeeds(instance: dg.DagsterInstance, run_id: str) -> bool:
    def ended() -> bool:
        found = instance.get_run_by_id(run_id)
        return found is not None and found.status == S.SUCCESS

    return wait_until(ended, LONG, OFTEN)


def waiting_in(broker: str) -> int:
    """How many tasks no worker has taken. The broker has a list for each priority."""
    with redis.Redis.from_url(broker) as client:
        return sum(client.llen(name) for name in client.scan_iter(f"{QUEUE}*", _type="list"))


def test_a_worker_executes_a_run_that_the_launcher_sends_and_reserves_no_other(
    home: Home, broker: str, tmp_path: Path
) -> None:
    first, second = folders = tmp_path / "first", tmp_path / "second"
    for folder in folders:
        folder.mkdir()
    with running.instance(home) as instance, worker() as started:
        try:
            runs = [sent(instance, first)]
            assert wait_until((first / "began").exists, LONG, OFTEN)
            executing = int((first / "began").read_text())
            assert os.getpgid(executing) == os.getpgid(started.pid)
            assert executing not in (os.getpid(), started.pid), "a process of the worker"
            runs.append(sent(instance, second))
            time.sleep(RESERVED_WITHIN)
            assert waiting_in(broker) == 1, "another worker could take it"
            for folder in folders:
                (folder / "end").touch()
            assert all(succeeds(instance, one) for one in runs)
            assert BUILD_TAG in instance.get_run_by_id(runs[0]).tags
        finally:
            for folder in folders:
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
