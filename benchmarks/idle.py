"""What an idle daemon writes to the disk, and how often its sensors are evaluated.

Prints a JSON object. ``python -m benchmarks.idle [--minutes 4] [--warm 45]``
"""

import argparse
import json
import sqlite3
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from pytoon_pipeline_tests.harness.daemon_harness import Daemon, daemon_running, home_at
from pytoon_pipeline_tests.harness.machine import machine

TICKS = "select j.job_body, t.timestamp from job_ticks t join jobs j on j.selector_id = t.selector_id order by t.id"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--warm", type=float, default=45, help="seconds before measuring begins")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-idle-") as folder:
        print(json.dumps({**measure(Path(folder), options.minutes, options.warm), "machine": machine()}))


def measure(folder: Path, minutes: float, warm: float) -> dict[str, object]:
    daemon = Daemon(home_at(folder / "home"))
    with daemon_running(daemon):
        time.sleep(warm)
        before, began = written(daemon), time.time()
        time.sleep(60 * minutes)
        after, ended = written(daemon), time.time()
        hours = (ended - began) / 3600
        grown = {name: sum(after[pid][name] - before.get(pid, {}).get(name, 0) for pid in after) for name in FIELDS}
        intervals = between_ticks(daemon.home.dagster / "schedules" / "schedules.db", began)
    return {
        "minutes": minutes,
        "mb_an_hour": round(grown["write_bytes"] / hours / 1e6, 1),
        "mb_an_hour_on_disk": round((grown["write_bytes"] - grown["cancelled_bytes"]) / hours / 1e6, 1),
        "mb_an_hour_by_calls": round(grown["write_chars"] / hours / 1e6, 1),
        "write_calls_an_hour": round(grown["write_count"] / hours),
        "cpu_share": round(grown["cpu"] / (ended - began), 3),
        "seconds_between_ticks": intervals,
    }


# SQLite removes its write-ahead index with the last connection: most of what is written is cancelled before it is on
# the disk.
FIELDS = ("write_bytes", "cancelled_bytes", "write_chars", "write_count", "cpu")


def written(daemon: Daemon) -> dict[int, dict[str, float]]:
    """What each process has written so far, and its processor time."""
    found = {}
    for one in daemon.processes():
        io, cpu = one.io_counters(), one.cpu_times()
        found[one.pid] = {
            "write_bytes": io.write_bytes, "cancelled_bytes": cancelled(one.pid), "write_chars": io.write_chars,
            "write_count": io.write_count, "cpu": cpu.user + cpu.system,
        }  # fmt: skip
    return found


def cancelled(pid: int) -> int:
    """Bytes that a process has written into files which were removed before they reached the disk."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("cancelled_write_bytes"))


def between_ticks(database: Path, since: float) -> dict[str, dict[str, float]]:
    """Seconds from one tick of a sensor or schedule to its next."""
    found: dict[str, list[float]] = {}
    with sqlite3.connect(database) as opened:
        for body, at in opened.execute(
            "select j.job_body, (julianday(t.timestamp) - 2440587.5) * 86400"
            " from job_ticks t join jobs j on j.selector_id = t.selector_id order by t.id"
        ):
            if at >= since:
                found.setdefault(json.loads(body)["origin"]["job_name"], []).append(at)
    return {
        name: {"median": round(median(gaps), 2), "most": round(max(gaps), 2)}
        for name, times in sorted(found.items())
        if (gaps := [b - a for a, b in pairwise(times)])
    }


if __name__ == "__main__":
    main()
