"""What a bucket behind the store costs, and what a PostgreSQL server for the catalog and for Dagster adds: against a
home that has neither, with servers on loopback.

``python -m benchmarks.objects [--runs 5] [--seconds 60]``. Measured by turns: the graph with everything cached, in a
home without a bucket, in one with a filled cache, and in one (``servers``) that has PostgreSQL as well; a render in an
empty home of what the bucket has; and a cold render of a video of so many seconds, with and without. ``in_requests``
is the time of a cold render in which at least one request is in progress: more than that cannot be due to the bucket.

Prints a JSON object.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.machine import machine, spread
from pytoon_pipeline_tests.harness.object_store import s3_server
from pytoon_pipeline_tests.harness.postgres import postgres

SAMPLE = Path(__file__).parents[1] / "samples" / "talk.mp4"
REQUESTS = ("size", "send", "fetch", "read", "write", "remove")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, s3_server() as server, postgres() as url:
        folder, bucket = Path(name), {**server.settings("bench")}
        servers = {
            **server.settings("servers"), "PYTOON_CATALOG": url,
            "PYTOON_DAGSTER_DATABASE": url.replace(":", "+psycopg2:", 1),
        }  # fmt: skip
        clip, long = folder / "short.mp4", folder / "long.mp4"
        make(clip, 6)
        make(long, options.seconds)
        found: dict[str, list[float]] = {"local": [], "bucket": [], "servers": [], "empty_home": []}
        for home, settings in (("local", {}), ("bucket", bucket), ("servers", servers)):
            render(folder / home, clip, settings, "computed")
        for number in range(options.runs):
            found["local"].append(render(folder / "local", clip, {}, "cached")["seconds"])
            found["bucket"].append(render(folder / "bucket", clip, bucket, "cached")["seconds"])
            found["servers"].append(render(folder / "servers", clip, servers, "cached")["seconds"])
            found["empty_home"].append(render(folder / f"empty-{number}", clip, bucket, "cached")["seconds"])
        middle = {place: median(seconds) for place, seconds in found.items()}
        cold_local = render(folder / "local", long, {}, "computed")
        cold_bucket = render(folder / "bucket", long, bucket, "computed")
        print(
            json.dumps(
                {
                    "machine": machine(),
                    "warm_seconds": {place: spread(seconds) for place, seconds in found.items()},
                    "warm_ratio": round(middle["bucket"] / middle["local"], 3),
                    "servers_seconds_over_local": round(middle["servers"] - middle["local"], 3),
                    "cold": {"video_seconds": options.seconds, "local": cold_local, "bucket": cold_bucket},
                    "cold_share_of_requests": round(cold_bucket["in_requests"] / cold_bucket["seconds"], 4),
                },
                indent=2,
            )
        )


def make(path: Path, seconds: float) -> None:
    """A talk of so many seconds: the sample, repeated."""
    repeat = ("-stream_loop", "-1", "-i", str(SAMPLE), "-t", str(seconds))
    media.run(*repeat, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(path))


def render(home: Path, clip: Path, settings: Mapping[str, str], status: str) -> dict[str, Any]:
    """Renders in a process of its own. Every stage but the delivery has this ``status``.

    The outbox is emptied first: nothing is rendered while it has the video, so the graph would not run.
    """
    shutil.rmtree(home / "outbox", ignore_errors=True)
    report = home.with_suffix(".json")
    environment = {"PYTOON_TRANSCRIBER": "pocketsphinx", **os.environ, **settings, "PYTOON_HOME": str(home)}
    command = [sys.executable, "-c", "from benchmarks.objects import child; child()", str(report), str(clip)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    stages = {one["name"]: one["status"] for one in json.loads(done.stdout)["stages"]}
    del stages["delivered_video"]
    assert set(stages.values()) == {status}, stages
    return json.loads(report.read_text())


def child() -> None:
    """The process that renders: its wall time, and how long it was in requests to the bucket."""
    began = time.perf_counter()
    from pytoon_pipeline.cli.main import main as pytoon
    from pytoon_pipeline.store.objects.s3 import S3Objects

    spans: list[tuple[float, float]] = []
    for name in REQUESTS:
        setattr(S3Objects, name, timed(getattr(S3Objects, name), spans))
    report, clip = sys.argv[1:]
    code = pytoon(["render", clip, "--json"])
    figures = {"seconds": time.perf_counter() - began, "requests": len(spans), "in_requests": union(spans)}
    Path(report).write_text(json.dumps({name: round(value, 3) for name, value in figures.items()}))
    sys.exit(code)


def timed(request: Any, spans: list[tuple[float, float]]) -> Any:
    def wrapped(*arguments: Any) -> Any:
        with span(spans):
            return request(*arguments)

    return wrapped


@contextmanager
def span(spans: list[tuple[float, float]]) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        spans.append((began, time.perf_counter()))


def union(spans: list[tuple[float, float]]) -> float:
    """The seconds that at least one of the spans covers."""
    total = reached = 0.0
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


if __name__ == "__main__":
    main()
