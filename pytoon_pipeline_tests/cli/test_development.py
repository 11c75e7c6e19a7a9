"""The command ``dev``. Dagster is not set up, and is replaced by a program that reports how it was started."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytoon_pipeline.cli import development
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.delivery.file_server import serving
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service import setup

REPORT = """
import json, os, sys, urllib.request
names = ("DAGSTER_HOME", "PYTOON_HOME", "PYTOON_FILES_URL", "PYTOON_UI_URL")
found = {name: os.environ[name] for name in names}
page = urllib.request.urlopen(found["PYTOON_FILES_URL"]).read().decode()
print(json.dumps({**found, "arguments": sys.argv[1:], "page": "Videos" in page}), file=open(os.environ["REPORT"], "w"))
"""
WAITS = """
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit(7))
print("ready", flush=True)
time.sleep(60)
"""
STARTS = """
import signal, sys
from pytoon_pipeline.cli import development, main
if sys.argv[2:] == ["in the background"]:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
from pytoon_pipeline.service import setup
setup.setup = lambda *arguments: None
development.DAGSTER = (sys.executable, "-c", sys.argv[1])
sys.exit(main.main(["dev", "--port", "0", "--files-port", "0"]))
"""


def test_dagster_and_the_videos_are_served_and_know_of_each_other(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REPORT", str(tmp_path / "report"))
    home.dagster.mkdir(parents=True)
    monkeypatch.setattr(setup, "setup", lambda *arguments: None)
    monkeypatch.setattr(development, "DAGSTER", (sys.executable, "-c", REPORT))
    assert main(["dev", "--port", "0", "--files-port", "0"]) == 0
    report = json.loads((tmp_path / "report").read_text())
    assert report["page"]
    assert (report["PYTOON_HOME"], report["DAGSTER_HOME"]) == (str(home.root), str(home.dagster))
    assert report["arguments"][-2:] == ["--log-level", "warning"]
    first, second, third = capsys.readouterr().out.splitlines()
    assert report["PYTOON_UI_URL"] in first
    assert str(home.inbox) in second
    assert report["PYTOON_FILES_URL"] in third


@pytest.mark.parametrize(("number", "more"), [(signal.SIGINT, ()), (signal.SIGTERM, ("in the background",))])
def test_ending_it_ends_dagster_in_order(home: Home, number: int, more: tuple[str, ...]) -> None:
    """A shell makes background jobs ignore Ctrl-C; Dagster must still be interrupted."""
    home.dagster.mkdir(parents=True)
    command = [sys.executable, "-c", STARTS, WAITS, *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "ready\n":
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(30) == 7
        assert process.stdout.read().split() == ["Stopping", "…", "Stopped."]


def test_it_says_when_the_pages_answer(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    said = ""
    with serving(home, 0) as url, development._announcing(url):
        while f"Ready: {url}\n" not in said:
            time.sleep(0.05)
            said += capsys.readouterr().out


@pytest.mark.parametrize("command", [("dev", "--port"), ("dev", "--files-port"), ("engine", "serve", "--port")])
@pytest.mark.parametrize("value", ["99999", "-1", "x", "²", "9" * 5000])
def test_a_wrong_port_is_wrong_usage(command: tuple[str, ...], value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*command, value])
    assert caught.value.code == 2
    assert "is not a port: use a number from 0 to 65535" in capsys.readouterr().err or value == "-1"
