"""Small uploads through the daemon: wall time, and the processor time of each run, with its share for imports.

Prints a JSON object. ``python -m benchmarks.throughput [--uploads 20]``. To measure another checkout, execute this file
with ``PYTHONPATH`` set to that checkout. Imports of the process from which runs fork are shared out among the runs.
"""

import argparse
import json
import os
import re
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import dagster as dg
import psutil

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.defs.running import instance
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.daemon_harness import Daemon, daemon_running, home_at, settled, wait_until
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.upload_fixtures import Drop, mixed

STARTED = re.compile(r"Started process for run \(pid: (\d+)\)")
# Checkouts without it may be measured as well.
FORK_SERVER = "pytoon_pipeline.defs.run_worker"
SMALL = ("hero", "clip")
# Until the sensors have had their first ticks.
WARM_UP_SECONDS = 20.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-throughput-") as folder:
        print(json.dumps({**measure(Path(folder), options.uploads, options.minutes), "machine": machine()}))


def measure(folder: Path, count: int, minutes: float) -> dict[str, object]:
    home, records = home_at(folder / "home"), folder / "records"
    home.inbox.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("cpu_probe.py"), folder / "sitecustomize.py")
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    daemon = Daemon(home, {"PYTHONPATH": path, "CPU_PROBE": str(records)})
    drops = [one for one in mixed(40 * count) if one.name.startswith(SMALL)][:count]
    with daemon_running(daemon):
        time.sleep(WARM_UP_SECONDS)
        for one in drops:
            one.put(folder / one.name)
        spent, began = processor_time(daemon), time.time()
        for one in drops:
            (folder / one.name).rename(home.inbox / one.name)
        done = wait_until(lambda: arrived(home, drops) and settled(home), 60 * minutes, 0.5)
        wall, cpu = time.time() - began, processor_time(daemon) - spent
        wait_until(lambda: not any(home.runs.glob("*")), 60, 0.2)
        servers = of_fork_servers(daemon)
    uploads, runs = Uploads(home), of_runs(home, records)
    videos = sum(uploads.delivered(key) is not None for key in uploads.keys())  # noqa: SIM118
    return {
        "uploads": count, "all_settled": done, "videos": videos,
        "wall_seconds": round(wall, 1), "wall_seconds_per_upload": round(wall / count, 2),
        "cpu_seconds_per_upload": round(cpu / count, 2), "cpu_seconds_of_fork_servers": round(servers, 2),
        "cpu_seconds_per_run": runs,
    }  # fmt: skip


def arrived(home: Home, drops: list[Drop]) -> bool:
    return {one.name for one in drops} <= set(InboxIndex(home).rows())


def processor_time(daemon: Daemon) -> float:
    """Of the daemon and everything that it has started, also of what has ended."""
    return sum(sum(times[:4]) for one in daemon.processes() if (times := _times(one)))


def of_fork_servers(daemon: Daemon) -> float:
    """The processor time of processes from which runs fork, without the runs."""
    return sum(sum(times[:2]) for one in daemon.processes() if FORK_SERVER in _command(one) and (times := _times(one)))


def _times(process: psutil.Process) -> tuple[float, ...]:
    """Seconds: user, system, and those of ended child processes."""
    try:
        return tuple(process.cpu_times())
    except psutil.Error:
        return ()


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def of_runs(home: Home, records: Path) -> dict[str, dict[str, float]]:
    """Means over the runs of each job: everything, its own process, imports, and before its first step."""
    spent = {record["pid"]: record for record in map(json.loads, records.read_text().splitlines())}
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    with instance(home) as opened:
        for run in opened.get_runs():
            found[run.job_name] += [spent[pid] for pid in _processes(opened, run) if pid in spent]
    return {
        job: {
            "runs": len(of_job),
            "all": round(mean(one["own"] + one["children"] for one in of_job), 2),
            **{name: round(mean(one[name] or 0.0 for one in of_job), 2) for name in ("own", "imports", "before_steps")},
        }
        for job, of_job in found.items()
        if of_job
    }


def _processes(opened: dg.DagsterInstance, run: dg.DagsterRun) -> Iterator[int]:
    """The number of the process of a run, from the event that reports its start."""
    for entry in opened.all_logs(run.run_id):
        if found := STARTED.match(entry.message):
            yield int(found[1])


if __name__ == "__main__":
    main()
