"""PostgreSQL and the bucket are away while videos are made on many machines: PostgreSQL, a bucket, Redis, a dispatcher
with the daemon, two Celery workers and two engines, each with a home of its own.

``python -m benchmarks.fleet_outage [--seconds 600] [--uploads 8] [--without both|postgres|bucket] [--minutes 20]``.
The outage begins once the first videos are made and others are under way. Processes that end meanwhile are started
again, as by a supervisor. Prints a JSON object: whether every upload is complete afterwards, how long that took from
the end of the outage on, which processes ended, and what failures were recorded.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from benchmarks.chaos import drop, fit, settled_all, unfinished
from benchmarks.fleet_chaos import LEASES_END_SECONDS, differing, environment, repetitions
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.leases import Leases
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.daemon_harness import Daemon, home_at, wait_until
from pytoon_pipeline_tests.harness.deployment import Deployment, deployment
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.upload_fixtures import Drop, mixed

MADE_BEFORE = 2
SERVERS = {"both": ("postgres", "bucket"), "postgres": ("postgres",), "bucket": ("bucket",)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--uploads", type=int, default=8)
    parser.add_argument("--without", choices=SERVERS, default="both")
    parser.add_argument("--minutes", type=float, default=20, help="at most, before the outage and after it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-fleet-") as folder, deployment(Path(folder) / "machines") as many:
        print(json.dumps({**measure(Path(folder), many, options), "machine": machine()}))


def measure(folder: Path, many: Deployment, options: argparse.Namespace) -> dict[str, object]:
    home = home_at(folder / "dispatcher")
    home.inbox.mkdir(parents=True)
    daemon = Daemon(home, {**many.settings, "PYTOON_RUNS": str(len(many.workers))})
    supervisor = Supervisor(daemon, many)
    suitable = [one for one in mixed(400) if one.expected == "completed" and not one.group and fit(one)]
    drops = [one for one in suitable if not one.name.startswith("hasty")][: options.uploads]
    limit = 60 * options.minutes
    with environment(dict(many.settings)), ExitStack() as stack:
        for worker in many.workers:
            worker.set_up()
        daemon.start()
        stack.callback(supervisor.end)
        supervisor.revive()
        for number, one in enumerate(drops):
            drop(home, one, remote=number % 3 == 2)
        assert wait_until(lambda: supervisor.revive() or complete(home, drops) >= MADE_BEFORE, limit), "too slow"
        before = complete(home, drops)
        away(many, SERVERS[options.without], options.seconds, supervisor)
        began = time.monotonic()
        settled = wait_until(lambda: supervisor.revive() or settled_all(home, drops), limit)
        seconds = time.monotonic() - began
        quiet = wait_until(lambda: not unfinished(home), LEASES_END_SECONDS)
        released = wait_until(lambda: not Leases(Database(home)).live(), LEASES_END_SECONDS)
        supervisor.end()
        uploads = Uploads(home)
        keys = {name: row.key for name, row in InboxIndex(home).rows().items() if row.key is not None}
        failures = {name: found.code for name, key in keys.items() if (found := uploads.failure(key)) is not None}
        several = [name for name, key in keys.items() if len(uploads.versions(key)) > 1]
        degraded, after = uploads.degraded(), complete(home, drops)
    return {
        "without": options.without, "outage_seconds": options.seconds, "uploads": len(drops),
        "complete_before": before, "complete": after, "all_settled": settled,
        "seconds_until_settled": round(seconds, 1), "no_run_unfinished": quiet, "no_lease_left": released,
        "failures_left": failures, "degraded": degraded, "several_versions": several,
        "processes_started_again": dict(supervisor.restarts), "failures_on_the_way": failed(many, home),
        **repetitions([one.home for one in many.workers], [one.home for one in many.engines]),
        "unlike_undisturbed": differing(home, drops, many.workers, folder / "undisturbed"),
    }  # fmt: skip


class Supervisor:
    """Starts processes again that have ended, and counts how often."""

    def __init__(self, daemon: Daemon, many: Deployment) -> None:
        self._daemon, self._many = daemon, many
        self.restarts: Counter[str] = Counter()

    def revive(self) -> None:
        if self._daemon.process is None or self._daemon.process.poll() is not None:
            self._daemon.start(setup=False)
            self.restarts["daemon"] += 1
        for one in self._many.machines:
            if not one.runs:
                self.restarts[one.home.root.name] += one.process is not None
                one.start()

    def end(self) -> None:
        self._daemon.stop()
        for one in self._many.machines:
            one.kill()


def away(many: Deployment, servers: tuple[str, ...], seconds: float, supervisor: Supervisor) -> None:
    """Nobody can reach ``servers`` for so long."""
    if "postgres" in servers:
        many.database.stop()
    if "bucket" in servers:
        many.line.cut()
    wait_until(lambda: supervisor.revive() or False, seconds)
    if "postgres" in servers:
        many.database.start()
    if "bucket" in servers:
        many.line.join()


def complete(home: Home, drops: list[Drop]) -> int:
    """How many uploads have a video."""
    uploads, rows = Uploads(home), InboxIndex(home).rows()
    keys = [row.key for one in drops if (row := rows.get(one.name)) is not None]
    return sum(key is not None and uploads.delivered(key) is not None for key in keys)


def failed(many: Deployment, home: Home) -> dict[str, int]:
    """How often each failure was recorded in a log, by its code."""
    logs = [path for one in (home, *(worker.home for worker in many.workers)) for path in one.logs.glob("*.jsonl")]
    lines = [json.loads(line) for path in logs for line in path.read_text().splitlines()]
    return dict(Counter(str(line.get("code")) for line in lines if line["event"] == "failed"))


if __name__ == "__main__":
    main()
