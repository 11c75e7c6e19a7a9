"""Processes that fork from a server: each ends on its own, and the server ends with its connection."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import psutil
import pytest

from pytoon_pipeline.runtime.fork_server import ForkServer, ForkServerDied
from pytoon_pipeline.settings import child_environment
from pytoon_pipeline_tests.harness import forking_program
from pytoon_pipeline_tests.harness.daemon_harness import wait_until

LONG, OFTEN = 120, 0.02


@pytest.fixture
def server() -> Iterator[ForkServer]:
    server = ForkServer(forking_program.__name__, child_environment())
    yield server
    for one in (psutil.Process(server.pid), *psutil.Process(server.pid).children()) if not server.ended() else ():
        one.kill()
    assert wait_until(server.ended, LONG, OFTEN)


def forked(server: ForkServer, path: Path) -> int:
    number = server.fork(str(path))
    assert wait_until(lambda: path.exists() and bool(path.read_text()), LONG, OFTEN)
    assert path.read_text() == f"{number} {server.pid} True 1", "a single thread, which signals end"
    return number


def end(path: Path, code: int = 0) -> None:
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(str(code))
    unfinished.rename(path.with_suffix(".end"))


def failure(path: Path) -> str:
    file = path.with_suffix(".failed")
    assert wait_until(lambda: file.exists() and bool(file.read_text()), LONG, OFTEN)
    return file.read_text()


def test_a_fork_that_fails_or_is_killed_is_reported_and_others_go_on(server: ForkServer, tmp_path: Path) -> None:
    killed, failing, working = (tmp_path / name for name in ("killed", "failing", "working"))
    numbers = [forked(server, path) for path in (killed, failing, working)]
    assert (len(set(numbers)), server.forks) == (3, 3)
    os.kill(numbers[0], signal.SIGKILL)
    end(failing, 3)
    assert (failure(killed), failure(failing)) == ("-9", "3")
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(server.pid, number)
    forked(server, tmp_path / "later")
    for path in (working, tmp_path / "later"):
        end(path)
    server.close()
    assert wait_until(server.ended, LONG, OFTEN)
    assert not (tmp_path / "working.failed").exists(), "it ended in order"


def test_the_server_ends_only_after_its_forks(server: ForkServer, tmp_path: Path) -> None:
    fork = psutil.Process(forked(server, tmp_path / "fork"))
    server.close()
    assert not wait_until(server.ended, 0.3, OFTEN)
    end(tmp_path / "fork", 4)
    assert failure(tmp_path / "fork") == "4"
    assert wait_until(lambda: server.ended() and not fork.is_running(), LONG, OFTEN)


def test_a_killed_server_is_noticed_and_its_forks_go_on(server: ForkServer, tmp_path: Path) -> None:
    fork = psutil.Process(forked(server, tmp_path / "fork"))
    os.kill(server.pid, signal.SIGKILL)
    assert wait_until(server.ended, LONG, OFTEN)
    with pytest.raises(BrokenPipeError):
        server.fork(str(tmp_path / "never"))
    end(tmp_path / "fork")
    assert wait_until(lambda: not fork.is_running(), LONG, OFTEN)


def test_a_server_that_dies_instead_of_answering_may_have_started_the_process(
    server: ForkServer, tmp_path: Path
) -> None:
    os.kill(server.pid, signal.SIGSTOP)
    Timer(0.1, os.kill, (server.pid, signal.SIGKILL)).start()
    with pytest.raises(ForkServerDied):
        server.fork(str(tmp_path / "perhaps"))
