"""A hundred thousand known uploads: the time to find ten new ones and request their runs, and to submit one.

The listing of the inbox is simulated; everything else is real: the index, the register, Dagster's partitions in SQLite,
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
from pytoon_pipeline.catalog.records import put_upload
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.partitions import add_partitions
from pytoon_pipeline.defs.resources import resources
from pytoon_pipeline.defs.running import instance
from pytoon_pipeline.intake.decide import Candidate, candidates
from pytoon_pipeline.intake.inbox_folder import FolderInbox
from pytoon_pipeline.intake.ingester import Ingester
from pytoon_pipeline.intake.listing import Entry
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline_tests.harness.daemon_harness import home_at
from pytoon_pipeline_tests.harness.machine import machine, spread

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
    with tempfile.TemporaryDirectory(prefix="pytoon-scale-") as folder:
        print(json.dumps({**measure(Path(folder), options.uploads, options.runs), "machine": machine()}))


def measure(folder: Path, count: int, runs: int) -> dict[str, object]:
    home = home_at(folder / "home")
    inbox = Listed(home.inbox)
    Listed.known = known(home, count)
    desk = Ingester(home, inbox, load_operations().model_copy(update={"inbox_settled_seconds": 0.0}))
    env = {**os.environ, "PYTOON_HOME": str(home.root)}
    finding: list[float] = []
    asking: list[float] = []
    submitting: list[float] = []
    with instance(home) as opened:
        add_partitions(opened, list(Uploads(home).names().values()))
        for run in range(runs):
            for n in range(NEW):
                new = home.inbox / f"new-{run}-{n}.png"
                Image.new("RGB", (64, 64), (run, n, 7)).save(new)
            desk.scan()
            with timed(finding):
                received = desk.scan()
            assert len(received.keys) == NEW, received
            with timed(asking):
                asked = tick(opened)
            assert asked == NEW * (run + 1), asked
        for run in range(runs):
            path = folder / f"submitted-{run}.png"
            Image.new("RGB", (64, 64), (run, 99, 9)).save(path)
            with timed(submitting):
                command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "submit", str(path)]
                subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)
    return {
        "known_uploads": count, "new_uploads": NEW, "tick_that_takes_them_seconds": spread(finding),
        "tick_that_asks_for_their_runs_seconds": spread(asking), "submit_whole_process_seconds": spread(submitting),
    }  # fmt: skip


def known(home: Home, count: int) -> list[Entry]:
    """Fills the index and the catalog as if so many uploads had been ingested. Returns their listing."""
    home.inbox.mkdir(parents=True)
    entries = [Entry(f"known-{n}.mp4", 1000 + n, f"{n}-{n}") for n in range(count)]
    found = candidates(entries)
    keys = {one.name: f"{int(one.name[6:-4]):032x}" for one in found}
    InboxIndex(home).put(Row(one.name, one.etag, 0.0, "ingested", keys[one.name]) for one in found)
    with Database(home).write() as database:
        for one in found:
            put_upload(database, upload(one, keys[one.name]), 0.0)
    return entries


def upload(one: Candidate, key: str) -> SourceMedia:
    item = SourceItem(name=one.name, sha256=hash_value(one.name), bytes=one.bytes, origin=one.name)
    return SourceMedia(key=key, title=one.name, items=(item,), request={"media": [{"file": one.name}]})


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
