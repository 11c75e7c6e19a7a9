"""Engine policies: what this machine cannot render, the remote or the fallback engine renders, and that is recorded."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.contracts.rendering import FinishedVideo, RenderedSegments
from pytoon_pipeline.defs.running import Outcome
from pytoon_pipeline.engines.remote import fleet
from pytoon_pipeline.engines.remote.engine import RemoteEngine, RetrySettings
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.broken_engine import BROKEN, Breakage, failing, missing

TOKEN = "a token for tests only"
Compile = Callable[..., Outcome]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A remote engine: a process of its own with a home of its own, which works."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = dict(os.environ, PYTOON_HOME=str(tmp_path_factory.mktemp("remote")), PYTOON_ENGINE_TOKEN=TOKEN)
    env["PYTOON_ENGINE_FREE_BYTES"] = "0"
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "engine", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=env) as process:
        try:
            while process.poll() is None:
                with socket.socket() as line:
                    if line.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture
def remote(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_ENGINE_URL", url)
    monkeypatch.setenv("PYTOON_ENGINE_TOKEN", TOKEN)


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address without a server, and a client that tries twice."""
    monkeypatch.setenv("PYTOON_ENGINE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PYTOON_ENGINE_TOKEN", TOKEN)
    monkeypatch.setattr(fleet, "RemoteEngine", partial(RemoteEngine, retries=RetrySettings(2, 0.05, 0.1)))


@pytest.fixture
def hero(tmp_path: Path) -> Path:
    folder = tmp_path / "hero"
    folder.mkdir()
    Image.effect_mandelbrot((400, 600), (-2, -1.5, 1, 1.5), 60).save(folder / "a.png")
    request = {"archetype": "hero", "media": [{"file": "a.png", "end": 1.2}], "text": "Half price"}
    (folder / "request.yaml").write_text(json.dumps(request))
    return folder


def used(home: Home, outcome: Outcome) -> tuple[RenderedSegments, str, Manifest]:
    """What rendered, the hash of the video's pictures, and the manifest."""
    assert outcome.error is None, outcome.error
    store = Store(home.store, home.work)
    packets = store.latest("composite", outcome.key).read(FinishedVideo).composite.video_packets_sha256
    manifest = Manifest.model_validate_json(Path(outcome.assets["delivered_video"]["manifest"]).read_bytes())
    assert outcome.assets["rendered_segments"]["engine"] == manifest.engine
    return store.latest("rendered_segments", outcome.key).read(RenderedSegments), packets, manifest


@pytest.mark.usefixtures("remote")
def test_local_preferred_falls_back_to_the_remote_engine_with_equal_frames(
    compile_file: Compile, hero: Path, tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        failing(patch)
        ready, packets, manifest = used(home, compile_file(hero, "variant=ill"))
    assert ready.engine == manifest.engine == "remote"
    assert [one.code for one in ready.engine_attempts] == ["engine_unhealthy"]
    assert not manifest.degraded
    shutil.rmtree(home.store)
    ready, here, _ = used(home, compile_file(hero, "variant=well", "engine_policy=local_only"))
    assert (ready.engine, ready.engine_attempts) == ("local", ())
    assert packets == here


@BROKEN
@pytest.mark.usefixtures("quick_encoder")
def test_local_only_delivers_the_fallback_video_until_the_engine_works_again(
    compile_file: Compile, hero: Path, tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch,
    breakage: Breakage,
) -> None:  # fmt: skip
    with monkeypatch.context() as patch:
        breakage(patch)
        outcome = compile_file(hero, "engine_policy=local_only")
        ready, plainly, manifest = used(home, outcome)
    assert ready.engine == "fallback"
    assert manifest.degraded
    assert [one.engine for one in manifest.failed_engines] == ["local"]
    assert {note.code for note in manifest.spec.notes} >= {"plain"}
    uploads = Uploads(home)
    assert uploads.degraded() == [outcome.key]
    ready, properly, manifest = used(home, compile_file(hero, "engine_policy=local_only"))
    assert (ready.engine, manifest.degraded) == ("local", None)
    assert properly != plainly
    assert uploads.degraded() == []


@pytest.mark.usefixtures("quick_encoder")
def test_the_fallback_video_has_the_sound_of_its_own_request(
    compile_file: Compile, tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = media.video(tmp_path / "a.mp4", 1.2)
    missing(monkeypatch)
    request = ("archetype=hero", "text=Half price", "engine_policy=local_only")
    for wanted in (-14.0, -24.0):
        outcome = compile_file(clip, *request, f"adjust.audio.loudness={wanted}")
        used(home, outcome)
        assert outcome.assets["composite"]["loudness_lufs"] == pytest.approx(wanted, abs=0.5)


@pytest.mark.usefixtures("unreachable")
def test_remote_only_without_a_server_is_a_transient_error(compile_file: Compile, hero: Path, home: Home) -> None:
    outcome = compile_file(hero, "engine_policy=api_only")
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.category) == ("remote_unreachable", "transient")
    retries = [
        line for path in home.logs.glob("*.jsonl") for line in path.read_text().splitlines() if "remote_retry" in line
    ]
    assert len(retries) == 1
    assert TOKEN not in "".join(retries)


@pytest.mark.usefixtures("unreachable", "quick_encoder")
def test_without_any_working_engine_a_fallback_video_is_rendered(
    compile_file: Compile, hero: Path, tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch)
    ready, _, manifest = used(home, compile_file(hero))
    assert (ready.engine, manifest.degraded is None) == ("fallback", False)
    assert [(one.engine, one.code) for one in ready.engine_attempts] == [
        ("local", "engine_unhealthy"), ("remote", "remote_unreachable"),
    ]  # fmt: skip


def test_remote_only_needs_a_remote_engine(compile_file: Compile, hero: Path) -> None:
    outcome = compile_file(hero, "engine_policy=api_only")
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.category) == ("no_engine", "dependency_missing")


@pytest.mark.usefixtures("quick_encoder")
def test_rendering_stops_at_its_timeout(compile_file: Compile, hero: Path, home: Home, own_presets: Path) -> None:
    operations = own_presets / "operations.yaml"
    text = operations.read_text()
    for name, value in (("render_timeout_base_seconds", "120"), ("render_timeout_factor", "15")):
        text = text.replace(f"{name}:\n  value: {value}", f"{name}:\n  value: 0.001")
    operations.write_text(text)
    ready, _, _ = used(home, compile_file(hero, "engine_policy=local_only"))
    assert (ready.engine, [one.code for one in ready.engine_attempts]) == ("fallback", ["engine_late"])
