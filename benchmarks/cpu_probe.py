"""Records the processor time of a Python process, and how much of it went into imports.

``benchmarks/throughput.py`` puts this file as ``sitecustomize.py`` on the path of the processes that it measures. Each
one appends a JSON object to the file that ``CPU_PROBE`` names when it ends in order; forks count for themselves.
"""

import atexit
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn


class Probe:
    """The processor time of this process since it began, or since it was forked; in seconds."""

    def __init__(self) -> None:
        self._own = threading.local()
        self._lock = threading.Lock()
        self._before = 0.0
        self.imports = 0.0
        self.before_steps: float | None = None

    def start_fork(self) -> None:
        self.__init__()  # type: ignore[misc]
        self._before = time.process_time()

    def imported(self, find: Callable[..., Any]) -> Callable[..., Any]:
        """``find``, with the time that its outermost calls take added up."""

        def timed(*arguments: Any) -> Any:
            if getattr(self._own, "importing", False):
                return find(*arguments)
            self._own.importing = True
            began = time.thread_time()
            try:
                return find(*arguments)
            finally:
                self._own.importing = False
                with self._lock:
                    self.imports += time.thread_time() - began

        return timed

    def notice(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The output of the first step goes to a file of this name: what was spent before it."""
        if event == "open" and self.before_steps is None and str(arguments[0]).endswith(".out"):
            self.before_steps = self._spent()

    def write(self) -> None:
        times = os.times()
        record = {
            "pid": os.getpid(), "imports": self.imports, "before_steps": self.before_steps, "own": self._spent(),
            "children": times.children_user + times.children_system,
        }  # fmt: skip
        descriptor = os.open(os.environ["CPU_PROBE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(descriptor, (json.dumps(record) + "\n").encode())
        os.close(descriptor)

    def _spent(self) -> float:
        return time.process_time() - self._before


def install() -> None:
    probe, machinery, leave = Probe(), sys.modules["_frozen_importlib"], os._exit

    def leave_recorded(code: int) -> NoReturn:
        probe.write()
        leave(code)

    setattr(machinery, "_find_and_load", probe.imported(machinery._find_and_load))  # noqa: B010
    setattr(os, "_exit", leave_recorded)  # noqa: B010
    os.register_at_fork(after_in_child=probe.start_fork)
    sys.addaudithook(probe.notice)
    atexit.register(probe.write)


if "CPU_PROBE" in os.environ:
    install()
