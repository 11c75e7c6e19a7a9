"""Ingesting: what becomes of real files in the inbox."""

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.inbox_folder import FolderInbox
from pytoon_pipeline.intake.ingester import Ingester, IngestReport
from pytoon_pipeline.intake.listing import NOTE
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.inbox import SUBTITLES, Desk, _delivered, clip, folder, picture


def test_new_content_is_ingested_once(desk: Desk) -> None:
    picture(desk.home.inbox / "a.png")
    assert desk.look().keys == (), "it may still be growing"
    (key,) = desk.look(5).keys
    assert list(desk.uploads.pending()) == [key]
    assert desk.settle().keys == ()
    shutil.copy(desk.home.inbox / "a.png", desk.home.inbox / "the same.png")
    desk.uploads.deliver(key, _delivered())
    assert desk.settle().keys == (key,)
    assert desk.uploads.pending() == {}, "the same content again needs no new run"
    assert desk.uploads.get(key).title == "a"


def test_another_request_for_the_same_content_queues_it_again(desk: Desk) -> None:
    folder(desk.home.inbox / "first", {"media": ["a.png"], "text": "Before"}, "a.png")
    (key,) = desk.settle().keys
    desk.uploads.deliver(key, _delivered())
    folder(desk.home.inbox / "again", {"media": ["b.png"], "text": "Before"}, "b.png")
    desk.settle()
    assert desk.uploads.pending() == {}, "another name alone changes nothing"
    folder(desk.home.inbox / "first", {"media": ["a.png"], "text": "After"})
    assert desk.settle().keys == (key,)
    assert list(desk.uploads.pending()) == [key]
    assert desk.uploads.get(key).request["text"] == "After"


@pytest.mark.parametrize("late", ["talk.srt", "talk.mp4"])
def test_subtitles_belong_to_the_clip_of_their_name(desk: Desk, late: str) -> None:
    content = {"talk.mp4": clip(desk.home.root / "clip.mp4").read_bytes(), "talk.srt": SUBTITLES.encode()}
    for name in sorted(content, key=lambda name: name == late):
        (desk.home.inbox / name).write_bytes(content[name])
        desk.settle()
    (key,) = desk.uploads.keys()
    upload = desk.uploads.get(key)
    assert [(item.name, item.role) for item in upload.items] == [("talk.mp4", "media"), ("talk.srt", "subtitles")]
    assert [item.name for item in upload.subtitles().values()] == ["talk.srt"]
    assert list(desk.uploads.pending()) == [key]
    assert not list(desk.home.inbox.glob(f"*{NOTE}"))
    before = desk.uploads.get(key)
    (desk.home.inbox / "talk.srt").write_text(SUBTITLES.replace("Good", "Bad"))
    desk.settle()
    assert desk.uploads.get(key).items != before.items, "other subtitles are another request"


def test_subtitles_belong_to_all_clips_of_their_name_ignoring_case(desk: Desk) -> None:
    clip(desk.home.inbox / "talk.mp4")
    shutil.copy(desk.home.inbox / "talk.mp4", desk.home.inbox / "talk.mov")
    with (desk.home.inbox / "talk.mov").open("ab") as other:
        other.write(b"\0\0\0\x08free")
    (desk.home.inbox / "talk.SRT").write_text(SUBTITLES)
    desk.settle()
    found = [[item.name for item in desk.uploads.get(key).items] for key in sorted(desk.uploads.keys())]
    assert sorted(found) == [["talk.mov", "talk.SRT"], ["talk.mp4", "talk.SRT"]]


def test_subtitles_without_a_clip_wait_and_then_get_a_note(desk: Desk) -> None:
    (desk.home.inbox / "alone.srt").write_text(SUBTITLES)
    waits = "“alone.srt”: Waiting for “alone.mp4 or .mov”."
    assert desk.settle() == IngestReport((), (), 1, (waits,))
    assert desk.look(desk.operations.incomplete_folder_timeout_seconds).rejected == ("alone.srt",)
    assert "alone.srt" in (desk.home.inbox / f"alone.srt{NOTE}").read_text()
    clip(desk.home.inbox / "alone.mp4")
    desk.settle()
    assert len(desk.uploads.keys()) == 1
    assert not (desk.home.inbox / f"alone.srt{NOTE}").exists()


def test_files_that_are_still_written_are_left_alone(desk: Desk) -> None:
    path = desk.home.inbox / "a.png"
    content = picture(desk.home.root / "a.png").read_bytes()
    with path.open("wb") as writing:
        writing.write(content[:100])
        writing.flush()
        desk.look()
        assert desk.look(60).keys == (), "a process holds it open, however long"
        writing.write(content[100:])
    assert desk.look().keys == ()
    assert len(desk.look(5).keys) == 1


def test_a_folder_is_ingested_once_all_its_files_are_there(desk: Desk) -> None:
    inside = folder(desk.home.inbox / "set", {"media": ["a.png", "b.png"]}, "a.png")
    assert desk.settle() == IngestReport((), (), 1, ("“set”: Waiting for “b.png”.",)), (
        "status shows at once what is missing"
    )
    assert [row.message for row in InboxIndex(desk.home).not_ingested()] == ["Waiting for “b.png”."]
    picture(inside / "b.png")
    assert len(desk.settle().keys) == 1
    lacking = folder(desk.home.inbox / "lacking", {"media": ["a.png", "c.png"]}, "a.png")
    desk.settle()
    assert desk.look(desk.operations.missing_file_timeout_seconds - 6).rejected == ()
    assert desk.look(6).rejected == ("lacking",), "long before the longer timeout: nothing has changed"
    assert "c.png" in (desk.home.inbox / f"lacking{NOTE}").read_text()
    picture(lacking / "c.png")
    assert len(desk.settle().keys) == 1
    assert not (desk.home.inbox / f"lacking{NOTE}").exists()


def test_a_note_beside_a_rejected_upload_gives_the_reason(desk: Desk, home: Home) -> None:
    folder(desk.home.inbox / "colour", {"media": ["a.png"], "colour": "red"}, "a.png")
    folder(desk.home.inbox / "outside", {"media": ["../a.png"]})
    (desk.home.inbox / "papers").mkdir()
    (desk.home.inbox / "papers" / "notes.txt").write_text("Hello")
    os.mkfifo(desk.home.inbox / "pipe.mp4")
    (desk.home.inbox / "empty.mp4").touch()
    assert set(desk.settle().rejected) == {"colour", "outside", "pipe.mp4", "empty.mp4"}
    assert "colour" in (desk.home.inbox / f"colour{NOTE}").read_text()
    assert desk.look(desk.operations.missing_file_timeout_seconds).rejected == ("papers",)
    codes = {row.name: row.code for row in InboxIndex(home).rejected()}
    assert codes == {
        "colour": "invalid_request", "outside": "outside_folder", "pipe.mp4": "not_a_file", "empty.mp4": "empty_file",
        "papers": "no_media",
    }  # fmt: skip
    assert desk.settle() == IngestReport((), (), 0), "it is not examined again while it is unchanged"


@pytest.mark.parametrize("name", [
    b"caf\xe9.png", b"a'\"; drop table inbox.png", b"-i %d:\n.png", b"$(id).png", b"x" * 230 + b".png", b"caf\xe9/set",
])  # fmt: skip
def test_any_file_name_is_accepted(desk: Desk, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(desk.home.inbox) + b"/" + name))
    if name.endswith(b"set"):
        folder(path.parent, {"media": ["a.png"]}, "a.png")
    else:
        picture(path)
    assert len(desk.settle().keys) == 1
    assert desk.settle() == IngestReport((), (), 0)
    bad = desk.home.inbox / os.fsdecode(name.replace(b"/", b"")[:200] + b"y" * 50)
    bad.touch()
    assert len(desk.settle().rejected) == 1
    assert len(InboxIndex(desk.home).rejected()) == 1, "also if the note's name would be too long"


def test_links_are_not_followed(desk: Desk, tmp_path: Path) -> None:
    (desk.home.inbox / "a.png").symlink_to(picture(tmp_path / "private.png"))
    inside = folder(desk.home.inbox / "set", {"media": ["b.png"]})
    (inside / "b.png").symlink_to(tmp_path / "private.png")
    assert set(desk.settle().rejected) == {"a.png", "set"}
    (desk.home.inbox / "a.png").unlink()
    desk.look()
    assert not os.path.lexists(desk.home.inbox / f"a.png{NOTE}"), "the note disappears with its upload"


def test_one_unreadable_upload_does_not_delay_others(desk: Desk) -> None:
    folder(desk.home.inbox / "aaa", {"media": ["x" * 300 + ".mp4"]})
    picture(desk.home.inbox / "b.png")
    assert len(desk.settle().keys) == 1


def test_the_error_of_a_run_is_written_beside_the_upload(desk: Desk) -> None:
    picture(desk.home.inbox / "a.png")
    (key,) = desk.settle().keys
    desk.uploads.fail(key, InvalidInput("too_dark", "It is too dark.", "Export it again."))
    desk.look()
    assert "It is too dark." in (desk.home.inbox / f"a.png{NOTE}").read_text()
    desk.uploads.deliver(key, _delivered())
    desk.look()
    assert not (desk.home.inbox / f"a.png{NOTE}").exists()


def test_a_check_at_intake_that_times_out_is_left_to_the_run(
    desk: Desk, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be checked in time is left to its run."""
    media.video(home.inbox / "v.mp4", 2)
    monkeypatch.setattr("pytoon_pipeline.media.preflight.sys.executable", _sleeper(tmp_path))
    desk.operations = desk.operations.model_copy(update={"preflight_timeout_seconds": 0.2})
    desk.receiver = Ingester(home, FolderInbox(home.inbox), desk.operations, lambda: desk.now)
    assert len(desk.settle().keys) == 1


def test_unfinished_files_keep_a_folder_waiting(desk: Desk) -> None:
    inside = folder(desk.home.inbox / "set", {"media": ["a.png"]})
    (inside / "a.png.part").write_bytes(b"half")
    desk.settle()
    desk.look(desk.operations.missing_file_timeout_seconds)
    received = desk.look(desk.operations.missing_file_timeout_seconds)
    assert (received.rejected, received.waiting) == ((), 1)
    assert desk.look(desk.operations.incomplete_folder_timeout_seconds).rejected == ("set",)


def _sleeper(folder: Path) -> str:
    """A program that does nothing for a long time, whatever its arguments."""
    path = folder / "sleeper"
    path.write_text("#!/bin/sh\nexec sleep 60\n")
    path.chmod(0o755)
    return str(path)


def test_a_huge_file_is_ingested_over_several_passes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytoon_pipeline.store.store.CHUNK_BYTES", 1000)
    home.inbox.mkdir(parents=True)
    ticking = iter(range(10**6))
    monkeypatch.setattr("pytoon_pipeline.intake.ingester.time.monotonic", lambda: float(next(ticking)))
    operations = load_operations().model_copy(update={"ingest_budget_seconds": 20.0})
    desk = Desk(home, FolderInbox(home.inbox), operations)
    Image.frombytes("RGB", (100, 180), os.urandom(54_000)).save(home.inbox / "big.png")
    looks = 0
    desk.look()
    desk.now += 5
    while not (received := desk.look()).keys:
        looks += 1
        assert received.waiting == 1
        assert looks < 50
    assert looks > 2
