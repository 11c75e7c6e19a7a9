"""Locks and concurrency slots."""

import subprocess
import sys
import threading
from pathlib import Path
from threading import Event, Timer

import pytest

from pytoon_pipeline.contracts.progress import Resumed, Waiting
from pytoon_pipeline.runtime import locks
from pytoon_pipeline.runtime.locks import (
    count_abandoned,
    count_held,
    holder,
    interrupt,
    is_abandoned,
    remove_abandoned_locks,
    run_lock,
    slot,
)
from pytoon_pipeline.runtime.progress import listen


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


def test_the_holder_of_a_run_lock_can_be_interrupted_if_it_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.lock"
    assert not interrupt(path), "there is no lock"
    with run_lock(path):
        assert not interrupt(path), "a test must not be interrupted"
    held = "import sys,time; from pathlib import Path; from pytoon_pipeline.runtime.locks import run_lock\n"
    held += "with run_lock(Path(sys.argv[1]), interruptible=True): print('held', flush=True); time.sleep(3600)"
    command = [sys.executable, "-c", held, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert holder(path) == process.pid
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(locks, "_process_table", lambda: "another container")
            assert not interrupt(path), "there the number means another process"
        assert interrupt(path)
        assert b"KeyboardInterrupt" in process.communicate()[1]
    assert not path.exists()
    path.write_text(f"{process.pid} {locks._process_table()}")
    assert not interrupt(path), "nobody holds it"


def test_a_run_lock_is_abandoned_when_its_process_ends_and_gone_when_it_is_released(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "run.lock"
    with run_lock(path):
        assert (is_abandoned(path), count_held(path.parent), count_abandoned(path.parent)) == (False, 1, 0)
        remove_abandoned_locks(path.parent)
        assert path.exists()
    assert (path.exists(), is_abandoned(path)) == (False, False)
    held = "import sys,time; from pathlib import Path; from pytoon_pipeline.runtime.locks import run_lock\n"
    held += "with run_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(3600)"
    with subprocess.Popen([sys.executable, "-c", held, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert not is_abandoned(path)
        holder.kill()
    assert (is_abandoned(path), count_held(path.parent), count_abandoned(path.parent)) == (True, 0, 1)
    remove_abandoned_locks(path.parent)
    assert list(path.parent.iterdir()) == []


def test_who_waits_for_a_slot_is_told_for_whom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)
    events: list[object] = []
    freed = threading.Event()

    def hold() -> None:
        with slot(tmp_path, "encoder", 1, "render", "bunny"):
            held.set()
            freed.wait()

    held = Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    Timer(0.5, freed.set).start()
    with listen(events.append), slot(tmp_path, "encoder", 1, "render", "other"):
        pass
    holder.join()
    assert events == [Waiting("Waiting for another render (run of bunny, since 0 s)"), Resumed()]
    with listen(events.append), slot(tmp_path, "encoder", 1):
        (tmp_path / "encoder-0").write_text("not JSON")
    assert len(events) == 2


def test_several_slots_are_held_together_or_not_at_all(tmp_path: Path) -> None:
    entered = Event()

    def want() -> None:
        with slot(tmp_path, "gpu", 3, wanted=2):
            entered.set()

    with slot(tmp_path, "gpu", 3, wanted=2):
        other = threading.Thread(target=want)
        other.start()
        assert not entered.wait(3 * locks.SLOT_POLL_SECONDS), "one free slot is not enough"
        with slot(tmp_path, "gpu", 3):
            pass
    other.join()
    assert entered.is_set()
