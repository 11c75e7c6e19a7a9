"""Commands that a standby process runs. One that runs by itself imports pydantic, and one that is served does not."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from pytoon_pipeline.cli import standby_client, standby_server
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.daemon_harness import wait_until

COMMAND = (sys.executable, "-X", "importtime", "-m", "pytoon_pipeline.cli.main")
LONG, OFTEN = 120, 0.05


@pytest.fixture(scope="module")
def runtime_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runtime")


@pytest.fixture(scope="module")
def process(runtime_folder: Path) -> Iterator[psutil.Process]:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime_folder)}
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "standby"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert "Ctrl-C ends it" in started.stdout.readline()
        yield psutil.Process(started.pid)
        started.send_signal(signal.SIGINT)
        assert started.wait(LONG) == 0
        assert started.stdout.read() == "Stopped.\n"
    assert not list((runtime_folder / "pytoon").iterdir()), "the socket is gone"


@pytest.fixture
def environment(tmp_path: Path, runtime_folder: Path, process: psutil.Process) -> dict[str, str]:
    own = {"PYTOON_HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(runtime_folder)}
    return {**os.environ, "PYTOON_TRANSCRIBER": "pocketsphinx", **own}


def run(environment: Mapping[str, str], *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], env=environment, cwd=folder, capture_output=True, text=True)


def is_served(done: subprocess.CompletedProcess[str]) -> bool:
    return "pydantic" not in done.stderr


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if not line.startswith("import time:")]


def test_a_command_says_and_answers_what_it_would_without(environment: dict[str, str], tmp_path: Path) -> None:
    asked = ("render", "missing.mp4", "--json")
    served = run(environment, *asked, folder=tmp_path)
    alone = run({**environment, "XDG_RUNTIME_DIR": str(tmp_path)}, *asked, folder=tmp_path)
    assert (is_served(served), is_served(alone)) == (True, False)
    assert served.returncode == alone.returncode == 1
    assert served.stdout == alone.stdout
    assert said(served) == said(alone)


def test_it_runs_in_the_folder_with_the_variables_and_the_umask_of_the_person(
    environment: dict[str, str], tmp_path: Path
) -> None:
    media.video(tmp_path / "clip.mp4", seconds=1)
    before = os.umask(0o077)
    try:
        done = run(environment, "render", "clip.mp4", folder=tmp_path)
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    assert is_served(done)
    home = tmp_path / "home"
    assert list((home / "outbox").rglob("clip.mp4"))
    events = [json.loads(line)["event"] for file in Home(home).logs.iterdir() for line in file.open()]
    assert "segment" in events, "the process that works ahead logs"
    assert "not_ahead" not in events, "all that the steps ask for is computed there"
    assert stat.S_IMODE(home.stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [(("presets",), {}), (("transcript", "name", "--edit"), {}), (("status",), {"OMP_NUM_THREADS": "7"})],
    ids=["another command", "one that opens an editor", "a variable that libraries read when imported"],
)
def test_other_commands_run_by_themselves(
    arguments: tuple[str, ...], variables: dict[str, str], environment: dict[str, str], tmp_path: Path
) -> None:
    assert not is_served(run({**environment, **variables}, *arguments, folder=tmp_path))


@contextmanager
def rendering(environment: dict[str, str], clip: Path) -> Iterator["subprocess.Popen[str]"]:
    """A render that has begun."""
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(clip)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as client:
        assert client.stderr is not None
        assert "source_media" in client.stderr.readline()
        yield client


def test_ctrl_c_stops_the_command_and_not_the_standby_process(
    environment: dict[str, str], process: psutil.Process, tmp_path: Path
) -> None:
    clip = media.video(tmp_path / "clip.mp4", seconds=20)
    with rendering(environment, clip) as client:
        client.send_signal(signal.SIGINT)
        assert client.wait(LONG) == 128 + signal.SIGINT
        assert client.stderr is not None
        assert "run the same command again to resume" in client.stderr.read()
    assert process.is_running()
    assert not process.children()


def test_a_command_whose_terminal_is_gone_ends(
    environment: dict[str, str], process: psutil.Process, tmp_path: Path
) -> None:
    with rendering(environment, media.video(tmp_path / "clip.mp4", seconds=20)) as client:
        client.kill()
    assert wait_until(lambda: not process.children(), LONG, OFTEN)


def test_a_killed_command_reports_its_signal(
    environment: dict[str, str], process: psutil.Process, tmp_path: Path
) -> None:
    with rendering(environment, media.video(tmp_path / "clip.mp4", seconds=20)) as client:
        (fork,) = process.children()
        fork.kill()
        assert client.wait(LONG) == 128 + signal.SIGKILL


def test_only_one_runs_at_a_time(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", environment["XDG_RUNTIME_DIR"])
    assert main(["standby"]) == 1
    assert "standby_runs" in capsys.readouterr().err


def test_a_folder_that_others_can_write_to_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "pytoon").mkdir()
    (tmp_path / "pytoon").chmod(0o777)
    assert main(["standby"]) == 1
    assert "standby_folder" in capsys.readouterr().err
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(standby_client.socket_path()))
        listener.listen()
        assert standby_client.run_on_standby(["status"]) is None


def test_changed_code_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    path = standby_client.socket_path()
    path.parent.mkdir(mode=0o700)
    with standby_server._listening(path) as listener:
        serving = threading.Thread(target=standby_server.Standby(listener, lambda: False, {}).serve)
        serving.start()
        assert standby_client.run_on_standby(["status"]) is None
        serving.join(LONG)
        assert not serving.is_alive()


def test_it_goes_on_when_nobody_reads_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    monkeypatch.setattr(standby_server, "STANDARD_OUTPUT", writer)
    standby_server.say("Stopped.")
    assert os.read(reader, 100) == b"Stopped.\n"
    os.close(reader)
    standby_server.say("Stopped.")
    os.close(writer)
