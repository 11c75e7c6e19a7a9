"""How much sooner the segments of one video are there with one, two and three remote engines, over a slow network.

``python -m benchmarks.engines [--seconds 60] [--latency 0.03] [--megabits 50]``. Real: the plan of the video, which is
rendered here first, the client with its hand-out of segments, the servers, and all bytes. Simulated, because engines
that render would share the processors of one machine: an engine waits as long as this machine has taken for the frames,
then it answers with the segments that were rendered here; and the network of each engine delays every byte by the
latency in each direction, and lets so many megabits per second through in each.

Prints a JSON object. ``floor`` is the time of one engine without a network, divided by the number of engines.
"""

import argparse
import json
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.protocol import items_shown
from pytoon_pipeline.engines.remote.engine import RemoteEngine
from pytoon_pipeline.engines.remote.fleet import EngineFleet
from pytoon_pipeline.engines.server import app
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.stages import StageKey, StageResult
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.render_server import TOKEN, Server, other_store

SAMPLE = Path(__file__).parents[1] / "samples" / "talk.mp4"
MAX_ENGINES, PIECE_BYTES = 3, 16_384
# What one client sends at once.
CHUNK_BYTES = 4 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--latency", type=float, default=0.03, help="seconds in each direction")
    parser.add_argument("--megabits", type=float, default=50, help="per second, engine and direction")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pytoon-engines-") as name:
        print(json.dumps(measure(Path(name), options) | {"machine": machine()}, indent=2))


def measure(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    rendered, spec, seconds = render_here(folder, options.seconds)
    expected = results(rendered, spec)
    names = [one.files["video"].sha256 for one in expected]
    found: dict[str, object] = {}
    alone = 0.0
    for count in range(1, MAX_ENGINES + 1):
        with ExitStack() as open_until_here:
            urls = []
            for number in range(count):
                engine = Prepared(other_store(folder / f"{count}-{number}"), rendered, seconds / spec.frames)
                server = open_until_here.enter_context(serving(engine))
                urls.append(open_until_here.enter_context(network(server.port, options.latency, options.megabits)))
            client = other_store(folder / f"client-{count}")
            fleet = EngineFleet(
                client, tuple(RemoteEngine(client, url, TOKEN, chunk_bytes=CHUNK_BYTES) for url in urls)
            )
            request = RenderRequest(spec, sources(client, spec, rendered))
            began = time.perf_counter()
            made = fleet.render_segments(request, lambda ready, total: None)
            wall = time.perf_counter() - began
        assert [one.artifact.files["video"].sha256 for one in made] == names, "the bytes are not those of this machine"
        alone = alone or wall
        found[str(count)] = {
            "seconds": round(wall, 2), "floor": round(seconds / count, 2), "speed_up": round(alone / wall, 2),
        }  # fmt: skip
    sent = sum(rendered.path(file).stat().st_size for one in expected for file in one.files.values())
    return {
        "video_seconds": options.seconds, "frames": spec.frames, "segments": len(spec.segments),
        "render_seconds_here": round(seconds, 2), "source_megabytes": round(source_bytes(rendered, spec) / 1e6, 2),
        "result_megabytes": round(sent / 1e6, 2), "latency_seconds": options.latency, "megabits": options.megabits,
        "engines": found,
    }  # fmt: skip


def render_here(folder: Path, seconds: float) -> tuple[Store, RenderSpec, float]:
    """Makes the video on this machine: its store, its plan, and how long all segments took."""
    clip, home = folder / "talk.mp4", Home(folder / "home")
    repeat = ("-stream_loop", "-1", "-i", str(SAMPLE), "-t", str(seconds))
    media.run(*repeat, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(clip))
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(clip), "--json"]
    environment = {"PYTOON_TRANSCRIBER": "pocketsphinx", **os.environ, "PYTOON_HOME": str(home.root)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    answer = json.loads(done.stdout)
    (taken,) = (one["seconds"] for one in answer["stages"] if one["name"] == "rendered_segments")
    return Store(home.store, home.work), RenderSpec.model_validate_json(Path(answer["spec"]).read_bytes()), taken


def sources(store: Store, spec: RenderSpec, original: Store) -> dict[str, Source]:
    """The media of a plan, in ``store``."""
    found = {}
    for item in items_shown(spec):
        file = original.find_file(item)
        assert file is not None
        kept = store.put(original.path(file))
        found[item] = Source(store.path(kept), probe(store.path(kept)))
    return found


def source_bytes(store: Store, spec: RenderSpec) -> int:
    return sum(file.bytes for item in items_shown(spec) if (file := store.find_file(item)))


def results(store: Store, spec: RenderSpec) -> list[Artifact]:
    """The segments that this machine has rendered."""
    keys = stages.stage_keys(spec, sources(store, spec, store))
    return [one.artifact for one in stages.cached_results(store, keys).values()]


@dataclass(frozen=True)
class Prepared:
    """An engine that takes the time of rendering, and then has the segments of ``rendered``."""

    store: Store
    rendered: Store
    seconds_per_frame: float

    def render_segments(self, request: RenderRequest, progress: Progress) -> list[StageResult]:
        keys, ready = stages.stage_keys(request.spec, request.sources), 0
        total, found = sum(one.frames for one in request.spec.segments), []
        for key, segment in zip(keys, request.spec.segments, strict=True):
            time.sleep(segment.frames * self.seconds_per_frame)
            found.append(self._copied(key))
            ready += segment.frames
            progress(ready, total)
        return found

    def _copied(self, key: StageKey) -> StageResult:
        made = self.rendered.find(key.fingerprint)
        assert made is not None, "this machine has not rendered the segment"
        for file in made.files.values():
            self.store.put(self.rendered.path(file))
        return StageResult(self.store.put_artifact(made), "computed", 0.0)


@contextmanager
def serving(engine: Prepared) -> Iterator[Server]:
    """A server whose engine is ``engine``."""
    usual = app.LocalEngine
    app.LocalEngine = lambda store, health: engine  # type: ignore[assignment,misc]
    try:
        server = Server(engine.store)
    finally:
        app.LocalEngine = usual  # type: ignore[misc]
    try:
        yield server
    finally:
        server.close()


class Direction:
    """One direction of a network: bytes come out after the latency, and no faster than the rate."""

    def __init__(self, latency: float, megabits: float) -> None:
        self._latency, self._bytes_per_second = latency, megabits * 1e6 / 8
        self._free_at, self._lock = 0.0, threading.Lock()

    def arrival(self, count: int) -> float:
        """When ``count`` bytes that are sent now have arrived, on the monotonic clock."""
        with self._lock:
            self._free_at = max(time.monotonic(), self._free_at) + count / self._bytes_per_second
            return self._free_at + self._latency


@contextmanager
def network(port: int, latency: float, megabits: float) -> Iterator[str]:
    """The URL of a server behind a network."""
    up, down = Direction(latency, megabits), Direction(latency, megabits)
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                # The connection is made by a message and its answer.
                time.sleep(2 * latency)
                far = socket.create_connection(("127.0.0.1", port))
                for one, other, way in ((near, far, up), (far, near, down)):
                    threading.Thread(target=carry, args=(one, other, way), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def carry(one: socket.socket, other: socket.socket, way: Direction) -> None:
    """Passes bytes on until the connection ends. At most as much is under way as fits into the queue."""
    under_way: queue.Queue[tuple[float, bytes]] = queue.Queue(maxsize=256)

    def deliver() -> None:
        with suppress(OSError):
            while (due := under_way.get())[1]:
                time.sleep(max(0.0, due[0] - time.monotonic()))
                other.sendall(due[1])
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    threading.Thread(target=deliver, daemon=True).start()
    with suppress(OSError):
        while data := one.recv(PIECE_BYTES):
            under_way.put((way.arrival(len(data)), data))
    under_way.put((way.arrival(0), b""))


if __name__ == "__main__":
    main()
