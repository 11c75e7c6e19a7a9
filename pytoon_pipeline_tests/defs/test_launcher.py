"""Runs as forks, on a real instance with the settings that Pytoon writes."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import psutil
import pytest

from pytoon_pipeline.defs import launcher, running
from pytoon_pipeline.defs.launcher import ForkingRunLauncher
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.daemon_harness import wait_until
from pytoon_pipeline_tests.harness.waiting_job import waiting

LONG, OFTEN = 300, 0.05
S = dg.DagsterRunStatus


@pytest.fixture
def lasting(home: Home) -> Iterator[dg.DagsterInstance]:
    with running.instance(home) as opened:
        yield opened
    assert wait_until(lambda: not servers(), LONG, OFTEN), "nothing is left of it"


def servers() -> list[psutil.Process]:
    """The processes from which runs fork; not the forks, which have the same command line."""
    return [one for one in psutil.Process().children() if launcher.RUN_WORKER in _command(one)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline()) if process.status() != psutil.STATUS_ZOMBIE else []
    except psutil.NoSuchProcess:
        return []


def launch(instance: dg.DagsterInstance, folder: Path, python: str = sys.executable) -> str:
    """Launches a run of the waiting job, as the daemon does."""
    folder.mkdir()
    config = {"ops": {"wait": {"config": {"folder": str(folder)}}}}
    origin = dg.reconstructable(waiting).get_python_origin()
    origin = origin._replace(repository_origin=origin.repository_origin._replace(executable_path=python))
    run = instance.create_run_for_job(waiting, run_config=config, job_code_origin=origin, status=S.STARTING)
    instance.run_launcher.launch_run(SimpleNamespace(dagster_run=run, workspace=None))
    return run.run_id


def process_of(folder: Path) -> psutil.Process:
    assert wait_until((folder / "began").exists, LONG, OFTEN)
    return psutil.Process(int((folder / "began").read_text()))


def ended(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    def status() -> dg.DagsterRunStatus:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        return run.status

    assert wait_until(lambda: status() in (S.SUCCESS, S.FAILURE, S.CANCELED), LONG, OFTEN)
    return status()


def messages(instance: dg.DagsterInstance, run_id: str) -> str:
    return "\n".join(entry.message for entry in instance.all_logs(run_id))


def test_runs_fork_and_end_as_they_should_whatever_is_killed(
    lasting: dg.DagsterInstance, home: Home, tmp_path: Path
) -> None:
    assert isinstance(lasting.run_launcher, ForkingRunLauncher), "the settings name it"
    folders = {name: tmp_path / name for name in ("works", "terminated", "killed", "orphaned")}
    runs = {name: launch(lasting, folder) for name, folder in folders.items()}
    processes = {name: process_of(folders[name]) for name in runs}
    (server,) = servers()
    assert {one.ppid() for one in processes.values()} == {server.pid}
    assert len(set(processes.values())) == 4, "each run has a process of its own"
    assert {path.stem for path in home.runs.glob("*.lock")} == set(runs.values())

    (folders["works"] / "end").touch()
    assert ended(lasting, runs["works"]) == S.SUCCESS
    with dg.DagsterInstance.from_config(str(home.dagster)) as of_the_web_server:
        assert of_the_web_server.run_launcher.terminate(runs["terminated"])
        assert ended(lasting, runs["terminated"]) == S.CANCELED
        assert not of_the_web_server.run_launcher.terminate(runs["terminated"])
    processes["killed"].kill()
    assert ended(lasting, runs["killed"]) == S.FAILURE
    assert "The process of this run was killed by SIGKILL." in messages(lasting, runs["killed"])

    server.kill()
    (folders["orphaned"] / "end").touch()
    assert ended(lasting, runs["orphaned"]) == S.SUCCESS
    assert wait_until(lambda: not any(one.is_running() for one in processes.values()), LONG, OFTEN)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list["FakeServer"]:
    """The servers that were started."""
    found: list[FakeServer] = []
    monkeypatch.setattr(launcher, "ForkServer", lambda module, environment: FakeServer(found))
    return found


class FakeServer:
    """A server that only counts."""

    def __init__(self, started: list["FakeServer"]) -> None:
        self.forks, self.closed, self.killed = 0, False, False
        started.append(self)

    def fork(self, order: str) -> int:
        if self.killed:
            raise BrokenPipeError
        self.forks += 1
        return os.getpid()

    def close(self) -> None:
        self.closed = True

    def ended(self) -> bool:
        return self.closed


def test_a_server_is_replaced_after_some_forks_when_it_died_and_when_the_code_changed(
    started: list[FakeServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = launcher.Servers(max_forks=2)
    for _ in range(3):
        servers.fork("run")
    assert [(one.forks, one.closed) for one in started] == [(2, True), (1, False)]
    started[-1].killed = True
    servers.fork("run")
    assert [(one.forks, one.closed) for one in started[1:]] == [(1, True), (1, False)]
    monkeypatch.setattr(launcher, "code_version", lambda: "another")
    servers.fork("run")
    servers.retire()
    assert [(one.forks, one.closed) for one in started[2:]] == [(1, True), (1, True)]


def test_a_server_ends_when_it_is_idle(started: list[FakeServer]) -> None:
    servers = launcher.Servers(max_idle_seconds=0.05)
    servers.fork("run")
    assert wait_until(lambda: started[0].closed, LONG, OFTEN)
    servers.fork("run")
    assert len(started) == 2
    servers.retire()


def test_an_edit_of_the_package_is_another_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(launcher.pytoon_pipeline, "__file__", str(tmp_path / "__init__.py"))
    (tmp_path / "defs").mkdir()
    module = tmp_path / "defs" / "module.py"
    versions = [launcher.code_version()]
    for second in (1, 2):
        module.touch()
        os.utime(module, (second, second))
        versions.append(launcher.code_version())
    assert len(set(versions)) == 3
    assert launcher.code_version() == versions[-1]


@pytest.mark.parametrize(("reason", "python"), [("cannot fork", sys.executable), ("another Python", "/other/python")])
def test_where_runs_cannot_fork_the_default_launcher_starts_them_and_the_run_says_why(
    lasting: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str, python: str
) -> None:
    launched: list[str] = []
    monkeypatch.setattr(
        dg.DefaultRunLauncher, "launch_run", lambda self, context: launched.append(context.dagster_run.run_id)
    )
    if reason == "cannot fork":
        monkeypatch.setattr(launcher, "CAN_FORK", False)
    run_id = launch(lasting, tmp_path / "run", python)
    assert launched == [run_id]
    assert reason in messages(lasting, run_id)
    assert not servers()
