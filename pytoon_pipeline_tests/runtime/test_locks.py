"""Locks and concurrency slots."""

import subprocess
import sys
from pathlib import Path
from threading import Event, Timer

from pytoon_pipeline.runtime.locks import slot


def test_slots_are_exclusive_and_freed_when_their_holder_dies(tmp_path: Path) -> None:
    held = "import sys,time; from pathlib import Path; from pytoon_pipeline.runtime.locks import slot\n"
    held += "with slot(Path(sys.argv[1]), 'encoder', 1): print('held', flush=True); time.sleep(3600)"
    with subprocess.Popen([sys.executable, "-c", held, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        killed = Event()

        def kill() -> None:
            killed.set()
            holder.kill()

        Timer(0.5, kill).start()
        with slot(tmp_path, "encoder", 1):
            assert killed.is_set(), "not before its holder was killed"
    with slot(tmp_path, "encoder", 2), slot(tmp_path, "encoder", 2), slot(tmp_path, "transcriber", 1):
        pass
