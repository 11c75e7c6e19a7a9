"""A fork that works beside its parent, and ends with it."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import psutil
import pytest

from pytoon_pipeline.runtime import stopping, worker_process
from pytoon_pipeline.runtime.processes import peak_memory
from pytoon_pipeline.runtime.worker_process import Send, WorkerProcess, may_fork

ENDS_WITHIN, LARGE = 30.0, 100 << 20
# A parent that is killed while its fork works for ever.
PARENT = """
import time
from pytoon_pipeline.runtime.worker_process import WorkerProcess
def work(order, send):
    send("working")
    while True:
        time.sleep(0.1)
worker = WorkerProcess(work, lambda message: print(worker.pid, flush=True), lambda: None)
worker.send("order")
time.sleep(600)
"""


def doubled(order: int, send: Send) -> None:
    send(2 * order)


def endless(order: str, send: Send) -> None:
    send(order)
    while True:
        stopping.check()
        time.sleep(0.01)


def started(work: Any) -> "tuple[WorkerProcess, SimpleQueue[Any]]":
    """The process, and what it tells; None when it has ended."""
    told: SimpleQueue[Any] = SimpleQueue()
    return WorkerProcess(work, told.put, lambda: told.put(None)), told


def test_it_works_on_orders_until_it_is_closed() -> None:
    worker, told = started(doubled)
    for order in (1, 2):
        worker.send(order)
        assert told.get(timeout=ENDS_WITHIN) == 2 * order
    worker.close()
    assert told.get(timeout=ENDS_WITHIN) is None
    assert not psutil.pid_exists(worker.pid)


def test_it_stops_its_work_when_it_is_closed() -> None:
    worker, told = started(endless)
    worker.send("begun")
    assert told.get(timeout=ENDS_WITHIN) == "begun"
    worker.close()
    assert not psutil.pid_exists(worker.pid)


def test_signals_are_for_its_parent() -> None:
    worker, told = started(doubled)
    worker.send(1)
    told.get(timeout=ENDS_WITHIN)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(worker.pid, number)
    worker.send(2)
    assert told.get(timeout=ENDS_WITHIN) == 4
    worker.close()


def test_its_parent_is_told_when_it_dies() -> None:
    worker, told = started(endless)
    os.kill(worker.pid, signal.SIGKILL)
    assert told.get(timeout=ENDS_WITHIN) is None
    worker.send("nobody takes it")
    worker.close()


def test_it_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    worker.wait(ENDS_WITHIN)


def test_its_memory_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def filled(order: int, send: Send) -> None:
        kept = b"x" * order
        send(len(kept))

    before = peak_memory()
    worker, told = started(filled)
    worker.send(LARGE)
    assert told.get(timeout=ENDS_WITHIN) == LARGE
    assert peak_memory() >= before + LARGE
    worker.close()


@pytest.mark.parametrize("more", [0, 1])
def test_a_process_with_threads_of_a_library_does_not_fork(
    more: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(threading.active_count() + more):
        (tmp_path / str(number)).touch()
    monkeypatch.setattr(worker_process, "THREADS", str(tmp_path))
    assert may_fork() is not bool(more)
