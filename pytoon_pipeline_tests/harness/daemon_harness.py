"""A home with a running daemon, for measuring unattended operation."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import psutil
import yaml

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.defs.launcher import RUN_WORKER
from pytoon_pipeline.operations.status import status_report
from pytoon_pipeline.runtime.home import Home

DAEMON = (str(Path(sys.executable).with_name("dagster-daemon")), "run", "-m", "pytoon_pipeline.definitions")


@dataclass
class Daemon:
    """The daemon of one home, in a process group of its own; with it, the code server and the runs that it starts."""

    home: Home
    env: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def environment(self) -> dict[str, str]:
        own = {"PYTOON_HOME": str(self.home.root), "DAGSTER_HOME": str(self.home.dagster)}
        return {**os.environ, "PYTOON_TRANSCRIBER": "pocketsphinx", **own, **self.env}

    def start(self, setup: bool = True) -> None:
        """Starts the daemon; its output goes to ``daemon.log`` in the home."""
        if setup:
            command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "setup"]
            subprocess.run(command, env=self.environment, check=True, stdout=subprocess.DEVNULL)
        with (self.home.root / "daemon.log").open("ab") as log:
            self.process = subprocess.Popen(
                DAEMON, env=self.environment, stdout=log, stderr=log, start_new_session=True, cwd=self.home.root
            )

    def processes(self) -> list[psutil.Process]:
        """The daemon and all that it has started."""
        if self.process is None:
            return []
        try:
            daemon = psutil.Process(self.process.pid)
            return [daemon, *daemon.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def fork_servers(self) -> list[psutil.Process]:
        """The processes from which runs fork."""
        found = self.processes()
        return [one for one in found if found and parent_of(one) == found[0].pid and RUN_WORKER in command_of(one)]

    def runs(self) -> list[psutil.Process]:
        """The processes of runs."""
        servers = {one.pid for one in self.fork_servers()}
        return [one for one in self.processes() if parent_of(one) in servers]

    def stop(self) -> None:
        """Ends the daemon and all that it has started."""
        left = self.processes()
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for one in left:
            with suppress(psutil.NoSuchProcess):
                one.kill()


@contextmanager
def daemon_running(daemon: Daemon) -> Iterator[None]:
    """The daemon works while the block runs."""
    daemon.home.root.mkdir(parents=True, exist_ok=True)
    daemon.start()
    try:
        yield
    finally:
        daemon.stop()


@contextmanager
def memory_of(daemon: Daemon) -> Iterator[dict[str, float]]:
    """Samples the memory of all processes of a daemon: ``peak_mb`` together, ``largest_mb`` of a single one."""
    seen, ended = {"peak_mb": 0.0, "largest_mb": 0.0}, Event()

    def sample() -> None:
        while not ended.wait(0.5):
            sizes = [size for one in daemon.processes() if (size := resident(one))]
            seen["peak_mb"] = max(seen["peak_mb"], round(sum(sizes) / 1e6, 1))
            seen["largest_mb"] = max(seen["largest_mb"], round(max(sizes, default=0) / 1e6, 1))

    sampler = Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield seen
    finally:
        ended.set()
        sampler.join()


def parent_of(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.Error:
        return None


def command_of(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def settled(home: Home) -> bool:
    """Whether nothing in the inbox is waiting, and no key is waiting or will be retried."""
    if any(row.state == "seen" for row in InboxIndex(home).rows().values()):
        return False
    now = status_report(home, load_operations())
    uploads = Uploads(home)
    return not now.retried and all(uploads.failure(key) for key in uploads.pending())


def wait_until(condition: Callable[[], bool], seconds: float, every: float = 1.0) -> bool:
    """Whether ``condition`` became true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(every)
    return condition()


def edited_presets(folder: Path, **operations: float) -> Path:
    """A copy of the presets below ``folder`` with other numbers in ``operations.yaml``."""
    own = Path(shutil.copytree(presets_folder(), folder / "presets", dirs_exist_ok=True))
    document = yaml.safe_load((own / "operations.yaml").read_text())
    for name, value in operations.items():
        document[name]["value"] = value
    (own / "operations.yaml").write_text(yaml.safe_dump(document))
    return own


def home_at(root: Path) -> Home:
    return Home(root.resolve())
