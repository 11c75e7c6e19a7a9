"""Mixed uploads in the inbox of a home where only the daemon runs: does each end as expected?

Prints a JSON object with every upload that did not, times from drop to delivery, the fallback rate and the peak memory
of all processes. ``python -m benchmarks.unattended [--uploads 50] [--hostile 300] [--minutes 30]``. Hostile uploads may
only be rejected with a reason or rendered, and must not delay the others.
"""

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.daemon_harness import (
    Daemon,
    daemon_running,
    edited_presets,
    home_at,
    memory_of,
    settled,
    wait_until,
)
from pytoon_pipeline_tests.harness.hostile_files import make as hostile_files
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.upload_fixtures import Drop, mixed

# Short, so that incomplete folders are rejected within the measurement.
PATIENCE = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=50)
    parser.add_argument("--hostile", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-gate-") as folder:
        print(
            json.dumps(
                {**measure(Path(folder), options.uploads, options.hostile, options.minutes), "machine": machine()}
            )
        )


def measure(folder: Path, count: int, hostile: int, minutes: float) -> dict[str, object]:
    home = home_at(folder / "home")
    daemon = Daemon(home, {"PYTOON_PRESETS": str(edited_presets(folder, incomplete_folder_timeout_seconds=PATIENCE))})
    drops = mixed(count)
    home.inbox.mkdir(parents=True)
    enemies = set_free(hostile_files.make(folder / "hostile", hostile), home.inbox) if hostile else []
    began = time.time()
    with daemon_running(daemon), memory_of(daemon) as memory:
        dropped = drop_all(home, drops)
        done = wait_until(lambda: arrived(home, drops) and settled(home), 60 * minutes)
        seconds = time.time() - began
    return {"uploads": len(drops), "all_settled": done, "minutes": round(seconds / 60, 1),
            **judged(home, drops, dropped), **(of_enemies(home, enemies) if hostile else {}), **memory}  # fmt: skip


def drop_all(home: Home, drops: list[Drop]) -> dict[str, float]:
    """Drops uploads as people do, several at a time; those of one group one after the other. Returns the times."""
    home.inbox.mkdir(parents=True, exist_ok=True)
    when: dict[str, float] = {}

    def put(one: Drop) -> None:
        one.put(home.inbox / one.name)
        when[one.name] = time.time()

    with ThreadPoolExecutor(8) as people:
        list(people.map(put, [one for one in drops if not one.group]))
    for one in drops:
        if one.group:
            put(one)
            wait_until(lambda name=one.name: name in InboxIndex(home).rows(), 120, 0.2)
    return when


def set_free(files: list[Path], inbox: Path) -> list[str]:
    """Moves hostile uploads into the inbox, under their own names where these are free."""
    names = []
    for number, path in enumerate(files):
        if not os.path.lexists(path):
            continue  # one that names what is not there
        name = path.name if not os.path.lexists(inbox / path.name) else f"{number}{path.name}"
        os.rename(path, inbox / name)
        names.append(name)
    return names


def of_enemies(home: Home, names: list[str]) -> dict[str, object]:
    """How hostile uploads ended: the codes of rejections, and failures that are not the upload's fault."""
    uploads, rows = Uploads(home), InboxIndex(home).rows()
    ended = Counter(outcome(uploads, rows.get(os.fsencode(name).decode("utf-8", "backslashreplace"))) for name in names)
    faults = [
        failure.model_dump()
        for failure in uploads.failures().values()
        if failure.category not in ("invalid_input", "quality")
    ]
    return {"hostile": len(names), "hostile_ended": dict(sorted(ended.items())), "hostile_faults": faults}


def arrived(home: Home, drops: list[Drop]) -> bool:
    return {one.name for one in drops} <= set(InboxIndex(home).rows())


def judged(home: Home, drops: list[Drop], dropped: dict[str, float]) -> dict[str, object]:
    """How each upload ended, compared with the expected outcome."""
    rows, uploads = InboxIndex(home).rows(), Uploads(home)
    wrong: list[dict[str, str]] = []
    ended: Counter[str] = Counter()
    times: list[float] = []
    for one in drops:
        row = rows.get(one.name)
        found = outcome(uploads, row)
        ended[found] += 1
        wanted = one.expected if one.expected != "same" else "completed"
        noted = (home.inbox / f"{one.name}.rejected.txt").exists()
        if found != wanted or noted != (found not in ("completed", "degraded", "held")):
            wrong.append({"name": one.name, "expected": one.expected, "found": found, "noted": str(noted)})
        delivered = uploads.delivered(row.key) if row is not None and row.key else None
        if delivered and one.expected != "same":
            times.append(delivered.at - dropped[one.name])
    keys = {rows[one.name].key for one in drops if one.expected in ("completed", "degraded") and one.name in rows}
    videos = sorted(path.name for path in home.outbox.rglob("*.mp4"))
    events = _events(home)
    delivered_events = Counter(line["key"] for line in events if line.get("event") == "delivered")
    runs = {line["run"] for line in events if "run" in line}
    engines = Counter(line["engine"] for line in events if line.get("event") == "delivered")
    return {
        "as_they_should": len(drops) - len(wrong),
        "wrong": wrong,
        "ended": dict(sorted(ended.items())),
        "videos": len(videos),
        "videos_expected": len(keys),
        "keys_delivered_more_than_once": sum(n > 1 for n in delivered_events.values()),
        "runs": len(runs),
        "fallback_rate": round(1 - engines["local"] / max(1, sum(engines.values())), 4),
        "seconds_from_drop_to_delivery": {
            "median": round(median(times), 1) if times else None, "most": round(max(times, default=0), 1),
        },
        "left_in_work": sorted(path.name for path in home.work.glob("*") if path.name != "mutex"),
    }  # fmt: skip


def outcome(uploads: Uploads, row: Row | None) -> str:
    """How an upload ended, in a word: its state, or the code of its error."""
    if row is None:
        return "not seen"
    if row.key is None:
        return row.code or row.state
    if failure := uploads.failure(row.key):
        return failure.code
    delivered = uploads.delivered(row.key)
    if delivered is None:
        return "waiting"
    return "held" if delivered.held else "degraded" if delivered.degraded else "completed"


def _events(home: Home) -> list[dict[str, str]]:
    return [json.loads(line) for path in sorted(home.logs.glob("*.jsonl")) for line in path.read_text().splitlines()]


if __name__ == "__main__":
    main()
