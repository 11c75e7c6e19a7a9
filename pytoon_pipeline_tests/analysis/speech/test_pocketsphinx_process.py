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

# Notes the loads. Of an utterance it finds as many words as it has characters, each with the number of the process.
# "kill" and "stop" are for a second process: it notes that it has them before this happens to it, and the first waits.
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
        self.main, self.name = os.getpid(), settings["name"]
        note(f"load {self.name}")

    def reinit_feat(self): pass
    def start_utt(self): pass
    def end_utt(self): pass

    def process_raw(self, samples, full_utt):
        self.samples = samples.decode()
        if self.samples not in ("kill", "stop"):
            time.sleep(0.3)
        elif os.getpid() == self.main:
            while "taken" not in notes.read_text():
                time.sleep(0.05)
            time.sleep(0 if self.samples == "kill" else 600)
        else:
            note(f"taken {os.getpid()}")
            os.kill(os.getpid(), signal.SIGKILL if self.samples == "kill" else signal.SIGSTOP)

    def seg(self):
        prob = {"s": 1.1, "d": 0.5, "m": 0.05}.get(self.samples[0], 0)
        word = f"{self.name} {os.getpid()}"
        return [SimpleNamespace(word=word, start_frame=0, end_frame=1, prob=prob) for _ in self.samples]
"""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pocketsphinx.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    return tmp_path / "notes"


def start(utterances: Sequence[bytes], processes: int) -> subprocess.Popen[bytes]:
    order = {"passes": [{"name": "first"}, {"name": "second"}], "processes": processes}
    command = [sys.executable, "-m", pocketsphinx_process.__name__, json.dumps(order)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    lengths = [(len(samples), len(samples)) for samples in utterances]
    process.stdin.write(json.dumps(lengths).encode() + b"\n" + b"".join(2 * samples for samples in utterances))
    process.stdin.close()
    return process


def decoded(utterances: Sequence[bytes], processes: int) -> list[pocketsphinx_process.Found]:
    with start(utterances, processes) as process:
        assert process.stdout is not None
        found: list[pocketsphinx_process.Found] = json.load(process.stdout)
    assert process.returncode == 0
    return found


def test_processes_share_the_models_and_the_work(notes: Path) -> None:
    found = decoded([b"sss", b"ss", b"s", b"sss"], 3)
    assert [len(words) for words, _ in found] == [3, 2, 1, 3]
    assert len({words[0][0] for words, _ in found}) > 1
    assert notes.read_text().splitlines() == ["load first", "load second"]


def test_only_words_in_doubt_are_decoded_a_second_time(notes: Path) -> None:
    sure, doubtful, few, music = decoded([b"ssssss", b"dddddd", b"ss", b"mmmmmm"], 1)
    assert sure[1] is None
    assert music[1] is None
    for words, again in (doubtful, few):
        assert again is not None
        assert words[0][0].startswith("first")
        assert again[0][0].startswith("second")
    assert sure[0][0][3] == 1.0


def test_a_killed_process_ends_all(notes: Path) -> None:
    with start([b"kill", b"kill"], 2) as process:
        assert process.wait(20) == pocketsphinx_process.KILLED


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not end a process with its parent")
def test_processes_end_with_the_first(notes: Path) -> None:
    with start([b"stop", b"stop"], 2) as process:
        while not (notes.exists() and "taken" in notes.read_text()):
            time.sleep(0.05)
        fork = int(notes.read_text().split("taken ")[1])
        process.kill()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{fork}").exists() and "State:\tZ" not in Path(f"/proc/{fork}/status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
