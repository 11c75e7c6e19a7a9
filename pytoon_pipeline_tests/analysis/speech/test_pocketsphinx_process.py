"""The processes that decode: they share the models, and end together. A module takes pocketsphinx' place."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from pytoon_pipeline.analysis.speech import pocketsphinx_process

# Notes the loads, and decodes an utterance to its samples and the number of the process. Samples of another word than
# "wait" are for a second process: it notes that it has them before it is killed or hangs, and the first one waits.
MODULE = """
import os, signal, time
from pathlib import Path
from types import SimpleNamespace

notes = Path(os.environ["NOTES"])
notes.touch()

def note(text):
    with notes.open("a") as file:
        file.write(text + "\\n")

class Decoder:
    def __init__(self, **settings):
        self.main, self.name = os.getpid(), settings["maxhmmpf"]
        note(f"load {self.name}")

    def reinit_feat(self): pass
    def start_utt(self): pass
    def end_utt(self): pass

    def process_raw(self, samples, full_utt):
        self.samples = samples.decode()
        if self.samples == "wait":
            time.sleep(0.3)
        elif os.getpid() == self.main:
            while "taken" not in notes.read_text():
                time.sleep(0.05)
            time.sleep(0 if self.samples == "kill" else 600)
        else:
            note(f"taken {os.getpid()}")
            os.kill(os.getpid(), signal.SIGKILL if self.samples == "kill" else signal.SIGSTOP)

    def seg(self):
        word = f"{self.name} {self.samples} {os.getpid()}"
        return [SimpleNamespace(word=word, start_frame=0, end_frame=1, prob=1.0)]
"""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pocketsphinx.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    return tmp_path / "notes"


def start(utterances: Sequence[tuple[int, bytes]], processes: int) -> subprocess.Popen[bytes]:
    order = {"passes": [{"maxhmmpf": 1}, {"maxhmmpf": 2}], "processes": processes}
    command = [sys.executable, "-m", pocketsphinx_process.__name__, json.dumps(order)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    lengths = [(number, len(samples)) for number, samples in utterances]
    process.stdin.write(json.dumps(lengths).encode() + b"\n" + b"".join(samples for _, samples in utterances))
    process.stdin.close()
    return process


def test_processes_share_the_models_and_the_work(notes: Path) -> None:
    with start([(0, b"wait"), (1, b"wait"), (0, b"wait")], 3) as process:
        assert process.stdout is not None
        found = [segments[0][0].split() for segments in json.load(process.stdout)]
    assert process.returncode == 0
    assert [one[:2] for one in found] == [["1", "wait"], ["2", "wait"], ["1", "wait"]]
    assert len({one[2] for one in found}) > 1
    assert notes.read_text().splitlines() == ["load 1", "load 2"]


def test_a_killed_process_ends_all(notes: Path) -> None:
    with start([(0, b"kill"), (0, b"kill")], 2) as process:
        assert process.wait(20) == pocketsphinx_process.KILLED


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not end a process with its parent")
def test_processes_end_with_the_first(notes: Path) -> None:
    with start([(0, b"hang"), (0, b"hang")], 2) as process:
        while not (notes.exists() and "taken" in notes.read_text()):
            time.sleep(0.05)
        fork = int(notes.read_text().split("taken ")[1])
        process.kill()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{fork}").exists() and "State:\tZ" not in Path(f"/proc/{fork}/status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
