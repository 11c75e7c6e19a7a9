"""Versions of a video: what changed, which is current, and where they are."""

import json
from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.delivery.release import release
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.history import changes, history, locate
from pytoon_pipeline.service.render import RenderTask, render
from pytoon_pipeline.service.retry import retry
from pytoon_pipeline.service.sources import RequestOptions
from pytoon_pipeline.service.status import status
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner, Recorded

KEY = "0" * 32


@pytest.fixture
def offer(tmp_path: Path) -> Path:
    folder = tmp_path / "offer"
    folder.mkdir()
    (folder / "request.yaml").write_text(json.dumps({"text": {"hook": "A"}, "media": ["a.png"]}))
    Image.new("RGB", (8, 8), "red").save(folder / "a.png")
    return folder


@pytest.fixture
def runner(home: Home) -> FakeRunner:
    return FakeRunner(home)


def rendered(runner: FakeRunner, path: Path, *sets: str) -> str:
    result = render(runner.home, RenderTask(path, RequestOptions(assignments=sets)), runner.open, Recorded())
    assert result.error is None
    return str(result.video)


def test_a_changed_text_makes_a_version_beside_the_old_one(runner: FakeRunner, offer: Path) -> None:
    first, second = Path(rendered(runner, offer)), Path(rendered(runner, offer, "text.hook=B"))
    assert (first.parent.name, first.name) == ("offer", "offer.mp4")
    assert (second.parent.name, second.name) == ("offer.v2", "offer.v2.mp4")
    assert first.is_file()
    assert second.is_file()
    found = history(runner.home, "offer")
    assert [(one.version, one.current, one.video) for one in found.versions] == [
        (1, False, str(first)),
        (2, True, str(second)),
    ]
    assert [(one.field, one.before, one.after) for one in found.versions[1].changes] == [("text.hook", "A", "B")]
    assert found.versions[0].changes == ()
    assert (status(runner.home, "offer").version, status(runner.home, "offer").video) == (2, str(second))


def test_an_old_request_returns_its_version(runner: FakeRunner, offer: Path) -> None:
    first = rendered(runner, offer)
    rendered(runner, offer, "text.hook=B")
    runner.error = TransientError("x", "X.", "Y.")
    render(runner.home, RenderTask(offer, RequestOptions(assignments=("text.hook=C",))), runner.open, Recorded())
    assert len(runner.keys) == 3
    now = status(runner.home, "offer")
    assert (now.status, now.version) == ("completed", 2)
    assert now.failed_change is not None
    assert rendered(runner, offer) == first
    assert len(runner.keys) == 3
    now = status(runner.home, "offer")
    assert (now.status, now.version, now.video, now.failed_change) == ("completed", 1, first, None)


def test_a_delivery_replaces_only_its_own_version(runner: FakeRunner, offer: Path) -> None:
    first = Path(rendered(runner, offer))
    runner.held = True
    render(runner.home, RenderTask(offer, RequestOptions(assignments=("text.hook=B",))), runner.open, Recorded())
    assert first.is_file()
    key = runner.keys[0]
    assert status(runner.home, "offer").status == "held"
    record = release(runner.home, key, "me", "")
    assert record.video == "outbox/offer/offer.v2.degraded/offer.v2.mp4"
    assert not list(runner.home.held.rglob("*.mp4"))
    assert first.is_file()
    runner.held = False
    Uploads(runner.home).fail(key, TransientError("x", "X.", "Y."))
    assert Path(rendered(runner, offer, "text.hook=B")).parent.name == "offer.v2"
    assert sorted(path.name for path in (runner.home.outbox / "offer").iterdir()) == ["offer", "offer.v2"]


def test_the_video_of_a_version_is_found_or_the_error_says_why(runner: FakeRunner, offer: Path) -> None:
    first, second = rendered(runner, offer), rendered(runner, offer, "text.hook=B")
    home = runner.home
    assert [str(locate(home, "offer", version)) for version in (None, 1, 2)] == [second, first, second]
    assert [str(locate(home, name)) for name in ("offer.v1", "offer.v2")] == [first, second]
    Path(first).unlink()
    assert history(home, "offer").versions[0].video is None
    for version, code in ((1, "video_gone"), (3, "no_version")):
        with pytest.raises(InvalidInput) as error:
            locate(home, "offer", version)
        assert error.value.code == code
    Uploads(home).register(SourceMedia(key=KEY, title="new", items=(), request={}))
    with pytest.raises(InvalidInput, match="no finished video"):
        locate(home, "new")


def test_changes_name_fields_and_files() -> None:
    def source(name: str, content: str, **request: object) -> SourceMedia:
        item = SourceItem(name=name, sha256=content * 64, bytes=1, origin="/x")
        return SourceMedia(key=KEY, title="x", items=(item,), request=request)

    before = source("a.png", "a", text={"hook": "A", "beats": ["1", "2"]}, media=[{"file": "a.png"}])
    after = source(
        "a.png", "b", text={"hook": "A", "beats": ["1"]}, media=[{"file": "a.png", "text": "Hi"}], fit="cover"
    )
    assert [(one.field, one.before, one.after) for one in changes(before, after)] == [
        ("text.beats", ["1", "2"], ["1"]), ("file “a.png”", "aaaaaaaa", "bbbbbbbb"), ("media.a.png.text", None, "Hi"),
        ("fit", None, "cover"),
    ]  # fmt: skip
    assert changes(None, after) == ()


def test_failed_and_stopped_uploads_are_queued_again(home: Home) -> None:
    uploads = Uploads(home)
    keys = [f"{n:032x}" for n in range(3)]
    for key in keys:
        uploads.register(SourceMedia(key=key, title=f"clip {key[-1]}", items=(), request={}), pending=False)
    uploads.fail(keys[0], TransientError("x", "X.", "Y."))
    uploads.stop(keys[1])
    assert retry(home, ["clip-0", "clip 1", "clip-0"]).names == ("clip-0", "clip-1")
    assert (set(uploads.pending()), list(uploads.failures()), uploads.stopped()) == ({*keys[:2]}, [], set())
    with pytest.raises(InvalidInput, match="queued already"):
        retry(home, ["clip-0"])
    FakeRunner(home).compile(keys[2])
    with pytest.raises(InvalidInput, match="is finished"):
        retry(home, ["clip-2"])
    uploads.fail(keys[2], TransientError("x", "X.", "Y."), overrides={"preset": "bold-talk"})
    with pytest.raises(InvalidInput) as error:
        retry(home, ["clip-2"])
    assert error.value.code == "failed_in_dagster"
