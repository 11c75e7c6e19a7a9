"""Scratch directories."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.runtime.scratch import scratch_dir


def test_scratch_directories_of_killed_processes_are_removed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from pytoon_pipeline.runtime.scratch import scratch_dir\n"
        "with scratch_dir(Path(sys.argv[1])) as room:\n"
        "    (room / 'half').write_text('x'); print('ready', flush=True); time.sleep(3600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with scratch_dir(tmp_path):
            assert len(list(tmp_path.glob("scratch-*/half"))) == 1, "a live process keeps its directory"
        process.send_signal(signal.SIGKILL)
    time.sleep(0.05)
    with scratch_dir(tmp_path) as room:
        assert {path.name for path in tmp_path.iterdir()} == {room.name, f"{room.name}.lock", "mutex"}


def test_concurrent_scratch_directories_do_not_remove_each_other(tmp_path: Path) -> None:
    def use(number: int) -> bool:
        with scratch_dir(tmp_path) as room:
            (room / "file").write_text(str(number))
            time.sleep(0.002)
            return (room / "file").read_text() == str(number)

    with ThreadPoolExecutor(16) as workers:
        assert all(workers.map(use, range(400)))
    assert [path.name for path in tmp_path.iterdir()] == ["mutex"]


def test_a_process_that_must_end_at_once_removes_its_scratch_directories(tmp_path: Path) -> None:
    with scratch_dir(tmp_path) as outer, scratch_dir(tmp_path) as inner:
        (inner / "half").write_text("x")
        stopping.clean_up()
        assert not outer.exists()
        assert [path.name for path in tmp_path.iterdir()] == ["mutex"]
