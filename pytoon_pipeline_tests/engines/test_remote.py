"""The remote engine: the same frames, only what is missing on the way, and no harm from connections that drop."""

import asyncio
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, PytoonError, TransientError
from pytoon_pipeline.contracts.media import MediaInfo, StillPicture
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, ImageLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import AudioMix, CaptionPlan, Cue, CueWord, RenderSpec, Scene, Segment
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.local import LocalEngine
from pytoon_pipeline.engines.protocol import Event, NamedFile, Picture, Problem, RenderOrder
from pytoon_pipeline.engines.remote.client import Arrived, EngineClient
from pytoon_pipeline.engines.remote.engine import RemoteEngine, RetrySettings
from pytoon_pipeline.engines.server.app import Host, ServerSettings, application, serve
from pytoon_pipeline.engines.server.uploads import ResumableUploads, WrongOffset
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import canonical
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media as making
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
        captions=CaptionPlan(style=CaptionStyle(), cues=(Cue(start=26, end=34, words=(word,)),)),
        audio=AudioMix(samples=FRAMES * 1920, loudness=-14, true_peak=-1),
    )  # fmt: skip


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return making.video(tmp_path_factory.mktemp("source") / "v.mp4", 2, "640x360", "25", False, "-crf", "0")


@pytest.fixture
def work(video: Path, store: Store) -> RenderRequest:
    return work_in(store, video)


def work_in(store: Store, video: Path, text: str = "hello") -> RenderRequest:
    file = store.put(video)
    return RenderRequest(spec(file.sha256, text), {file.sha256: Source(store.path(file), probe(video))}, {}, 120.0)


def other_store(folder: Path) -> Store:
    return Store(folder / "store", folder / "work")


class Listening:
    """Notes what is asked for, also without the token."""

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
        self.server = Host(self.inner, leaving_seconds=1)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]})
        self.thread.start()

    def count(self, method: str, path: str = "/v1/files") -> int:
        return sum(one == method and where.startswith(path) for one, where in self.asked)

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers, each on a store of its own unless it is given another one's home."""
    running: list[Server] = []

    def start(home: Path = tmp_path / "server", **settings: object) -> Server:
        running.append(Server(other_store(home), **settings))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for one in running:
        one.close()


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
        # As on a real line, what has arrived is read before the end is seen.
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


def remote(store: Store, url: str, token: str = TOKEN, piece: int = PIECE) -> RemoteEngine:
    return RemoteEngine(store, url, token, QUICK, piece)


def names(done: list[StageResult]) -> list[tuple[str, str]]:
    """What was made: fingerprints, and the hashes of the videos."""
    return [(one.artifact.fingerprint, one.artifact.files["video"].sha256) for one in done]


def locally(work: RenderRequest, folder: Path) -> tuple[list[StageResult], StageResult]:
    engine = LocalEngine(other_store(folder), folder / "work" / "health.json")
    return engine.segments(work, quiet), engine.thumbnail(work, 20)


def test_remote_and_local_make_the_same_and_each_thing_travels_once(
    work: RenderRequest, video: Path, store: Store, tmp_path: Path, serving: Callable[..., Server],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    segments, thumbnail = locally(work, tmp_path / "local")
    server, heard = serving(), []
    engine = remote(store, server.url)
    made = engine.segments(work, lambda *ready: heard.append(ready))
    assert names(made) == names(segments)
    assert [one.status for one in made] == ["computed"] * SEGMENTS
    assert (heard[0], heard[-1]) == ((0, SEGMENTS), (SEGMENTS, SEGMENTS))
    assert engine.thumbnail(work, 20).artifact.files == thumbnail.artifact.files
    assert server.count("PATCH") == -(-video.stat().st_size // PIECE)

    asked = len(server.asked)
    assert [one.status for one in engine.segments(work, quiet)] == ["cached"] * SEGMENTS
    assert len(server.asked) == asked, "nothing is asked when all is here"

    # Of the edited video one segment is missing here; for a machine that is new, all are, but none is rendered again.
    edited = engine.segments(work_in(store, video, "other"), quiet)
    assert [one.status for one in edited] == ["cached", "cached", "computed"]
    assert [path for _, path in server.asked[asked:] if path.startswith("/v1/files")] == [
        f"/v1/files/{file.sha256}" for file in edited[2].artifact.files.values()
    ]
    monkeypatch.setattr(LocalEngine, "segments", None)
    fresh = other_store(tmp_path / "fresh")
    sent = server.count("PATCH")
    assert names(remote(fresh, server.url).segments(work_in(fresh, video), quiet)) == names(segments)
    assert server.count("PATCH") == sent


def test_connections_that_drop_again_and_again_only_cost_what_was_on_the_way(
    work: RenderRequest, video: Path, store: Store, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    segments, _ = locally(work, tmp_path / "local")
    server = serving()
    with through(server, breaks=60, lasting=200_000) as proxy:
        made = remote(store, proxy.url, piece=1 << 30).segments(work, quiet)
    assert names(made) == names(segments)
    assert proxy.connections >= 5
    assert proxy.sent < 2 * video.stat().st_size


def test_progress_goes_on_after_a_drop(
    work: RenderRequest, store: Store, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, real, heard = serving(heartbeat_seconds=0.05), LocalEngine.segments, []
    cut = threading.Event()

    def slow(engine: LocalEngine, asked: RenderRequest, progress: Callable[[int, int], None]) -> list[StageResult]:
        progress(1, SEGMENTS)
        assert cut.wait(900)
        return real(engine, asked, progress)

    monkeypatch.setattr(LocalEngine, "segments", slow)
    with through(server) as proxy:

        def progress(ready: int, total: int) -> None:
            heard.append(ready)
            if ready == 1:
                proxy.cut()
                cut.set()

        made = remote(store, proxy.url).segments(work, progress)
    assert len(made) == SEGMENTS
    assert heard == sorted(set(heard))
    assert heard[-1] == SEGMENTS
    assert server.count("GET", "/v1/renders") > 1
    assert server.count("PATCH") == -(-next(iter(work.pictures.values())).path.stat().st_size // PIECE)


KILLABLE = """
import sys
from pathlib import Path
from pytoon_pipeline.engines.server.app import serve
from pytoon_pipeline.runtime.home import Home
serve(Home(Path(sys.argv[1])), "127.0.0.1", int(sys.argv[2]))
"""


def test_a_killed_server_goes_on_where_it_was(
    work: RenderRequest, video: Path, store: Store, tmp_path: Path, serving: Callable[..., Server],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    home = tmp_path / "server"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"PYTOON_ENGINE_TOKEN": TOKEN, "PYTOON_ENGINE_FREE_BYTES": "0"}
    command = [sys.executable, "-c", KILLABLE, str(home), str(port)]
    first, again = subprocess.Popen(command, env={**os.environ, **settings}), []
    size, piece, real = video.stat().st_size, 5000, EngineClient.send

    def send(line: EngineClient, file: NamedFile, offset: int, data: bytes) -> Arrived:
        arrived = real(line, file, offset, data)
        if not again and arrived.offset > size // 2:
            first.kill()
            first.wait()
            again.append(serving(home, port=port))
        return arrived

    monkeypatch.setattr(EngineClient, "send", send)
    try:
        patient = RetrySettings(max_attempts=5000, first_delay_seconds=0.05, max_delay_seconds=0.2)
        made = RemoteEngine(store, f"http://127.0.0.1:{port}", TOKEN, patient, piece).segments(work, quiet)
    finally:
        first.kill()
    assert len(made) == SEGMENTS
    assert 0 < again[0].count("PATCH") <= size // 2 // piece + 2, "the rest, and one that came before the order"


def test_pictures_and_fonts_travel_by_their_own_names_and_only_where_they_are_seen(
    store: Store, tmp_path: Path, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    font = store.put(fonts.load("Fredoka One").file)
    fonts.register(font.sha256, store.path(font))
    sources = {}
    for item, colour in (("1" * 64, "red"), ("2" * 64, "blue")):
        making.run("-f", "lavfi", "-i", f"color={colour}:size=320x240", "-frames:v", "1", str(tmp_path / "p.png"))
        picture = StillPicture(width=320, height=240, transparent=False, original="JPEG")
        info = MediaInfo(container="picture", seconds=0, video=None, audio=None, still=picture, streams={})
        sources[item] = Source(store.path(store.put(tmp_path / "p.png")), info)

    def work(text: str) -> RenderRequest:
        def shown(item: str, start: int, frames: int) -> Scene:
            layer = ImageLayer(
                item=item,
                crop_path=CAMERA,
                width=1080,
                height=1920,
                transform=Transform(x=constant(540), y=constant(960)),
            )
            return Scene(start=start, frames=frames, layers=(layer,))

        plan = spec("", text)
        captions = plan.captions.model_copy(update={"style": CaptionStyle(font=font.sha256)})
        scenes = (shown("1" * 64, 0, 24), shown("2" * 64, 24, 12))
        plan = plan.model_copy(update={"scenes": scenes, "captions": captions})
        return RenderRequest(plan, sources, {font.sha256: store.path(font)}, 120.0)

    LocalEngine(store, store.work / "health.json").segments(work("before"), quiet)
    expected, _ = locally(work("after"), tmp_path / "local")
    server = serving()

    def forget(ready: int, total: int) -> None:
        """The server runs in this process, but has to learn of the font by itself."""
        monkeypatch.setattr(fonts, "_files", {})
        fonts.load.cache_clear()

    made = remote(store, server.url, piece=1 << 30).segments(work("after"), forget)
    assert [one.status for one in made] == ["cached", "cached", "computed"]
    assert names(made) == names(expected)
    sent = {path.rpartition("/")[2] for method, path in server.asked if method == "PATCH"}
    assert sent == {font.sha256, sources["2" * 64].path.name}


def test_tokens_are_asked_for_everywhere(
    work: RenderRequest, store: Store, home: Home, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serving()
    with pytest.raises(DependencyMissing, match="remote_refused"):
        remote(store, server.url, "another token for it").segments(work, quiet)
    assert len(server.asked) == 1
    for path in ("/v1/health", "/v1/files/" + "a" * 64, "/", "/docs", "/openapi.json"):
        assert httpx.get(server.url + path, timeout=900).status_code == 401
    health = httpx.get(server.url + "/v1/health", headers=HEADERS, timeout=900)
    assert health.json()["status"] == "well"
    for token, code in (("", "engine_token_missing"), ("short", "engine_token_short")):
        monkeypatch.setenv("PYTOON_ENGINE_TOKEN", token)
        with pytest.raises(PytoonError, match=code):
            serve(home, port=0)
    monkeypatch.setenv("PYTOON_ENGINE_RENDERS", "many")
    with pytest.raises(InvalidInput, match="invalid_setting"):
        ServerSettings.load()


def order(work: RenderRequest, **changes: object) -> dict:
    """The order for ``work`` as JSON, with fields replaced."""
    pictures = {
        item: Picture(file=NamedFile(sha256=item, bytes=source.path.stat().st_size), info=source.info)
        for item, source in work.pictures.items()
    }
    values = RenderOrder(spec=work.spec, pictures=pictures, seconds=60.0).model_dump(mode="json")
    return values | changes


def test_what_is_wrong_is_refused_with_a_reason(work: RenderRequest, serving: Callable[..., Server]) -> None:
    server = serving()
    with httpx.Client(base_url=server.url, headers=HEADERS, timeout=900) as client:

        def said(method: str, path: str, **what: object) -> tuple[int, str]:
            response = client.request(method, path, **what)  # type: ignore[arg-type]
            return response.status_code, response.json()["code"]

        (item,) = work.pictures
        size = work.pictures[item].path.stat().st_size
        assert said("GET", f"/v1/renders/{'a' * 64}/events") == (404, "unknown_order")
        assert said("PATCH", f"/v1/files/{item}", params={"offset": 0, "total": size}) == (404, "unknown_file")
        state = client.post("/v1/renders", json=order(work)).json()
        assert (state["state"], state["missing"]) == ("waiting", {item: size})

        # The file itself: wrong place, wrong length, wrong content.
        file, whole = f"/v1/files/{item}", {"offset": 0, "total": size}
        assert said("PATCH", file, params={"offset": 7, "total": size}) == (409, "wrong_offset")
        assert said("PATCH", file, params={"offset": 0, "total": size + 1}) == (400, "wrong_length")
        assert said("PATCH", file, params=whole, content=b"x" * (size + 1)) == (413, "file_too_long")
        assert client.patch(file, params=whole, content=b"x" * 100).headers["Upload-Offset"] == "100"
        assert client.head(file).headers["Upload-Complete"] == "?0"
        rest = {"offset": 100, "total": size}
        assert said("PATCH", file, params=rest, content=b"x" * (size - 100)) == (422, "wrong_hash")
        assert client.head(file).headers["Upload-Offset"] == "0"
        assert said("GET", file) == (404, "unknown_file"), "only what was made is given away"

        # Names that are no hashes.
        for name in ("..%2f..%2fetc%2fpasswd", "A" * 64, "a" * 63, "a" * 64 + "%0a", ".."):
            assert client.get(f"/v1/files/{name}").status_code in (400, 404)
        info = work.pictures[item].info.model_dump(mode="json")
        for name in ("../" + item[3:], item.upper(), item + "\n"):
            wrong = {item: {"file": {"sha256": name, "bytes": size}, "info": info}}
            assert said("POST", "/v1/renders", json=order(work, pictures=wrong)) == (400, "order_unreadable")

        # Orders that ask for too much, or for nothing that can be.
        large = {item: {"file": {"sha256": item, "bytes": 1 << 50}, "info": info}}
        for changes, code in (
            ({"pictures": large}, "order_too_large"),
            ({"spec": order(work)["spec"] | {"width": 2160}}, "order_too_large"),
            ({"spec": order(work)["spec"] | {"frames": 2000}}, "order_too_large"),
            ({"spec": order(work)["spec"] | {"rate": {"numerator": 10**9}}}, "order_too_large"),
            ({"pictures": {}}, "order_unusable"),
            ({"thumbnail": FRAMES}, "order_unusable"),
            ({"fonts": {"a" * 64: {"sha256": "b" * 64, "bytes": 9}}}, "order_unusable"),
            ({"version": 2}, "order_unreadable"),
        ):
            assert said("POST", "/v1/renders", json=order(work, **changes))[1] == code
        endless = canonical(order(work)).replace(b'"true_peak":-1.0', b'"true_peak":1e999')
        assert said("POST", "/v1/renders", content=endless) == (400, "order_unusable")
        assert said("POST", "/v1/renders", content=b"[") == (400, "order_unreadable")
        assert said("POST", "/v1/renders", content=b" " * (9 << 20)) == (413, "order_too_large")


def test_limits_and_failures_of_the_server_keep_their_class(
    video: Path, store: Store, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    work = work_in(store, video)
    busy = serving(tmp_path / "busy", waiting=0, retry_seconds=0)
    with pytest.raises(TransientError, match="remote_busy"):
        remote(store, busy.url).segments(work, quiet)
    assert busy.count("POST", "/v1/renders") == QUICK.max_attempts + 1
    small = serving(tmp_path / "small", file_bytes=1000)
    with pytest.raises(InvalidInput, match="order_too_large"):
        remote(store, small.url).segments(work, quiet)
    assert small.count("POST", "/v1/renders") == 1
    (tmp_path / "text").write_bytes(b"no video " * 100)
    text = store.put(tmp_path / "text")
    (info,) = (one.info for one in work.pictures.values())
    damaged = replace(work, spec=spec(text.sha256), pictures={text.sha256: Source(store.path(text), info)})
    with pytest.raises(InvalidInput, match="not_media"):
        remote(store, serving(tmp_path / "third").url).segments(damaged, quiet)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TransientError, match="remote_unreachable"):
        remote(store, f"http://127.0.0.1:{port}").segments(work, quiet)


def test_only_what_was_asked_for_is_taken(
    work: RenderRequest, store: Store, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, real = serving(), LocalEngine.segments
    wrong: dict[str, object] = {}

    def other(engine: LocalEngine, asked: RenderRequest, progress: Callable[[int, int], None]) -> list[StageResult]:
        made = real(engine, asked, progress)
        return [replace(one, artifact=one.artifact.model_copy(update=wrong)) for one in made]

    monkeypatch.setattr(LocalEngine, "segments", other)
    # What it finds, it gives as it is; here it has to make it.
    monkeypatch.setattr(Store, "find", lambda store, fingerprint: None)
    for changes in (
        {"version": 99},
        {"inputs": {}},
        {"tools": {"ffmpeg": "another"}},
        {"files": {"video": StoredFile(sha256="a" * 64, bytes=1), "frame_stats": StoredFile(sha256="../x", bytes=1)}},
    ):
        wrong.clear()
        wrong.update(changes)
        with pytest.raises(DependencyMissing, match="remote_not_an_engine"):
            remote(store, server.url).segments(work, quiet)


@given(st.text())
def test_any_text_travels_in_one_line(text: str) -> None:
    event = Event(n=1, error=Problem(code="x", message=text, hint="", category="bug"))
    (line,) = event.line.decode().splitlines()
    assert Event.model_validate_json(line) == event


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


def test_unfinished_files_are_bounded_and_dropped_when_old(store: Store) -> None:
    arrivals = ResumableUploads(store, ServerSettings(free_bytes=0, upload_bytes=150, partial_seconds=50))
    one, other = NamedFile(sha256="a" * 64, bytes=100), NamedFile(sha256="b" * 64, bytes=100)
    assert asyncio.run(arrivals.receive(one, 0, pieces(b"x" * 30, b"x" * 30))) == 60
    with pytest.raises(TransientError, match="remote_busy"):
        asyncio.run(arrivals.receive(other, 0, pieces(b"x")))
    os.utime(arrivals.folder / one.sha256, (0, 0))
    assert asyncio.run(arrivals.receive(other, 0, pieces(b"x"))) == 1
    assert arrivals.received(one) == 0
    full = ResumableUploads(store, ServerSettings(free_bytes=1 << 60))
    with pytest.raises(TransientError, match="remote_disk_full"):
        asyncio.run(full.receive(one, 0, pieces(b"x")))


def test_the_newest_of_two_connections_is_heard(store: Store) -> None:
    arrivals = ResumableUploads(store, ServerSettings(free_bytes=0))
    file = NamedFile(sha256="a" * 64, bytes=100)

    async def both() -> None:
        first_came, second_came = asyncio.Event(), asyncio.Event()

        async def stale() -> AsyncIterator[bytes]:
            yield b"1" * 10
            first_came.set()
            await second_came.wait()
            yield b"1" * 10

        async def newer() -> AsyncIterator[bytes]:
            yield b"2" * 10
            second_came.set()
            await asyncio.sleep(0)
            yield b"2" * 10

        first = asyncio.create_task(arrivals.receive(file, 0, stale()))
        await first_came.wait()
        assert await arrivals.receive(file, 10, newer()) == 30
        with pytest.raises(WrongOffset):
            await first

    asyncio.run(both())
    assert (arrivals.folder / file.sha256).read_bytes() == b"1" * 10 + b"2" * 20
