"""A batch on many machines while processes are killed at random: PostgreSQL, a bucket, Redis, a dispatcher with the
daemon, two Celery workers and two engines, each with a home of its own.

Kills (SIGKILL) the process of a run, a worker, an engine, the code server, the daemon, or all of these at once; dead
processes are restarted, as by a supervisor. New uploads arrive as long as kills are left. Afterwards every upload is
complete and equal to an undisturbed one, nothing finished was rendered again, and no lease is left.
``python -m benchmarks.fleet_chaos [--kills 100] [--seed 0] [--minutes 40] [--pause 8]`` prints a JSON object. Several
short calls with other seeds are as good as a long one.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.chaos import drop, fit, settled_all, unfinished
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.leases import Leases
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.rendering import FinishedVideo
from pytoon_pipeline.defs.running import compile_until_settled, instance
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.daemon_harness import Daemon, command_of, home_at, wait_until
from pytoon_pipeline_tests.harness.deployment import Deployment, Machine, compile_job, deployment
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.upload_fixtures import Drop, mixed

# Uploads that wait at any time, so that there is always something to interrupt.
WAITING = 5
KINDS = ("run", "run", "run", "worker", "worker", "engine", "code server", "daemon", "all")
# A lease of a machine that is gone ends by itself.
LEASES_END_SECONDS = 90


@dataclass
class Killer:
    """Kills one process after the other, with pauses of ``pause`` seconds on average."""

    daemon: Daemon
    many: Deployment
    random: random.Random
    pause: float
    killed: Counter[str] = field(default_factory=Counter)

    def strike(self) -> None:
        time.sleep(self.random.uniform(0.1, 2 * self.pause))
        kind = self.random.choice(KINDS)
        if self._kill(kind):
            self.killed[kind] += 1
        self.revive()

    def _kill(self, kind: str) -> bool:
        if kind == "all":
            self.daemon.stop()
            for one in self.many.machines:
                one.kill()
            return True
        if kind in ("worker", "engine"):
            one = self.random.choice(self.many.workers if kind == "worker" else self.many.engines)
            one.kill()
            return True
        found = self._processes(kind)
        for process in found[:1]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return bool(found)

    def _processes(self, kind: str) -> Sequence[psutil.Process]:
        if kind == "run":
            return [one for worker in self.many.workers for one in worker.children()]
        found = self.daemon.processes()
        return found[:1] if kind == "daemon" else [one for one in found if "grpc" in command_of(one)]

    def revive(self) -> None:
        """Restarts dead processes, as a supervisor does."""
        if self.daemon.process is None or self.daemon.process.poll() is not None:
            self.daemon.start(setup=False)
        for one in self.many.machines:
            if not one.runs:
                one.start()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--pause", type=float, default=8.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-fleet-") as folder, deployment(Path(folder) / "machines") as many:
        print(json.dumps({**measure(Path(folder), many, options), "machine": machine()}))


def measure(folder: Path, many: Deployment, options: argparse.Namespace) -> dict[str, object]:
    home = home_at(folder / "dispatcher")
    home.inbox.mkdir(parents=True)
    daemon = Daemon(home, {**many.settings, "PYTOON_RUNS": str(len(many.workers))})
    killer = Killer(daemon, many, random.Random(options.seed), options.pause)
    # Other seeds make other uploads.
    suitable = [one for one in mixed(400) if one.expected == "completed" and not one.group and fit(one)]
    waiting = iter([one for one in suitable if not one.name.startswith("hasty")][options.seed * 10 % 60 :])
    drops: list[Drop] = []
    began = time.monotonic()
    until = began + 60 * options.minutes
    with environment(many.settings):
        for worker in many.workers:
            worker.set_up()
        daemon.start()
        killer.revive()
        try:
            while killer.killed.total() < options.kills and time.monotonic() < until - 60 * options.minutes / 3:
                for one in waiting if _open(home, drops) < WAITING else ():
                    drop(home, one, remote=len(drops) % 3 == 2)
                    drops.append(one)
                    break
                killer.strike()
            striking = time.monotonic() - began
            done = wait_until(lambda: killer.revive() or settled_all(home, drops), max(60.0, until - time.monotonic()))
            quiet = wait_until(lambda: not unfinished(home), 120)
            released = wait_until(lambda: not Leases(Database(home)).live(), LEASES_END_SECONDS)
        finally:
            daemon.stop()
            for one in many.machines:
                one.kill()
        uploads, keys = Uploads(home), {one.name: _key(home, one) for one in drops}
        incomplete = [name for name, key in keys.items() if key is None or uploads.delivered(key) is None]
        versions = {name: len(uploads.versions(key)) for name, key in keys.items() if key is not None}
        degraded, held = uploads.degraded(), uploads.held()
    complete = [one for one in drops if one.name not in incomplete]
    return {
        "kills": dict(killer.killed), "all_kills": killer.killed.total(), "uploads": len(drops), "all_settled": done,
        "no_run_unfinished": quiet, "no_lease_left": released, "incomplete": incomplete, "degraded": degraded,
        "held": held, "several_versions": [name for name, count in versions.items() if count > 1],
        **repetitions([one.home for one in many.workers], [one.home for one in many.engines]),
        "unlike_undisturbed": differing(home, complete, many.workers, folder / "undisturbed"),
        "minutes_of_kills": round(striking / 60, 1), "minutes": round((time.monotonic() - began) / 60, 1),
    }  # fmt: skip


@contextmanager
def environment(settings: dict[str, str]) -> Iterator[None]:
    """The settings are those of this process while the block runs."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _key(home: Home, one: Drop) -> str | None:
    row = InboxIndex(home).rows().get(one.name)
    return row.key if row is not None else None


def _open(home: Home, drops: Sequence[Drop]) -> int:
    """How many uploads have no video yet."""
    uploads, keys = Uploads(home), [_key(home, one) for one in drops]
    return sum(key is None or uploads.delivered(key) is None for key in keys)


def repetitions(workers: Sequence[Home], engines: Sequence[Home]) -> dict[str, int]:
    """How many segments were rendered, and how many of them once more than needed.

    What an engine has finished is lost to others while it is dead: only what one engine renders twice was in vain.
    """
    by_workers = Counter(name for home in workers for name in rendered(home))
    by_engines = Counter((home.root.name, name) for home in engines for name in rendered(home))
    names = {name for _, name in by_engines}
    return {
        "segments": len(by_workers.keys() | names),
        "segments_of_engines": len(names),
        "segments_rendered_again_by_workers": by_workers.total() - len(by_workers),
        "segments_rendered_again_by_the_same_engine": by_engines.total() - len(by_engines),
        "segments_rendered_by_several_engines": len(by_engines) - len(names),
        "segments_rendered_by_workers_and_engines": len(by_workers.keys() & names),
    }


def rendered(home: Home) -> list[str]:
    """The segments that were rendered in a home, by fingerprint, as its log names them."""
    lines = [json.loads(line) for path in sorted(home.logs.glob("*.jsonl")) for line in path.read_text().splitlines()]
    return [line["fingerprint"] for line in lines if line["event"] == "segment" and line["status"] == "computed"]


def differing(home: Home, drops: Sequence[Drop], workers: Sequence[Machine], undisturbed: Path) -> list[str]:
    """Uploads whose pictures or sound differ from those of one machine that nobody disturbs."""
    found, calm = [], home_at(undisturbed)
    with instance(calm) as opened:
        for one in drops:
            upload, _ = ingest(calm, Store(calm.store, calm.work), read_upload(home.inbox / one.name), pending=False)
            request = {**upload.request, "engine_policy": "local_only"}
            Uploads(calm).register(upload.model_copy(update={"request": request}), pending=False)
            outcome = compile_until_settled(compile_job(), opened, calm, upload.key)
            made = {packets(worker.home, upload.key) for worker in workers} - {None}
            if outcome.error is not None or made != {packets(calm, upload.key)}:
                found.append(one.name)
    return found


def packets(home: Home, key: str) -> tuple[str, str] | None:
    """Hashes of the packets of the video that this machine has made, if it has."""
    try:
        joined = Store(home.store, home.work).latest("composite", key).read(FinishedVideo).composite
    except DependencyMissing:
        return None
    return joined.video_packets_sha256, joined.audio_packets_sha256


if __name__ == "__main__":
    main()
