"""How much sooner many videos are there with two Celery workers than with one, on the processors of one machine, and
what limits it: PostgreSQL, a bucket and Redis on loopback, and workers with a home of their own.

``python -m benchmarks.fleet_throughput [--videos 20] [--workers 1,2]``. For each number of workers, on new servers:
some videos are made first, so that each worker has imported what it needs; then all runs are sent at once, and the time
until the last one has ended counts. ``busy`` is the share of the processors that anything on this machine used in that
time: where one worker leaves a third of them idle, and a video takes as much processor time as before, another worker
makes it at most 1.5 times as fast. What is measured first may be slower: measure in both orders, ``1,2,2,1``.
``run_seconds`` is one run from its start to its end, and ``idle_seconds_per_worker`` the time in which a worker had
none.

Prints a JSON object.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import psutil

from benchmarks.fleet_chaos import environment
from pytoon_pipeline.defs.running import instance
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline_tests.harness.daemon_harness import home_at, wait_until
from pytoon_pipeline_tests.harness.deployment import Deployment, deployment, sent_to_workers
from pytoon_pipeline_tests.harness.machine import machine, spread
from pytoon_pipeline_tests.harness.upload_fixtures import mixed

SMALL = ("hero", "clip")
WARM_UP = 2
ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--videos", type=int, default=20)
    parser.add_argument("--workers", default="1,2", help="numbers of workers, in the order in which they are measured")
    parser.add_argument("--minutes", type=float, default=10, help="at most, for all videos of one number of workers")
    options = parser.parse_args()
    found = []
    for count in map(int, options.workers.split(",")):
        with tempfile.TemporaryDirectory(prefix="pytoon-fleet-") as folder:
            found.append(measure(Path(folder), count, options.videos, options.minutes))
    speed_ups = [round(found[0]["wall_seconds"] / one["wall_seconds"], 2) for one in found]
    print(json.dumps({"videos": options.videos, "measured": found, "speed_ups": speed_ups, "machine": machine()}))


def measure(folder: Path, count: int, videos: int, minutes: float) -> dict[str, Any]:
    """Figures of ``videos`` with so many workers; times in seconds."""
    with deployment(folder / "machines", workers=count, engines=0) as many, environment(dict(many.settings)):
        home = home_at(folder / "dispatcher")
        uploads = ingested(home, folder / "uploads", WARM_UP * count + videos)
        for worker in many.workers:
            worker.set_up()
            worker.start()
        executed(home, uploads[:-videos], minutes)
        warm = delivered_by(many)
        began, busy, spent = time.time(), busy_seconds(), processor_seconds(many)
        runs = executed(home, uploads[-videos:], minutes)
        busy, spent = busy_seconds() - busy, processor_seconds(many) - spent
        wall = max(one.end_time or 0.0 for one in runs) - began
        delivered = [one - earlier for one, earlier in zip(delivered_by(many), warm, strict=True)]
    seconds = [(one.end_time or 0.0) - (one.start_time or 0.0) for one in runs]
    return {
        "workers": count, "wall_seconds": round(wall, 1), "seconds_per_video": round(wall / videos, 2),
        "succeeded": sum(one.dagster_run.status is dg.DagsterRunStatus.SUCCESS for one in runs),
        "videos_of_workers": delivered, "run_seconds": spread(seconds),
        "idle_seconds_per_worker": round(wall - sum(seconds) / count, 1),
        "cpu_seconds_per_video": round(spent / videos, 2), "busy": round(busy / (wall * psutil.cpu_count()), 3),
    }  # fmt: skip


def ingested(home: Home, folder: Path, count: int) -> list[str]:
    """The keys of so many new uploads."""
    drops = [one for one in mixed(40 * count) if one.name.startswith(SMALL)][:count]
    folder.mkdir()
    for one in drops:
        one.put(folder / one.name)
    return [ingest(home, open_store(home), read_upload(folder / one.name), pending=False)[0].key for one in drops]


def executed(home: Home, keys: Sequence[str], minutes: float) -> Sequence[dg.RunRecord]:
    """The runs of uploads, all sent at once, when they have ended."""
    with instance(home) as opened:
        sent = dg.RunsFilter(run_ids=[one.run_id for one in sent_to_workers(home, opened, keys)])
        ended = dg.RunsFilter(run_ids=sent.run_ids, statuses=list(ENDED))
        assert wait_until(lambda: opened.get_runs_count(ended) == len(keys), 60 * minutes), (
            "runs have not ended in time"
        )
        return opened.get_run_records(sent)


def delivered_by(many: Deployment) -> list[int]:
    """How many videos each worker has delivered."""
    return [len(list((worker.home.root / "outbox").rglob("*.mp4"))) for worker in many.workers]


def busy_seconds() -> float:
    """Processor time of everything on this machine since it was started."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def processor_seconds(many: Deployment) -> float:
    """Of the workers and all that they have started, also of what has ended."""
    alive = [(psutil.Process(one.process.pid), *one.children()) for one in many.workers if one.process]
    return sum(sum(process.cpu_times()[:4]) for processes in alive for process in processes)


if __name__ == "__main__":
    main()
