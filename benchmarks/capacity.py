"""What so many videos a day need: hosts, databases, storage and money, computed from what one video is measured to
take with the catalog and Dagster's records on PostgreSQL and a bucket behind the store.

``python -m benchmarks.capacity [--seconds 20] [--runs 3] [--measured FILE] [--markdown]``. Without ``--measured``, a
talk of so many seconds is rendered cold, and again with everything cached, in a home of its own and in one that shares
everything; servers on loopback. The difference of the cached ones is what the servers cost per video. Prints a JSON
object, whose part ``measured`` may be given again in a file, or a table in Markdown.
"""

import argparse
import json
import math
import resource
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.objects import make, render
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.object_store import Server, s3_server
from pytoon_pipeline_tests.harness.postgres import postgres

SIZES = "select schemaname, sum(pg_total_relation_size(relid)) from pg_stat_user_tables group by schemaname"
COMMITS = "select sum(xact_commit) from pg_stat_database"
CATALOG = "pytoon_catalog"
DAY, GIB = 86_400, 2**30


@dataclass(frozen=True)
class Measured:
    """What one video takes. Times are of a process; ``warm`` ones of a render in which everything is cached."""

    video_seconds: float
    cpu_seconds: float
    warm_local_seconds: float
    warm_shared_seconds: float
    requests: int
    transactions: int
    events_bytes: float
    catalog_bytes: float
    bucket_bytes: float
    bucket_objects: int
    log_bytes: float
    delivered_bytes: float


@dataclass(frozen=True)
class Assumed:
    """What a deployment decides. Prices are in dollars, near the list prices of large providers; change them."""

    cores_per_host: int = 16
    # Of the processors, so that bursts do not queue for long; and how many times the mean the busiest hour has.
    utilisation: float = 0.6
    peak: float = 3.0
    # As in presets/operations.yaml.
    retention_days: int = 30
    core_hour: float = 0.04
    bucket_gib_month: float = 0.023
    database_gib_month: float = 0.12
    thousand_requests: float = 0.005


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--measured", type=Path, help="a file with figures of an earlier call")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    if options.measured:
        figures = Measured(**json.loads(options.measured.read_text())["measured"])
    else:
        figures = measure(options.seconds, options.runs)
    models = {perday: model(figures, Assumed(), perday) for perday in (1_000, 100_000)}
    if options.markdown:
        print(table(models))
    else:
        found = {"measured": asdict(figures), "assumed": asdict(Assumed()), "per_day": models, "machine": machine()}
        print(json.dumps(found, indent=2))


def measure(seconds: float, runs: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="pytoon-capacity-") as name, s3_server() as server, postgres() as url:
        folder = Path(name)
        shared = {
            **server.settings("bench"),
            "PYTOON_CATALOG": url,
            "PYTOON_DAGSTER_DATABASE": url.replace(":", "+psycopg2:", 1),
        }
        clips = [folder / "first.mp4", folder / "talk.mp4"]
        make(clips[0], 6)
        make(clips[1], seconds)
        for home, settings in (("local", {}), ("shared", shared)):
            # The first video of a home makes the tables and fonts.
            render(folder / home, clips[0], settings, "computed")
        before, spent = holdings(folder / "shared", url, server), processor_seconds()
        cold = render(folder / "shared", clips[1], shared, "computed")
        spent, after = processor_seconds() - spent, holdings(folder / "shared", url, server)
        render(folder / "local", clips[1], {}, "computed")
        warm: dict[str, list[float]] = {"local": [], "shared": []}
        for _ in range(runs):
            for home, settings in (("local", {}), ("shared", shared)):
                warm[home].append(render(folder / home, clips[1], settings, "cached")["seconds"])
        grown = {part: after[part] - before[part] for part in after}
        return Measured(
            video_seconds=seconds, cpu_seconds=round(spent, 1), warm_local_seconds=round(median(warm["local"]), 3),
            warm_shared_seconds=round(median(warm["shared"]), 3), requests=int(cold["requests"]), **grown,
        )  # fmt: skip


def holdings(home: Path, url: str, server: Server) -> dict[str, Any]:
    """What the servers and the home hold, in bytes, and the transactions that were made."""
    import psycopg2

    with closing(psycopg2.connect(url)) as opened, opened.cursor() as cursor:
        cursor.execute(SIZES)
        found = {schema: float(size) for schema, size in cursor.fetchall()}
        cursor.execute(COMMITS)
        (commits,) = cursor.fetchone()
    pages = server.client().get_paginator("list_objects_v2").paginate(Bucket="videos")
    objects = [one["Size"] for page in pages for one in page.get("Contents", ())]
    return {
        "transactions": int(commits),
        "events_bytes": found.get("public", 0.0),
        "catalog_bytes": found.get(CATALOG, 0.0),
        "bucket_bytes": float(sum(objects)),
        "bucket_objects": len(objects),
        "log_bytes": bytes_below(home / "logs"),
        "delivered_bytes": bytes_below(home / "outbox"),
    }


def bytes_below(folder: Path) -> float:
    return float(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()))


def processor_seconds() -> float:
    """Of the processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def model(one: Measured, given: Assumed, per_day: int) -> dict[str, float]:
    """The needs of ``per_day`` equal videos, all new. Runs and the bucket hold those of the last ``retention_days``;
    media and the results that are kept for ever are a part of what the bucket would hold after a year without any
    removal.
    """
    cores = per_day * one.cpu_seconds / DAY * given.peak / given.utilisation
    kept = per_day * given.retention_days
    events, bucket = kept * one.events_bytes / GIB, kept * one.bucket_bytes / GIB
    month = {
        "compute": per_day * 30 * one.cpu_seconds / 3600 / given.utilisation * given.core_hour,
        "bucket": bucket * given.bucket_gib_month,
        "database": (events + kept * one.catalog_bytes / GIB) * given.database_gib_month,
        "requests": per_day * 30 * one.requests / 1000 * given.thousand_requests,
    }
    per_second = per_day / DAY * given.peak
    found = {
        "videos_per_second_at_peak": per_second,
        "cores": math.ceil(cores),
        "hosts": math.ceil(cores / given.cores_per_host),
        "transactions_per_second_at_peak": per_second * one.transactions,
        "events_gib": events,
        "catalog_gib_per_year": per_day * 365 * one.catalog_bytes / GIB,
        "bucket_gib": bucket,
        "bucket_gib_in_a_year_without_removal": per_day * 365 * one.bucket_bytes / GIB,
        "bucket_objects": kept * one.bucket_objects,
        "requests_per_second_at_peak": per_second * one.requests,
        "logs_gib": per_day * 90 * one.log_bytes / GIB,
        "delivered_gib_per_day": per_day * one.delivered_bytes / GIB,
        **{f"dollars_a_month_{part}": price for part, price in month.items()},
        "dollars_per_video": sum(month.values()) / (30 * per_day),
    }
    return {name: _rounded(value) for name, value in found.items()}


def _rounded(value: float) -> float:
    """Three digits."""
    return value if value == 0 else round(value, 2 - math.floor(math.log10(abs(value))))


def table(models: Mapping[int, Mapping[str, float]]) -> str:
    """A row for each need, a column for each number of videos a day."""
    head = ["need", *(f"{per_day:,} a day" for per_day in models)]
    lines = [head, ["---"] * len(head)]
    names = next(iter(models.values()))
    lines += [[name.replace("_", " "), *(f"{one[name]:,g}" for one in models.values())] for name in names]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
