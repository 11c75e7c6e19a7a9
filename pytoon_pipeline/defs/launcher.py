"""The run launcher of ``dagster.yaml``: the process of a run forks from one that has imported everything.

As with Dagster's default launcher, which starts a new Python for every run, each run has a process of its own. The
process from which runs fork starts with the first run. It is replaced after a number of runs and when the code has
changed, and ends when no run has started for a while, or with the process that launches runs.
"""

import json
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Timer
from typing import Any

import dagster as dg

import pytoon_pipeline
from pytoon_pipeline.runtime.fork_server import CAN_FORK, ForkServer
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import holder, interrupt
from pytoon_pipeline.settings import child_environment

# A program of its own: importing it here would import what runs need into every process that opens the instance.
RUN_WORKER = "pytoon_pipeline.defs.run_worker"
# Bounds what a leak of memory in that process could cost. Its imports take as long as those of one run before.
MAX_FORKS = 50
# It occupies 0.3 GB of memory, which an idle daemon should not keep.
MAX_IDLE_SECONDS = 300.0


class ForkingRunLauncher(dg.DefaultRunLauncher):
    """Launches runs as forks. Where that is not possible, the default launcher starts them, and the run says why."""

    def __init__(self, inst_data: Any = None) -> None:
        super().__init__(inst_data)
        self._servers = Servers()

    def launch_run(self, context: Any) -> None:
        """Starts the process of a run. Raises ``ForkServerDied`` when that may have failed."""
        run: dg.DagsterRun = context.dagster_run
        if reason := _cannot_fork(run):
            self._instance.report_engine_event(f"Dagster's default launcher starts this run: {reason}.", run)
            super().launch_run(context)
        else:
            self._servers.fork(_order(self._instance, run))

    def terminate(self, run_id: str) -> bool:
        """Interrupts the process of a run, from any process on its machine."""
        lock, run = Home.locate().run_lock(run_id), self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished or holder(lock) is None:
            by_default: Callable[[str], bool] = super().terminate
            return by_default(run_id)
        self._instance.report_run_canceling(run)
        return interrupt(lock)

    def dispose(self) -> None:
        """Lets the process from which runs fork end with its last run."""
        self._servers.retire()
        super().dispose()


class Servers:
    """The server from which processes fork now, and when it is replaced."""

    def __init__(self, max_forks: int = MAX_FORKS, max_idle_seconds: float = MAX_IDLE_SECONDS) -> None:
        self._max_forks, self._max_idle_seconds = max_forks, max_idle_seconds
        # The queue launches runs in several threads.
        self._lock = Lock()
        self._current: ForkServer | None = None
        self._version: object = None
        self._retired: list[ForkServer] = []
        self._idle: Timer | None = None

    def fork(self, order: str) -> int:
        """Starts a process that executes ``order``. Returns its number. Raises ``ForkServerDied``."""
        with self._lock:
            try:
                number = self._server().fork(order)
            except BrokenPipeError:
                # The server was killed since the run before. It has not taken this one.
                self._close()
                number = self._server().fork(order)
            self._wait_until_idle()
            return number

    def retire(self) -> None:
        """Lets the server end with its last fork."""
        with self._lock:
            self._close()

    def _server(self) -> ForkServer:
        version = code_version()
        if self._current is not None and (self._current.forks >= self._max_forks or version != self._version):
            self._close()
        if self._current is None:
            self._current, self._version = ForkServer(RUN_WORKER, child_environment()), version
        return self._current

    def _close(self) -> None:
        # Asking whether they have ended frees the entries of ended ones in the table of processes.
        self._retired = [server for server in self._retired if not server.ended()]
        if self._current is not None:
            self._current.close()
            self._retired.append(self._current)
            self._current = None

    def _wait_until_idle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = Timer(self._max_idle_seconds, self.retire)
        self._idle.daemon = True
        self._idle.start()


def code_version() -> object:
    """Changes with every edit of the package and with every installed distribution."""
    files = Path(pytoon_pipeline.__file__).parent.rglob("*.py")
    installed = Path(sysconfig.get_path("purelib"))
    return frozenset((path, _mtime(path)) for path in (*files, installed))


def _mtime(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        # An editor is replacing it.
        return 0


def _order(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """The input of ``dagster api execute_run``."""
    origin, ref = (json.loads(dg.serialize_value(one)) for one in (run.job_code_origin, instance.get_ref()))
    fields = {"pipeline_run_id": run.run_id, "pipeline_origin": origin, "instance_ref": ref}
    return json.dumps({"__class__": "ExecuteRunArgs", **fields})


def _cannot_fork(run: dg.DagsterRun) -> str | None:
    """Why a run cannot be a fork of a process of this Python, if so."""
    if not CAN_FORK:
        return f"processes cannot fork safely on {sys.platform}"
    origin = run.job_code_origin
    if origin is None or origin.repository_origin.executable_path != sys.executable:
        return "its code location has another Python"
    return None
