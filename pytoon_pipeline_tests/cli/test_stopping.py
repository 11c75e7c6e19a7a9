"""Commands that a person stops: how fast they end, what they say, and what they leave."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import dagster as dg
import psutil
import pytest

from pytoon_pipeline.cli.stopping import MESSAGE
from pytoon_pipeline.runtime import processes, stopping
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline_tests.harness import media

# It takes less than two seconds alone; other work on the machine may slow it down.
PATIENCE_SECONDS, END_SECONDS = 300.0, 10.0


def stopped(home: Path, clip: Path, moment: str, number: signal.Signals, *options: str) -> tuple[int, str, str]:
    """Renders, and sends a signal when standard error has ``moment``. Gives exit code, output and errors."""
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(clip), *options]
    environment = dict(os.environ, PYTOON_HOME=str(home), PYTOON_TRANSCRIBER="pocketsphinx")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        said = ""
        while moment and moment not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        while not handles(process.pid, signal.SIGHUP):
            time.sleep(0.02)
        children = psutil.Process(process.pid).children(recursive=True)
        began = time.monotonic()
        process.send_signal(number)
        output, rest = process.communicate(timeout=PATIENCE_SECONDS)
        assert time.monotonic() - began < END_SECONDS
    psutil.wait_procs(children, timeout=2)
    assert not [child for child in children if child.is_running()]
    return process.returncode, output, said + rest


def handles(process: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal; Python itself has one for SIGINT only."""
    (mask,) = re.findall(r"^SigCgt:\s*(\w+)", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    return bool(int(mask, 16) >> (number - 1) & 1)


def test_a_render_ends_at_any_moment_and_the_same_command_resumes(tmp_path: Path) -> None:
    home, clip = tmp_path / "home", media.video(tmp_path / "clip.mp4", 4, sound=False)
    for moment, number in {"": signal.SIGINT, "metadata": signal.SIGTERM}.items():
        code, output, said = stopped(home, clip, moment, number)
        assert (code, output) == (128 + number, ""), said
        assert said.endswith(f"{MESSAGE}\n")
        assert said.count(MESSAGE) == 1
        assert "Traceback" not in said
    code, output, said = stopped(home, clip, "render_spec", signal.SIGINT, "--json")
    assert (code, json.loads(output)["error"]["code"]) == (130, "stopped")
    assert "metadata           cached" in said, "what was finished before is kept"
    with dg.DagsterInstance.from_config(str(Home(home).dagster)) as instance:
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.CANCELED] * 2
    # On a slow machine the process may have ended while a thread still wrote; the next command removes what it left.
    with scratch_dir(Home(home).work):
        pass
    left = [path for path in home.rglob("*") if path.suffix == ".part" or path.name.startswith("scratch-")]
    assert left == []
    assert not (home / "outbox").exists()


def test_a_program_ends_with_the_wish_to_stop() -> None:
    began = time.monotonic()
    stop = threading.Event()

    def request() -> None:
        with stopping.requested_until_here():
            stop.wait()

    timer = threading.Timer(0.3, request)
    timer.start()
    try:
        with pytest.raises(stopping.Stopped):
            processes.run([sys.executable, "-c", "import time; time.sleep(3600)"])
    finally:
        stop.set()
        timer.join()
    assert time.monotonic() - began < PATIENCE_SECONDS
    big = b"x" * 1_000_000
    echo = "import sys, time; time.sleep(0.5); sys.stdout.buffer.write(sys.stdin.buffer.read())"
    assert processes.run([sys.executable, "-c", echo], big) == processes.Ended(0, big, b"")
    with pytest.raises(TimeoutError):
        processes.run([sys.executable, "-c", "import time; time.sleep(3600)"], timeout=0.1)


def test_what_is_left_to_do_is_done_when_the_process_must_end() -> None:
    code = (
        "import time\n"
        "from pytoon_pipeline.cli.stopping import stoppable\n"
        "from pytoon_pipeline.runtime.stopping import cleanup\n"
        "with stoppable(), cleanup(lambda: print('cleaned', flush=True)):\n"
        "    said = ['ready']\n"
        "    while True:\n"
        "        try:\n"
        "            if said:\n"
        "                print(said.pop(), flush=True)\n"
        "            time.sleep(3600)\n"
        "        except KeyboardInterrupt:\n"
        "            pass\n"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdout=pipe, stderr=pipe, text=True) as deaf:
        assert deaf.stdout is not None
        assert deaf.stdout.readline() == "ready\n"
        deaf.send_signal(signal.SIGHUP)
        output, errors = deaf.communicate(timeout=PATIENCE_SECONDS)
    assert (deaf.returncode, output, errors.strip()) == (129, "cleaned\n", MESSAGE)
