"""The HTTP API with 100,000 known jobs: how long its answers take, and whether events and doubles are right then.

A real server on loopback answers a client that keeps its connection; the jobs are in the catalog in all states, each
finished one with its video. ``python -m benchmarks.api_load [--jobs 100000] [--calls 300]`` prints a JSON object.
"""

import argparse
import json
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.client import Client
from pytoon_pipeline.client.event_source import events_in
from pytoon_pipeline.contracts.events import RenderEvent
from pytoon_pipeline_tests.harness.api_client import TOKEN
from pytoon_pipeline_tests.harness.api_server import ApiServer
from pytoon_pipeline_tests.harness.daemon_harness import home_at
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.many_uploads import fill

DOUBLES, DISCONNECTS, EVENTS, FIRST_EVENTS = 100, 20, 400, 50
# The stage of the last event that is written.
LAST = "delivered_video"
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=300)
    options = parser.parse_args()
    os.environ["PYTOON_API_RATE"] = "1000000"
    with tempfile.TemporaryDirectory(prefix="pytoon-load-") as folder:
        home = home_at(Path(folder) / "home")
        fill(home, options.jobs)
        server = ApiServer(home, free_port(), TOKEN)
        server.start()
        server.wait()
        try:
            found = measure(server, options.jobs, options.calls, Path(folder))
        finally:
            server.kill()
    print(json.dumps({"jobs": options.jobs, "calls": options.calls, **found, "machine": machine()}))


def measure(server: ApiServer, jobs: int, calls: int, folder: Path) -> dict[str, object]:
    chance = random.Random(7)
    with httpx.Client(base_url=server.url, headers=AUTHORIZATION, timeout=60) as http:
        photo = _uploaded(http, folder)
        keys = [f"{chance.randrange(jobs):032x}" for _ in range(calls)]
        return {
            "submit_ms": _milliseconds(lambda n: _post(http, _wanted(f"Number {n}")), range(calls)),
            "submit_with_photo_ms": _milliseconds(lambda n: _post(http, _wanted(f"Photo {n}", photo)), range(calls)),
            "submit_again_ms": _milliseconds(lambda n: _post(http, _wanted(f"Number {n}")), range(calls)),
            "status_ms": _milliseconds(lambda key: http.get(f"/v1/renders/{key}").raise_for_status(), keys),
            "list_ms": {
                query or "all": _milliseconds(lambda key, query=query: _page(http, key, query), keys[: calls // 3])
                for query in ("", "status=failed", "status=degraded")
            },
            "doubles": _doubles(server.url),
            **_events(server, _post(http, _wanted("Events"))),
        }  # fmt: skip


def _uploaded(http: httpx.Client, folder: Path) -> str:
    path = folder / "photo.jpg"
    Image.linear_gradient("L").resize((1080, 1920)).convert("RGB").save(path)
    return str(http.post("/v1/uploads", content=path.read_bytes()).raise_for_status().json()["id"])


def _wanted(text: str, photo: str | None = None) -> dict[str, object]:
    files = {"photo.jpg": photo} if photo else {}
    return {"title": text, "files": files, "request": {"text": text, "max_seconds": 3}}


def _post(http: httpx.Client, wanted: dict[str, object]) -> str:
    return str(http.post("/v1/renders", json=wanted).raise_for_status().json()["id"])


def _page(http: httpx.Client, after: str, query: str) -> None:
    http.get(f"/v1/renders?limit=50&cursor={after}&{query}").raise_for_status()


def _milliseconds(call: Callable[[Any], object], values: Iterable[Any]) -> dict[str, float]:
    taken = []
    for value in values:
        began = time.perf_counter()
        call(value)
        taken.append(1000 * (time.perf_counter() - began))
    return _spread(taken)


def _spread(taken: list[float]) -> dict[str, float]:
    ordered = sorted(taken)
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: round(ordered[min(len(ordered) - 1, int(at * len(ordered)))], 1) for name, at in places.items()}


def _doubles(url: str) -> dict[str, object]:
    """The same request from many clients at the same moment."""
    together = threading.Barrier(DOUBLES)

    def submit(_: int) -> tuple[int, str]:
        with httpx.Client(base_url=url, headers=AUTHORIZATION, timeout=120) as http:
            together.wait()
            answer = http.post("/v1/renders", json=_wanted("The same")).raise_for_status()
            return answer.status_code, answer.json()["id"]

    with ThreadPoolExecutor(DOUBLES) as pool:
        answers = list(pool.map(submit, range(DOUBLES)))
    return {
        "posts": DOUBLES, "renders": len({key for _, key in answers}), "queued": sum(one == 202 for one, _ in answers)
    }  # fmt: skip


def _events(server: ApiServer, key: str) -> dict[str, object]:
    """How long an event takes from the catalog to a client, and what a client has seen that is often disconnected."""
    with Client(server.url, TOKEN) as client:
        events = client.follow(key)
        next(events)
        taken = []
        for _ in range(FIRST_EVENTS):
            time.sleep(random.uniform(0, 0.2))
            Events(server.home).add_progress(key, "rendered_segments", 1)
            taken.append(1000 * (time.time() - next(events).at))
    return {"progress_event_ms": _spread(taken), "disconnects": _disconnected(server, key)}


def _disconnected(server: ApiServer, key: str) -> dict[str, int]:
    written = Events(server.home)
    began = written.newest()
    writer = threading.Thread(target=_write, args=(written, key))
    writer.start()
    seen: list[int] = []
    chance = random.Random(7)
    for n in range(DISCONNECTS + 1):
        count = None if n == DISCONNECTS else chance.randint(1, EVENTS // DISCONNECTS)
        for event in islice(_stream(server.url, key, seen[-1] if seen else began), count):
            seen.append(event.seq)
            if event.data.stage == LAST:
                break
    writer.join()
    there = [event.seq for event in written.after(began, "default", key, EVENTS + 1)]
    return {
        "disconnects": DISCONNECTS, "events": len(there), "lost": len(set(there) - set(seen)),
        "doubled": len(seen) - len(set(seen)),
    }  # fmt: skip


def _write(events: Events, key: str) -> None:
    for number in range(EVENTS):
        events.add_progress(key, LAST if number == EVENTS - 1 else "rendered_segments", number * 100 // EVENTS)
        time.sleep(0.01)


def _stream(url: str, key: str, after: int) -> Iterable[RenderEvent]:
    """The events after a number, over a connection that ends with the iteration."""
    headers = {**AUTHORIZATION, "Last-Event-ID": str(after)}
    with (
        httpx.Client(base_url=url, timeout=20) as http,
        http.stream("GET", f"/v1/renders/{key}/events", headers=headers) as answer,
    ):
        yield from events_in(answer.iter_lines())


if __name__ == "__main__":
    main()
