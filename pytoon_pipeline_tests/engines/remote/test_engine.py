"""The remote engine: the same frames, only what is missing is sent, and dropped connections do no harm."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, TransientError
from pytoon_pipeline.contracts.media import MediaInfo, StillPicture
from pytoon_pipeline.contracts.spec.layers import ImageLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.local import LocalEngine
from pytoon_pipeline.engines.protocol import NamedFile
from pytoon_pipeline.engines.remote.client import EngineClient, UploadProgress
from pytoon_pipeline.engines.remote.engine import RemoteEngine, RetrySettings
from pytoon_pipeline.engines.remote.fleet import EngineFleet
from pytoon_pipeline.media import fonts
from pytoon_pipeline.planning.captions.contrast import with_colours
from pytoon_pipeline.rendering import word_images
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.render_server import (
    CAMERA,
    FRAMES,
    KILLABLE,
    PIECE,
    QUICK,
    SEGMENTS,
    TOKEN,
    Server,
    locally,
    names,
    other_store,
    quiet,
    remote,
    spec,
    through,
    work_in,
)


def test_remote_and_local_results_are_equal_and_each_file_is_sent_once(
    work: RenderRequest, video: Path, store: Store, tmp_path: Path, serving: Callable[..., Server],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    segments, thumbnail = locally(work, tmp_path / "local")
    server, heard = serving(), []
    engine = remote(store, server.url)
    made = engine.render_segments(work, lambda *ready: heard.append(ready))
    assert names(made) == names(segments)
    assert [one.status for one in made] == ["computed"] * SEGMENTS
    assert (heard[0], heard[-1]) == ((0, FRAMES), (FRAMES, FRAMES)), "progress counts frames"
    assert heard == sorted(set(heard))
    assert engine.render_thumbnail(work, 20).artifact.files == thumbnail.artifact.files
    assert server.count("PATCH") == -(-video.stat().st_size // PIECE)

    asked = len(server.asked)
    assert [one.status for one in engine.render_segments(work, quiet)] == ["cached"] * SEGMENTS
    assert len(server.asked) == asked, "nothing is requested when everything is here"

    # One segment of the edited video is missing here; a new machine lacks all of them, but none is rendered again.
    edited = engine.render_segments(work_in(store, video, "other"), quiet)
    assert [one.status for one in edited] == ["cached", "cached", "computed"]
    assert sorted(path for _, path in server.asked[asked:] if path.startswith("/v1/files")) == sorted(
        f"/v1/files/{file.sha256}" for file in edited[2].artifact.files.values()
    )
    monkeypatch.setattr(LocalEngine, "render_segments", None)
    fresh = other_store(tmp_path / "fresh")
    sent = server.count("PATCH")
    assert names(remote(fresh, server.url).render_segments(work_in(fresh, video), quiet)) == names(segments)
    assert server.count("PATCH") == sent


def test_repeatedly_dropped_connections_cost_only_the_data_in_transit(
    work: RenderRequest, video: Path, store: Store, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    segments, _ = locally(work, tmp_path / "local")
    server = serving()
    with through(server, breaks=60, lasting=200_000) as proxy:
        made = remote(store, proxy.url, piece=1 << 30).render_segments(work, quiet)
    assert names(made) == names(segments)
    assert proxy.connections >= 5
    assert proxy.sent < 2 * video.stat().st_size


def test_progress_resumes_after_a_dropped_connection(
    work: RenderRequest, store: Store, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, real, heard = serving(heartbeat_seconds=0.05), LocalEngine.render_segments, []
    cut = threading.Event()

    def slow(engine: LocalEngine, asked: RenderRequest, progress: Callable[[int, int], None]) -> list[StageResult]:
        progress(1, FRAMES)
        assert cut.wait(900)
        return real(engine, asked, progress)

    monkeypatch.setattr(LocalEngine, "render_segments", slow)
    with through(server) as proxy:

        def progress(ready: int, total: int) -> None:
            heard.append(ready)
            if ready == 1:
                proxy.cut()
                cut.set()

        made = remote(store, proxy.url).render_segments(work, progress)
    assert len(made) == SEGMENTS
    assert heard == sorted(set(heard))
    assert heard[-1] == FRAMES
    assert server.count("GET", "/v1/renders") > 1
    assert server.count("PATCH") == -(-next(iter(work.sources.values())).path.stat().st_size // PIECE)


def test_a_restarted_server_resumes_the_upload(
    work: RenderRequest, video: Path, store: Store, tmp_path: Path, serving: Callable[..., Server],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    home = tmp_path / "server"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"PYTOON_ENGINE_TOKEN": TOKEN, "PYTOON_ENGINE_FREE_BYTES": "0"}
    command = [sys.executable, "-c", KILLABLE, str(home), str(port)]
    first, again = subprocess.Popen(command, env={**os.environ, **settings}), []
    size, piece, real = video.stat().st_size, 5000, EngineClient.send_chunk

    def send(line: EngineClient, file: NamedFile, offset: int, data: bytes) -> UploadProgress:
        arrived = real(line, file, offset, data)
        if not again and arrived.offset > size // 2:
            first.kill()
            first.wait()
            again.append(serving(home, port=port))
        return arrived

    monkeypatch.setattr(EngineClient, "send_chunk", send)
    try:
        patient = RetrySettings(max_attempts=5000, first_delay_seconds=0.05, max_delay_seconds=0.2)
        server = RemoteEngine(store, f"http://127.0.0.1:{port}", TOKEN, patient, piece)
        made = EngineFleet(store, (server,)).render_segments(work, quiet)
    finally:
        first.kill()
    assert len(made) == SEGMENTS
    assert 0 < again[0].count("PATCH") <= size // 2 // piece + 2, "the rest, and one chunk before the order"


def test_pictures_and_fonts_are_sent_by_content_and_only_where_needed(
    store: Store, tmp_path: Path, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    font = store.put(fonts.load("Fredoka One").file)
    fonts.register(font.sha256, store.path(font))
    sources = {}
    for item, colour in (("1" * 64, "red"), ("2" * 64, "blue")):
        media.run("-f", "lavfi", "-i", f"color={colour}:size=320x240", "-frames:v", "1", str(tmp_path / "p.png"))
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
        captions = plan.captions.model_copy(update={"style": with_colours(CaptionStyle(font=font.sha256))})
        scenes = (shown("1" * 64, 0, 24), shown("2" * 64, 24, 12))
        plan = plan.model_copy(update={"scenes": scenes, "captions": captions})
        return RenderRequest(plan, sources, {font.sha256: store.path(font)}, 120.0)

    LocalEngine(store, store.work / "health.json").render_segments(work("before"), quiet)
    expected, _ = locally(work("after"), tmp_path / "local")
    server = serving()

    def forget(ready: int, total: int) -> None:
        """The server runs in this process, but must receive the font as if it did not."""
        if not server.asked:
            monkeypatch.setattr(fonts, "_files", {})
            for cached in (fonts.load, fonts.font_runs, word_images.word_layers):
                cached.cache_clear()

    made = remote(store, server.url, piece=1 << 30).render_segments(work("after"), forget)
    assert [one.status for one in made] == ["cached", "cached", "computed"]
    assert names(made) == names(expected)
    sent = {path.rpartition("/")[2] for method, path in server.asked if method == "PATCH"}
    assert sent == {font.sha256, sources["2" * 64].path.name}


def test_limits_and_failures_of_the_server_keep_their_category(
    video: Path, store: Store, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    work = work_in(store, video)
    busy = serving(tmp_path / "busy", waiting=0, retry_seconds=0)
    with pytest.raises(TransientError, match="remote_busy"):
        remote(store, busy.url).render_segments(work, quiet)
    assert busy.count("POST", "/v1/renders") == QUICK.max_attempts + 1
    small = serving(tmp_path / "small", file_bytes=1000)
    with pytest.raises(InvalidInput, match="job_too_large"):
        remote(store, small.url).render_segments(work, quiet)
    assert small.count("POST", "/v1/renders") == 1
    (tmp_path / "text").write_bytes(b"no video " * 100)
    text = store.put(tmp_path / "text")
    (info,) = (one.info for one in work.sources.values())
    damaged = replace(work, spec=spec(text.sha256), sources={text.sha256: Source(store.path(text), info)})
    with pytest.raises(InvalidInput, match="not_media"):
        remote(store, serving(tmp_path / "third").url).render_segments(damaged, quiet)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TransientError, match="remote_unreachable"):
        remote(store, f"http://127.0.0.1:{port}").render_segments(work, quiet)


def test_only_requested_results_are_accepted(
    work: RenderRequest, store: Store, serving: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, real = serving(), LocalEngine.render_segments
    wrong: dict[str, object] = {}

    def other(engine: LocalEngine, asked: RenderRequest, progress: Callable[[int, int], None]) -> list[StageResult]:
        made = real(engine, asked, progress)
        return [replace(one, artifact=one.artifact.model_copy(update=wrong)) for one in made]

    monkeypatch.setattr(LocalEngine, "render_segments", other)
    # Cached results are returned unchanged; here they must be computed.
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
            remote(store, server.url).render_segments(work, quiet)
