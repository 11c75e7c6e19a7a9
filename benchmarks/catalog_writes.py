"""How many changes of state a second one catalog on PostgreSQL takes from several machines, and how many a video makes.

``python -m benchmarks.catalog_writes [--processes 1 2 4] [--seconds 5] [--talk 20]``. Writers of the catalog follow one
another, so there is a most. The server does not wait for a disk. Rows are those of the catalog that a new video of so
many seconds adds or changes: it makes at most so many changes. Prints a JSON object.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.capacity import CATALOG
from benchmarks.objects import make, render
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.postgres import postgres

ROWS = "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables where schemaname = %s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--talk", type=float, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-writes-") as name, postgres() as url:
        folder, shared = Path(name), {"PYTOON_CATALOG": url}
        rows = rows_of_a_video(folder, shared, url, options.talk)
        rates = {str(count): changes_per_second(folder, shared, count, options.seconds) for count in options.processes}
    print(json.dumps({"changes_per_second": rates, "rows_of_a_video": rows, "machine": machine()}, indent=2))


def rows_of_a_video(folder: Path, shared: dict[str, str], url: str, seconds: float) -> int:
    first, talk = folder / "first.mp4", folder / "talk.mp4"
    make(first, 6)
    make(talk, seconds)
    render(folder / "home", first, shared, "computed")
    before = rows(url)
    render(folder / "home", talk, shared, "computed")
    return rows(url) - before


def rows(url: str) -> int:
    import psycopg2

    # The server collects what sessions have done when they end, or after a second.
    time.sleep(2)
    with closing(psycopg2.connect(url)) as opened, opened.cursor() as cursor:
        cursor.execute(ROWS, (CATALOG,))
        return int(cursor.fetchone()[0])


def changes_per_second(folder: Path, shared: dict[str, str], processes: int, seconds: float) -> float:
    """Of so many processes at once, each with an upload of its own."""
    command = [sys.executable, "-c", "from benchmarks.catalog_writes import child; child()", str(seconds)]
    running = [
        subprocess.Popen(
            [*command, f"{number:032}"], stdout=subprocess.PIPE, text=True,
            env={**os.environ, **shared, "PYTOON_HOME": str(folder / f"writer-{number}")},
        )
        for number in range(processes)
    ]  # fmt: skip
    return round(sum(float(one.communicate()[0]) for one in running), 1)


def child() -> None:
    """Changes the state of an upload until the seconds are over, and prints how often it did in a second."""
    seconds, key = float(sys.argv[1]), sys.argv[2]
    uploads = Uploads(Home.locate())
    uploads.register(SourceMedia(key=key, title=key, items=(), request={}))
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        uploads.retry(key)
        count += 1
    print(count / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
