"""A batch while processes are killed at random: afterwards everything is complete and equal to an undisturbed batch.

Kills (SIGKILL) the process of a run, the one from which runs fork, the code server, the daemon, the daemon with all
that it started, or the remote engine; dead processes are restarted, as by a supervisor. New uploads arrive as long as
kills are left.
``python -m benchmarks.chaos [--kills 100] [--seed 0] [--minutes 40]`` prints a JSON object.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import dagster as dg
import psutil

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.rendering import FinishedVideo
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.run_queries import UNFINISHED
from pytoon_pipeline.defs.running import compile_until_settled, instance
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.atomic import MIN_SWEEP_AGE_SECONDS
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.daemon_harness import Daemon, command_of, home_at, settled, wait_until
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.upload_fixtures import Drop, mixed

TOKEN = "a token for benchmarks only"
# Uploads that wait at any time, so that there is always something to interrupt.
WAITING = 6
MIN_PAUSE, MAX_PAUSE = 0.5, 5.0


@dataclass
class Engine:
    """A remote engine, in a process of its own."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        env = dict(os.environ, PYTOON_HOME=str(self.home), PYTOON_ENGINE_TOKEN=TOKEN)
        command = (sys.executable, "-m", "pytoon_pipeline.cli.main", "engine", "serve", "--port", str(self.port))
        self.process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Server(Protocol):
    """A process beside the daemon that is killed as well."""

    process: "subprocess.Popen[bytes] | None"

    def start(self) -> None: ...


class Killer:
    """Kills one process after the other, at random times. ``name`` is what the kills of ``server`` are called, and
    ``weight`` how often it is killed among seven kills of others.
    """

    def __init__(self, daemon: Daemon, server: Server, seed: int, name: str = "engine", weight: int = 1) -> None:
        self._daemon, self._server, self._random, self._name = daemon, server, random.Random(seed), name
        self._kinds = ("run", "run", "run", "fork server", "code server", "daemon", "all", *[name] * weight)
        self.killed: Counter[str] = Counter()

    def strike(self) -> None:
        """Waits a while, kills one process, and restarts dead ones."""
        time.sleep(self._random.uniform(MIN_PAUSE, MAX_PAUSE))
        kind = self._random.choice(self._kinds)
        if self._victims(kind):
            self.killed[kind] += 1
        self.revive()

    def _victims(self, kind: str) -> bool:
        if kind == self._name:
            assert self._server.process is not None
            self._server.process.send_signal(signal.SIGKILL)
            self._server.process.wait()
            return True
        found = self._daemon.processes()
        if kind == "run":
            found = self._daemon.runs()
        elif kind == "fork server":
            found = self._daemon.fork_servers()
        elif kind == "code server":
            found = [one for one in found if "grpc" in command_of(one)]
        elif kind == "daemon":
            found = found[:1]
        for one in found if kind == "all" else found[:1]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        return bool(found)

    def revive(self) -> None:
        """Restarts dead processes, as a supervisor does."""
        if self._daemon.process is None or self._daemon.process.poll() is not None:
            self._daemon.start(setup=False)
        if self._server.process is None or self._server.process.poll() is not None:
            self._server.start()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-kills-") as folder:
        print(json.dumps({**measure(Path(folder), options), "machine": machine()}))


def measure(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    home, port = home_at(folder / "home"), _free_port()
    engine = Engine(folder / "engine", port)
    daemon = Daemon(home, {"PYTOON_ENGINE_URL": f"http://127.0.0.1:{port}", "PYTOON_ENGINE_TOKEN": TOKEN})
    home.inbox.mkdir(parents=True)
    killer, uploads = Killer(daemon, engine, options.seed), Uploads(home)
    waiting = iter([one for one in mixed(400) if one.expected == "completed" and not one.group and fit(one)])
    drops: list[Drop] = []
    began = time.time()
    until = time.monotonic() + 60 * options.minutes
    engine.start()
    daemon.start()
    try:
        while killer.killed.total() < options.kills and time.monotonic() < until:
            for one in waiting if _open(home, drops, uploads) < WAITING else ():
                drop(home, one, remote=len(drops) % 3 == 2)
                drops.append(one)
                break
            killer.strike()
        striking = time.time() - began
        done = wait_until(lambda: killer.revive() or settled_all(home, drops), max(60.0, until - time.monotonic()))
        quiet = wait_until(lambda: not unfinished(home) and not any(home.runs.glob("*.lock")), 120)
    finally:
        daemon.stop()
        engine.stop()
    time.sleep(MIN_SWEEP_AGE_SECONDS + 1)
    with scratch_dir(home.work):
        left = sorted(str(path.relative_to(home.root)) for path in leftovers(home))
    incomplete = [one.name for one in drops if (key := _key(home, one)) is None or uploads.delivered(key) is None]
    complete = [one for one in drops if one.name not in incomplete]
    unlike = differing(home, complete, folder / "undisturbed")
    return {
        "kills": dict(killer.killed), "all_kills": killer.killed.total(), "uploads": len(drops),
        "all_settled": done, "no_run_unfinished": quiet, "incomplete": incomplete, "unlike_undisturbed": unlike,
        "degraded": uploads.degraded(), "held": uploads.held(), "left_behind": left,
        "minutes_of_kills": round(striking / 60, 1),
        "minutes": round((time.time() - began) / 60, 1), "runs": _runs(home),
    }  # fmt: skip


def fit(one: Drop) -> bool:
    return not one.name.startswith(("slow", "variant"))


def drop(home: Home, one: Drop, remote: bool) -> None:
    """Drops an upload; with ``remote``, one that only the remote engine may render."""
    one.put(home.inbox / one.name)
    request = home.inbox / one.name / "request.yaml"
    if remote and request.is_file():
        request.write_text(json.dumps({**json.loads(request.read_text()), "engine_policy": "api_only"}))


def _key(home: Home, one: Drop) -> str | None:
    row = InboxIndex(home).rows().get(one.name)
    return row.key if row is not None else None


def _open(home: Home, drops: list[Drop], uploads: Uploads) -> int:
    """How many uploads have no video yet."""
    rows = InboxIndex(home).rows()
    keys = [row.key if (row := rows.get(one.name)) is not None else None for one in drops]
    return sum(key is None or uploads.delivered(key) is None for key in keys)


def settled_all(home: Home, drops: list[Drop]) -> bool:
    return {one.name for one in drops} <= set(InboxIndex(home).rows()) and settled(home)


def _with_instance(home: Home, ask: Callable[[dg.DagsterInstance], object]) -> object:
    with instance(home) as opened:
        return ask(opened)


def unfinished(home: Home) -> int:
    return int(str(_with_instance(home, lambda one: one.get_runs_count(dg.RunsFilter(statuses=UNFINISHED)))))


def _runs(home: Home) -> dict[str, int]:
    found: Counter[str] = Counter()
    _with_instance(home, lambda one: found.update(run.status.value for run in one.get_runs()))
    return dict(found)


def leftovers(home: Home) -> list[Path]:
    """Unfinished files that were left behind."""
    folders = [path for path in home.work.iterdir() if path.name not in ("mutex",) and not path.name.endswith(".lock")]
    mine = [path for path in folders if not path.name.startswith("scratch-") or any(path.iterdir())]
    parts = [path for path in home.root.rglob(".*.part") if "dagster" not in path.parts]
    return [*mine, *parts, *home.runs.glob("*.lock")]


def differing(home: Home, drops: list[Drop], undisturbed: Path) -> list[str]:
    """Uploads whose pictures or sound differ from those of an undisturbed video."""
    found, calm = [], home_at(undisturbed)
    job = defs().resolve_job_def(COMPILE)
    with instance(calm) as opened:
        for one in drops:
            upload, _ = ingest(calm, Store(calm.store, calm.work), read_upload(home.inbox / one.name), pending=False)
            request = {**upload.request, "engine_policy": "local_only"}
            Uploads(calm).register(upload.model_copy(update={"request": request}), pending=False)
            outcome = compile_until_settled(job, opened, calm, upload.key)
            if outcome.error is not None or packets(home, upload.key) != packets(calm, upload.key):
                found.append(one.name)
    return found


def packets(home: Home, key: str) -> tuple[str, str]:
    joined = Store(home.store, home.work).latest("composite", key).read(FinishedVideo).composite
    return joined.video_packets_sha256, joined.audio_packets_sha256


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
