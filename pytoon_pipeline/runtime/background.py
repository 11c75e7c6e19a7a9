"""Work in the background of a run: threads that are stopped at its end."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context

from pytoon_pipeline.runtime import stopping

# How long the end of a run waits for threads that were asked to stop.
STOP_SECONDS = 0.5


class Background:
    """The threads of one run."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._started: set[str] = set()
        self._end = threading.Event()
        self._lock = threading.Lock()

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Starts ``work`` in a thread, unless the run has started work of that name before, or is ending."""
        with self._lock:
            if name in self._started or self._end.is_set():
                return
            self._started.add(name)
            # Daemon threads: no work that nobody waits for may keep a process alive.
            thread = threading.Thread(target=copy_context().run, args=(self._run, work), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, work: Callable[[], None]) -> None:
        with stopping.canceled_by(self._end):
            work()

    def stop(self) -> None:
        """Asks all threads to stop and waits for them, though not for a library that does not look."""
        with self._lock:
            self._end.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))


_running: list[Background] = []


@contextmanager
def background() -> Iterator[Background]:
    """The background of the run that this process works on; its threads are stopped at the end of the block.

    Inside another such block it is the same background.
    """
    if _running:
        yield _running[0]
        return
    _running.append(found := Background())
    try:
        yield found
    finally:
        _running.remove(found)
        found.stop()


def current() -> Background | None:
    """The background of the run that this process works on, if there is one."""
    return _running[0] if _running else None
