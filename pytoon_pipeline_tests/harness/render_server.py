"""A render server in a thread, the client that talks to it, and a proxy that drops connections."""

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath
from pytoon_pipeline.contracts.spec.render_spec import AudioMix, Cue, CueWord, RenderSpec, Scene, Segment
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.local import LocalEngine
from pytoon_pipeline.engines.remote.engine import RemoteEngine, RetrySettings
from pytoon_pipeline.engines.remote.fleet import EngineFleet
from pytoon_pipeline.engines.server.app import application
from pytoon_pipeline.engines.server.serve import EngineServer
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.placed_captions import placed_captions
from pytoon_pipeline_tests.harness.plans import whole_frame

TOKEN = "a token for tests only"
RATE = FrameRate(numerator=25)
FRAMES, SEGMENTS = 36, 3

CAMERA = CropPath(
    width=0.31640625, height=1.0, keyframes=(CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5),)
)

QUICK = RetrySettings(max_attempts=6, first_delay_seconds=0.05, max_delay_seconds=0.2)
PIECE = 40_000
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


def quiet(ready: int, total: int) -> None:
    """Nobody listens."""


def spec(item: str, text: str = "hello") -> RenderSpec:
    """A small video in three segments; a caption in the last one."""
    edges = range(0, FRAMES + 1, FRAMES // SEGMENTS)
    word = CueWord(text=text, start=26, end=34)
    return RenderSpec(
        width=270, height=480, rate=RATE, frames=FRAMES,
        scenes=(Scene(start=0, frames=FRAMES, layers=(whole_frame(item, 3, CAMERA),)),),
        segments=tuple(Segment(start=a, frames=b - a) for a, b in itertools.pairwise(edges)),
        captions=placed_captions(CaptionStyle(margin=0), (Cue(start=26, end=34, words=(word,)),), 270, 480),
        audio=AudioMix(samples=FRAMES * 1920, loudness=-14, true_peak=-1),
    )  # fmt: skip


def work_in(store: Store, video: Path, text: str = "hello") -> RenderRequest:
    file = store.put(video)
    return RenderRequest(spec(file.sha256, text), {file.sha256: Source(store.path(file), probe(video))}, {}, 120.0)


def other_store(folder: Path) -> Store:
    return Store(folder / "store", folder / "work")


class Listening:
    """Records all requests, also those without the token."""

    def __init__(self, app: ASGIApp, asked: list[tuple[str, str]]) -> None:
        self.app, self.asked = app, asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.asked.append((scope["method"], scope["path"]))
        await self.app(scope, receive, send)


class Server:
    """A real server in a thread. ``asked`` are its requests, ``(method, path)``."""

    def __init__(self, store: Store, port: int = 0, **settings: object) -> None:
        self.asked: list[tuple[str, str]] = []
        self.inner = application(store, TOKEN, ServerSettings(**{"free_bytes": 0, **settings}))  # type: ignore[arg-type]
        self.socket = socket.create_server(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.inner.add_middleware(Listening, asked=self.asked)
        self.server = EngineServer(self.inner, shutdown_seconds=1)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]})
        self.thread.start()

    def count(self, method: str, path: str = "/v1/files") -> int:
        return sum(one == method and where.startswith(path) for one, where in self.asked)

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()


class Proxy:
    """Passes bytes on to ``port``. The first connections break after ``lasting`` bytes each, in both directions."""

    def __init__(self, port: int, breaks: int = 0, lasting: int = 0) -> None:
        self.port, self.breaks, self.lasting = port, breaks, lasting
        self.connections, self.sent = 0, 0
        self.open: list[socket.socket] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.socket.accept()
                far = socket.create_connection(("127.0.0.1", self.port))
                self.open += [near, far]
                self.connections += 1
                left = [self.lasting if self.connections <= self.breaks else 1 << 40]
                for one, other, up in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._pass, args=(one, other, left, up), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, left: list[int], up: bool) -> None:
        with suppress(OSError):
            while data := one.recv(4096):
                data = data[: max(0, left[0])]
                left[0] -= len(data)
                self.sent += len(data) if up else 0
                other.sendall(data)
                if left[0] <= 0:
                    break
        # As on a real connection, data that has arrived is read before the end is seen.
        time.sleep(0.05)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """Breaks all connections that are open."""
        for one in self.open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.socket.close()
        self.cut()
        for one in self.open:
            one.close()


@contextmanager
def through(server: Server, **how: int) -> Iterator[Proxy]:
    proxy = Proxy(server.port, **how)
    try:
        yield proxy
    finally:
        proxy.close()


def remote(store: Store, *urls: str, token: str = TOKEN, piece: int = PIECE) -> EngineFleet:
    return EngineFleet(store, tuple(RemoteEngine(store, url, token, QUICK, piece) for url in urls))


def names(done: list[StageResult]) -> list[tuple[str, str]]:
    """Fingerprints of the results, and hashes of the videos."""
    return [(one.artifact.fingerprint, one.artifact.files["video"].sha256) for one in done]


def locally(work: RenderRequest, folder: Path) -> tuple[list[StageResult], StageResult]:
    engine = LocalEngine(other_store(folder), folder / "work" / "health.json")
    return engine.render_segments(work, quiet), engine.render_thumbnail(work, 20)


KILLABLE = """
import sys
from pathlib import Path
from pytoon_pipeline.engines.server.serve import serve
from pytoon_pipeline.runtime.home import Home
serve(Home(Path(sys.argv[1])), "127.0.0.1", int(sys.argv[2]))
"""
