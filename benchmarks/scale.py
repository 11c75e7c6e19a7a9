"""A hundred thousand known uploads: the time to find ten new ones and request their runs, to submit one, and to list
them, first with the catalog in SQLite, then with the same one on a PostgreSQL server.

The listing of the inbox is simulated; everything else is real: the index, the catalog, Dagster's partitions in SQLite,
and its own handling of the sensors' results. ``python -m benchmarks.scale [--uploads 100000] [--runs 5]``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from PIL import Image

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.partitions import add_partitions
from pytoon_pipeline.defs.resources import resources
from pytoon_pipeline.defs.running import instance
from pytoon_pipeline.intake.decide import candidates
from pytoon_pipeline.intake.inbox_folder import FolderInbox
from pytoon_pipeline.intake.ingester import Ingester
from pytoon_pipeline.intake.listing import Entry
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.daemon_harness import home_at
from pytoon_pipeline_tests.harness.machine import machine, spread
from pytoon_pipeline_tests.harness.many_uploads import fill
from pytoon_pipeline_tests.harness.postgres import postgres

NEW = 10


class Listed(FolderInbox):
    """A folder whose listing also names files that are known and need not be there."""

    known: list[Entry] = []  # noqa: RUF012 - one listing for all

    def entries(self) -> list[Entry]:
        return self.known + super().entries()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-scale-") as folder, postgres() as url:
        home = home_at(Path(folder) / "home")
        fill(home, options.uploads, waiting=False)
        remember(home, options.uploads)
        found = {"known_uploads": options.uploads, "new_uploads": NEW, "runs": options.runs}
        found["sqlite"] = measure(home, options.runs, "sqlite")
        os.environ["PYTOON_CATALOG"] = url
        # It takes the catalog of the home over.
        Database(home).upgrade()
        found["postgresql"] = measure(home, options.runs, "postgresql")
        print(json.dumps({**found, "machine": machine()}))


def measure(home: Home, runs: int, name: str) -> dict[str, object]:
    """The names and pictures of new uploads are made of ``name``."""
    desk = Ingester(home, Listed(home.inbox), load_operations().model_copy(update={"inbox_settled_seconds": 0.0}))
    known = len(Uploads(home).pending())
    finding: list[float] = []
    asking: list[float] = []
    with instance(home) as opened:
        add_partitions(opened, list(Uploads(home).names().values()))
        for run in range(runs):
            for n in range(NEW):
                Image.new("RGB", (64, 64), (run, n, len(name))).save(home.inbox / f"{name}-{run}-{n}.png")
            desk.scan()
            with timed(finding):
                received = desk.scan()
            assert len(received.keys) == NEW, received
            with timed(asking):
                asked = tick(opened)
            assert asked == known + NEW * (run + 1), asked
    submitted = home.root / "submitted.png"
    commands = {"submit": ("submit", str(submitted)), "status": ("status",), "failed": ("status", "--state", "failed")}
    taken: dict[str, list[tuple[float, float]]] = {command: [] for command in commands}
    for run in range(runs):
        Image.new("RGB", (64, 64), (run, 99, len(name))).save(submitted)
        for command, arguments in commands.items():
            taken[command].append(pytoon(home, *arguments))
        for path in home.inbox.glob("submitted-*"):
            path.unlink()
    return {
        "tick_that_takes_them_seconds": spread(finding), "tick_that_asks_for_their_runs_seconds": spread(asking),
        **{f"{one}_command_seconds": spread([wall for wall, _ in spent]) for one, spent in taken.items()},
        **{f"{one}_command_cpu_seconds": spread([cpu for _, cpu in spent]) for one, spent in taken.items()},
    }  # fmt: skip


def remember(home: Home, count: int) -> None:
    """Fills the index of the inbox as if so many uploads had been ingested, and the listing."""
    home.inbox.mkdir(parents=True)
    Listed.known = [Entry(f"known-{n}.mp4", 1000 + n, f"{n}-{n}") for n in range(count)]
    etags = {one.name: one.etag for one in candidates(Listed.known)}
    InboxIndex(home).put(
        Row(one.name, etags[one.name], 0.0, "ingested", f"{n:032x}") for n, one in enumerate(Listed.known)
    )


def pytoon(home: Home, *arguments: str) -> tuple[float, float]:
    """The wall time of a command, and its processor time."""
    began, before = time.perf_counter(), os.times()
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", *arguments]
    environment = {**os.environ, "PYTOON_HOME": str(home.root)}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return time.perf_counter() - began, cpu


def tick(opened: dg.DagsterInstance) -> int:
    """Evaluates the sensor as its code server does, with Dagster's check of every partition. Returns the run count."""
    with dg.build_sensor_context(
        instance=opened,
        instance_ref=opened.get_ref(),
        repository_def=defs().get_repository_def(),
        resources={key: one for key, one in resources().items() if key in ("config", "catalog", "inbox")},
    ) as context:
        return len(defs().resolve_sensor_def("request_runs").evaluate_tick(context).run_requests or [])


@contextmanager
def timed(seconds: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - began)


if __name__ == "__main__":
    main()
