"""The client for programs in Python, against a real server."""

import hashlib
import ipaddress
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from PIL import Image

from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.client import Client, ServerError, client
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import compile_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.public_network import PublicNetwork
from pytoon_pipeline_tests.harness.api_client import TOKEN
from pytoon_pipeline_tests.harness.serving import serving


@pytest.fixture
def url(home: Home) -> Iterator[str]:
    service = ApiService.open(home, PublicNetwork(resolver=lambda host, port: [ipaddress.ip_address("93.184.216.34")]))
    with serving(application(service, TOKEN)) as address:
        yield address
    service.accounts.close()


@pytest.fixture
def program(url: str) -> Iterator[Client]:
    with Client(url, TOKEN) as opened:
        yield opened


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "beach.png"
    Image.effect_noise((400, 600), 60).convert("RGB").save(path)
    return path


@pytest.mark.usefixtures("quick_encoder")
def test_a_video_is_made_and_fetched(
    program: Client, home: Home, instance: dg.DagsterInstance, photo: Path, tmp_path: Path
) -> None:
    request = {"text": "Hello", "max_seconds": 3}
    queued = program.render(request, {"beach.png": photo}, title="Summer")
    assert (queued.title, queued.status) == ("Summer", "waiting")
    with pytest.raises(InvalidInput, match="has no video"):
        program.download(queued, tmp_path)
    with pytest.raises(TransientError, match="has not ended after 0 seconds"):
        program.wait(queued.id, 0)
    assert compile_upload(defs().resolve_job_def(COMPILE), instance, home, queued.id).error is None
    done = program.wait(queued.id)
    assert (done.status, done.engine) == ("completed", "local")
    assert program.quality(done.id).score == done.score
    files = {path.name: path for path in program.download(done, tmp_path / "videos")}
    record = Uploads(home).delivered(done.id)
    assert record is not None
    (video,) = (path for name, path in files.items() if name.endswith(".mp4"))
    assert video.read_bytes() == (home.root / record.video).read_bytes()
    assert sorted(path.name for path in (tmp_path / "videos").iterdir()) == sorted(files), "nothing unfinished is left"
    assert program.render(request, {"beach.png": photo}, title="Summer").id == done.id
    assert [one.id for one in program.renders(status="completed")] == [done.id]
    kinds = []
    for event in program.follow(done.id):
        kinds.append(event.type)
        if event.type == "render.completed":
            break
    assert (kinds[0], set(kinds[1:-1])) == ("render.queued", {"render.progress"})


def test_large_files_arrive_in_pieces(program: Client, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PIECE", photo.stat().st_size // 3)
    sent = program.upload(photo)
    assert (sent.id, sent.bytes) == (hashlib.sha256(photo.read_bytes()).hexdigest(), photo.stat().st_size)
    monkeypatch.undo()
    assert program.upload(photo) == sent


def test_a_render_is_cancelled_and_queued_again(program: Client, photo: Path) -> None:
    queued = program.render({"text": "Hello"}, {"beach.png": photo})
    assert program.cancel(queued.id).status == "stopped"
    assert program.retry(queued.id).status == "waiting"


def test_all_pages_of_the_list_are_read(program: Client, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [program.render({"text": "Hello", "variant": f"number-{n}"}, {"beach.png": photo}).id for n in range(3)]
    monkeypatch.setattr(client, "PAGE", 2)
    assert [one.id for one in program.renders()] == made[::-1]
    assert list(program.renders(status="failed")) == []


def test_what_the_server_refuses_says_why(program: Client, photo: Path, url: str) -> None:
    with pytest.raises(ServerError) as refused:
        program.render({"max_seconds": -1}, {"beach.png": photo})
    assert (refused.value.status, refused.value.category, refused.value.fields) == (
        422,
        "invalid_input",
        ("max_seconds",),
    )
    assert refused.value.hint
    assert program.check({"text": "Hello"}, {"beach.png": photo}).archetype == "hero"
    with pytest.raises(ServerError) as unknown:
        program.get("nothing")
    assert (unknown.value.status, unknown.value.code) == (404, "unknown_upload")
    with Client(url, "ptk_wrong") as stranger, pytest.raises(ServerError) as kept_out:
        stranger.get("nothing")
    assert kept_out.value.status == 401


def test_it_imports_nothing_that_renders() -> None:
    heavy = {"dagster", "numpy", "cv2", "av", "fastapi", "sqlite3"}
    code = f"import sys, pytoon_pipeline.client; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
