"""The status of uploads: by key, by title, in the inbox."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.highlights import Highlight
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.overview import listing, lost_runs
from pytoon_pipeline.service.sources import RequestOptions
from pytoon_pipeline.service.status import all_status, status
from pytoon_pipeline.service.submit import submit
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner

KEYS = ["0" * 32, "1" * 32, "2" * 32]


def register(home: Home, *titles: str, pending: bool = True) -> None:
    for key, title in zip(KEYS, titles, strict=False):
        upload = SourceMedia(key=key, title=title, items=(), request={"text": "x"})
        Uploads(home).register(upload, pending=pending)


def test_an_upload_is_found_by_its_key_or_its_title(home: Home) -> None:
    register(home, "first", "second")
    assert status(home, KEYS[1]) == status(home, "second")
    assert (status(home, "first").key, status(home, "first").status) == (KEYS[0], "waiting")


@pytest.mark.parametrize("name", ["nothing", "9" * 32, "../uploads"])
def test_an_unknown_key_or_title_is_an_error(home: Home, name: str) -> None:
    register(home, "first")
    with pytest.raises(InvalidInput) as error:
        status(home, name)
    assert error.value.code == "unknown_upload"


def test_every_state_of_a_key(home: Home) -> None:
    register(home, "offer", pending=False)
    assert status(home, KEYS[0]).status == "waiting"
    runner = FakeRunner(home)
    runner.compile(KEYS[0])
    completed = status(home, KEYS[0])
    assert (completed.status, completed.error, completed.held, completed.attempts) == ("completed", None, None, 1)
    assert (completed.name, completed.version, [note.code for note in completed.notes]) == ("offer", 1, ["n"])
    assert completed.video is not None
    Path(completed.video).unlink()
    deleted = status(home, KEYS[0])
    assert (deleted.status, deleted.video, deleted.version) == ("deleted", None, None)
    assert "was deleted" in (deleted.reason or "")
    runner.held = True
    runner.compile(KEYS[0])
    held = status(home, KEYS[0])
    assert (held.status, held.video) == ("held", None)
    assert held.held is not None
    assert held.error is not None
    assert (held.error.code, held.reason) == ("held_flash", held.error.message)
    assert "pytoon release offer" in held.error.hint
    register(home, "offer")
    assert status(home, KEYS[0]).status == "waiting", "it is to be rendered again"


def test_a_video_that_is_on_another_machine_is_not_deleted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    register(home, "offer", pending=False)
    FakeRunner(home).compile(KEYS[0])
    Path(str(status(home, KEYS[0]).video)).unlink()
    monkeypatch.setattr(Database, "shared", True)
    found = status(home, KEYS[0])
    assert (found.status, found.video, found.version) == ("completed", None, 1)
    assert "not on this machine" in (found.reason or "")


def test_a_part_of_the_list_comes_with_the_number_of_the_others(home: Home) -> None:
    register(home, "first", "second", "third", pending=False)
    for key in KEYS:
        FakeRunner(home).compile(key)
    Uploads(home).fail(KEYS[0], InvalidInput("x", "X.", "Y."))
    Path(str(status(home, KEYS[2]).video)).unlink()
    some = listing(home, None, 1)
    assert ([one["title"] for one in some.shown], some.rest) == (["first"], {"completed": 2})
    deleted = listing(home, "deleted", 5)
    assert ([one["title"] for one in deleted.shown], deleted.rest) == (["third"], {})
    everything = listing(home, None, None)
    assert ([one["title"] for one in everything.shown], everything.rest) == (["first", "third", "second"], {})
    Path(str(status(home, KEYS[0]).video)).unlink()
    assert [one["title"] for one in listing(home, "failed", None).shown] == ["first"], "its change failed"


def test_an_upload_without_a_video_fails_and_is_stopped(home: Home) -> None:
    register(home, "offer")
    Uploads(home).fail(KEYS[0], InvalidInput("x", "X.", "Y."))
    failed = status(home, KEYS[0])
    assert (failed.status, failed.reason, failed.failed_change) == ("failed", "X.", None)
    assert failed.error is not None
    assert failed.error.model_dump() == {"code": "x", "message": "X.", "hint": "Y."}
    register(home, "offer")
    Uploads(home).stop(KEYS[0])
    stopped = status(home, KEYS[0])
    assert stopped.error is not None
    assert (stopped.status, stopped.error.code) == ("stopped", "stopped")
    assert "pytoon retry offer" in stopped.error.hint


def test_a_finished_video_stays_finished_when_a_change_fails(home: Home) -> None:
    register(home, "offer", pending=False)
    FakeRunner(home).compile(KEYS[0])
    before = status(home, KEYS[0])
    for change in (
        lambda: Uploads(home).fail(KEYS[0], TransientError("x", "X.", "Y.")),
        lambda: Uploads(home).stop(KEYS[0]),
    ):
        change()
        after = status(home, KEYS[0])
        assert (after.status, after.video, after.version) == ("completed", before.video, 1)
        assert after.failed_change is not None
        assert after.reason == f"Latest change failed: {after.failed_change.message}"
        assert after.error is None


def test_a_submitted_upload_waits_under_its_key(home: Home, tmp_path: Path) -> None:
    clip = media.video(tmp_path / "clip.mp4", 2, sound=False)
    result = submit(home, [clip], RequestOptions())
    assert len(result.keys) == len(result.inbox) == 1
    waiting = status(home, result.keys[0])
    assert (waiting.status, waiting.title) == ("waiting", result.titles[0])
    assert all_status(home).uploads == ()


def test_what_is_in_the_inbox_is_listed_with_its_reason(home: Home) -> None:
    InboxIndex(home).put(
        [
            Row("a.mp4", "1", 0.0, "seen", message="It still grows."),
            Row("b.mp4", "1", 0.0, "rejected", code="not_media", message="It is no video.", hint="Use another."),
        ]
    )
    waiting, rejected = all_status(home).inbox
    assert (waiting.name, waiting.status, waiting.waiting_for, waiting.error) == (
        "a.mp4", "waiting", "It still grows.", None,
    )  # fmt: skip
    assert (rejected.status, rejected.waiting_for) == ("rejected", None)
    assert rejected.error is not None
    assert rejected.error.code == "not_media"


def test_reading_the_status_writes_nothing(home: Home) -> None:
    register(home, "first")
    before = sorted(path for path in home.root.rglob("*"))
    all_status(home)
    status(home, "first")
    assert lost_runs(home) == 0
    assert sorted(path for path in home.root.rglob("*")) == before


def test_the_list_says_how_good_a_highlight_is(home: Home) -> None:
    one = Highlight(rank=1, start=10, end=30, score=81.2, title="Why?")
    request = {"highlight": one.model_dump(mode="json"), "variant": "h01"}
    Uploads(home).register(SourceMedia(key=f"{KEYS[0]}-h01", title="talk", items=(), request=request), pending=False)
    FakeRunner(home).compile(f"{KEYS[0]}-h01")
    (found,) = all_status(home).uploads
    assert (found.name, found.status, found.reason) == ("talk-h01", "completed", "Highlight with 81 of 100 points.")
