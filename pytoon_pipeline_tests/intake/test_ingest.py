"""Taking uploads: what is decided from a listing, and what becomes of real files and objects."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer
from PIL import Image

from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.intake.decide import candidates, decide
from pytoon_pipeline.intake.inbox import NOTE, Entry, FolderInbox, Inbox, open_inbox, temporary
from pytoon_pipeline.intake.inbox_s3 import S3Inbox
from pytoon_pipeline.intake.ingest import Ingester, IngestReport
from pytoon_pipeline.intake.submit import submit
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness import media as making

NAMES = st.sampled_from(["a.mp4", "b.mp4", "c/request.yaml", "c/x.png", "d/e/f.png"])
ENTRIES = st.lists(
    st.builds(Entry, NAMES, st.integers(0, 3), st.sampled_from("xyz")), unique_by=lambda entry: entry.name
)
KNOWN = st.dictionaries(
    st.sampled_from(["a.mp4", "b.mp4", "c", "d", "gone"]),
    st.builds(Row, st.just(""), st.just("other"), st.floats(0, 100), st.sampled_from(["seen", "taken", "rejected"])),
)


@given(ENTRIES, KNOWN, st.floats(0, 200), st.floats(0, 50))
def test_only_what_has_settled_is_ready(
    entries: list[Entry], known: dict[str, Row], now: float, settled: float
) -> None:
    found = {one.name: one for one in candidates(entries)}
    assert {name.split("/")[0] for name in (entry.name for entry in entries)} == set(found)
    first = decide(found.values(), known, now, settled)
    assert first.ready == (), "nothing is taken at first sight, and a changed file is as new"
    assert {one.name for one in first.watch} == set(found)
    assert set(first.forget) == {name for name, one in known.items() if one.state != "taken" and name not in found}
    seen = {one.name: Row(one.name, one.etag, now, "seen") for one in found.values()}
    later = decide(found.values(), seen, now + settled, settled)
    assert {one.name for one in later.ready} == set(found) or settled > 0
    assert later.watch == later.forget == ()
    taken = {one.name: Row(one.name, one.etag, now, "taken") for one in found.values()}
    assert decide(found.values(), taken, now + 1000, settled).ready == ()


@pytest.mark.parametrize("name", [
    ".hidden.mp4", "a.mp4.part", "a.crdownload", "~$plan.docx", "a.mp4~", "Thumbs.db", "folder/.DS_Store", "a.TMP",
    f"a.mp4{NOTE}",
])  # fmt: skip
def test_temporary_names_are_no_uploads(name: str) -> None:
    assert temporary(name)
    assert not temporary(name.replace(".", "_").replace("~", "-").replace("Thumbs_db", "x"))


class Desk:
    """An inbox, and the time that passes in front of it."""

    def __init__(self, home: Home, inbox: Inbox, operations: Operations | None = None) -> None:
        self.home = home
        self.now = 1000.0
        self.operations = operations or load_operations()
        self.receiver = Ingester(home, inbox, self.operations, lambda: self.now)

    def look(self, passed: float = 0.0) -> IngestReport:
        self.now += passed
        return self.receiver.look()

    def settle(self) -> IngestReport:
        """Two looks, so far apart that what does not change has settled."""
        self.look()
        return self.look(self.operations.inbox_settled_seconds)

    @property
    def uploads(self) -> Uploads:
        return Uploads(self.home)


@pytest.fixture
def desk(home: Home) -> Desk:
    home.inbox.mkdir(parents=True)
    return Desk(home, FolderInbox(home.inbox))


def picture(path: Path, colour: str = "#336699") -> Path:
    Image.new("RGB", (400, 600), colour).save(path)
    return path


def clip(path: Path) -> Path:
    return making.video(path, 1.5, "160x120", "25", False)


def folder(path: Path, request: dict[str, Any], *pictures: str) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name in pictures:
        picture(path / name)
    (path / "request.yaml").write_text(json.dumps(request))
    return path


def test_new_content_is_taken_once(desk: Desk) -> None:
    picture(desk.home.inbox / "a.png")
    assert desk.look().keys == (), "it may still grow"
    (key,) = desk.look(5).keys
    assert list(desk.uploads.pending()) == [key]
    assert desk.settle().keys == ()
    shutil.copy(desk.home.inbox / "a.png", desk.home.inbox / "the same.png")
    desk.uploads.deliver(key, _delivered())
    assert desk.settle().keys == (key,)
    assert desk.uploads.pending() == {}, "the same content again asks for nothing"
    assert desk.uploads.get(key).title == "a"


def test_another_request_for_the_same_content_asks_again(desk: Desk) -> None:
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


SUBTITLES = "1\n00:00:00,500 --> 00:00:01,500\nGood morning\n"


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


def test_subtitles_belong_to_all_clips_of_their_name_in_letters_of_either_case(desk: Desk) -> None:
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


def test_subtitles_in_folders_and_in_what_is_submitted(desk: Desk, tmp_path: Path) -> None:
    inside = folder(tmp_path / "set", {"archetype": "footage", "media": ["one.mp4", "two.mp4"]})
    for name in ("one.mp4", "two.mp4"):
        (inside / name).write_bytes(name.encode())
    (inside / "two.vtt").write_text("WEBVTT\n\n00:00.500 --> 00:01.500\nHello\n")
    assert [role for _, role in read_upload(inside).files] == ["media", "media", "subtitles"]
    clip(tmp_path / "talk.mp4")
    (tmp_path / "talk.srt").symlink_to(inside / "request.yaml")
    assert len(read_upload(tmp_path / "talk.mp4").files) == 1, "links lead anywhere"
    (tmp_path / "talk.srt").unlink()
    (tmp_path / "talk.srt").write_text(SUBTITLES)
    submit(FolderInbox(desk.home.inbox), tmp_path / "talk.mp4", read_upload(tmp_path / "talk.mp4"))
    (key,) = desk.settle().keys
    assert [item.role for item in desk.uploads.get(key).items] == ["media", "subtitles"]
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "talk.mp4").symlink_to(tmp_path / "talk.mp4")
    (tmp_path / "links" / "talk.srt").write_text(SUBTITLES.replace("Good", "Bad"))
    linked = tmp_path / "links" / "talk.mp4"
    name = submit(FolderInbox(desk.home.inbox), linked, read_upload(linked)).name
    assert (desk.home.inbox / name / "talk.srt").read_text() == (tmp_path / "links" / "talk.srt").read_text()
    (tmp_path / "talk.srt").write_bytes(b"nothing")
    with pytest.raises(InvalidInput, match="subtitles_unreadable"):
        read_upload(tmp_path / "talk.mp4")


def test_what_is_still_written_is_left_alone(desk: Desk) -> None:
    path = desk.home.inbox / "a.png"
    content = picture(desk.home.root / "a.png").read_bytes()
    with path.open("wb") as writing:
        writing.write(content[:100])
        writing.flush()
        desk.look()
        assert desk.look(60).keys == (), "somebody holds it open, however long"
        writing.write(content[100:])
    assert desk.look().keys == ()
    assert len(desk.look(5).keys) == 1


def test_a_folder_counts_when_all_that_it_names_is_there(desk: Desk) -> None:
    inside = folder(desk.home.inbox / "set", {"media": ["a.png", "b.png"]}, "a.png")
    assert desk.settle() == IngestReport((), (), 1, ("“set”: Waiting for “b.png”.",)), (
        "a person sees at once what is missing"
    )
    assert [row.message for row in InboxIndex(desk.home.intake).not_ingested()] == ["Waiting for “b.png”."]
    picture(inside / "b.png")
    assert len(desk.settle().keys) == 1
    lacking = folder(desk.home.inbox / "lacking", {"media": ["a.png", "c.png"]}, "a.png")
    desk.settle()
    assert desk.look(desk.operations.missing_file_timeout_seconds - 6).rejected == ()
    assert desk.look(6).rejected == ("lacking",), "long before patience ends: nothing has changed"
    assert "c.png" in (desk.home.inbox / f"lacking{NOTE}").read_text()
    picture(lacking / "c.png")
    assert len(desk.settle().keys) == 1
    assert not (desk.home.inbox / f"lacking{NOTE}").exists()


def test_what_is_rejected_says_why_beside_it(desk: Desk, home: Home) -> None:
    folder(desk.home.inbox / "colour", {"media": ["a.png"], "colour": "red"}, "a.png")
    folder(desk.home.inbox / "outside", {"media": ["../a.png"]})
    (desk.home.inbox / "pictures").mkdir()
    picture(desk.home.inbox / "pictures" / "a.png")
    os.mkfifo(desk.home.inbox / "pipe.mp4")
    (desk.home.inbox / "empty.mp4").touch()
    assert set(desk.settle().rejected) == {"colour", "outside", "pipe.mp4", "empty.mp4"}
    assert "colour" in (desk.home.inbox / f"colour{NOTE}").read_text()
    assert desk.look(desk.operations.missing_file_timeout_seconds).rejected == ("pictures",)
    codes = {row.name: row.code for row in InboxIndex(home.intake).rejected()}
    assert codes == {
        "colour": "invalid_request", "outside": "outside_folder", "pipe.mp4": "not_a_file", "empty.mp4": "empty_file",
        "pictures": "no_request",
    }  # fmt: skip
    assert desk.settle() == IngestReport((), (), 0), "it is not looked at again while it stays as it is"


@pytest.mark.parametrize("name", [
    b"caf\xe9.png", b"a'\"; drop table inbox.png", b"-i %d:\n.png", b"$(id).png", b"x" * 230 + b".png", b"caf\xe9/set",
])  # fmt: skip
def test_any_name_will_do(desk: Desk, name: bytes) -> None:
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
    assert len(InboxIndex(desk.home.intake).rejected()) == 1, "also where the note's name is too long"


def test_links_are_not_followed(desk: Desk, tmp_path: Path) -> None:
    (desk.home.inbox / "a.png").symlink_to(picture(tmp_path / "private.png"))
    inside = folder(desk.home.inbox / "set", {"media": ["b.png"]})
    (inside / "b.png").symlink_to(tmp_path / "private.png")
    assert set(desk.settle().rejected) == {"a.png", "set"}
    (desk.home.inbox / "a.png").unlink()
    desk.look()
    assert not os.path.lexists(desk.home.inbox / f"a.png{NOTE}"), "the note goes with what it is about"


def test_one_upload_that_cannot_be_read_now_does_not_hold_up_others(desk: Desk) -> None:
    folder(desk.home.inbox / "aaa", {"media": ["x" * 300 + ".mp4"]})
    picture(desk.home.inbox / "b.png")
    assert len(desk.settle().keys) == 1


def test_what_a_run_says_of_an_upload_lies_beside_it_too(desk: Desk) -> None:
    picture(desk.home.inbox / "a.png")
    (key,) = desk.settle().keys
    desk.uploads.fail(key, InvalidInput("too_dark", "It is too dark.", "Export it again."))
    desk.look()
    assert "It is too dark." in (desk.home.inbox / f"a.png{NOTE}").read_text()
    desk.uploads.deliver(key, _delivered())
    desk.look()
    assert not (desk.home.inbox / f"a.png{NOTE}").exists()


def test_what_can_be_known_is_said_when_it_comes_in(desk: Desk, home: Home, tmp_path: Path) -> None:
    """No run is needed to refuse these, so none waits for its turn behind videos that are being made."""
    inbox = home.inbox
    (inbox / "text.mp4").write_text("no video at all")
    small = inbox / "small.png"
    Image.new("RGB", (20, 20)).save(small)
    whole = making.video(tmp_path / "v.mp4", 6, "320x180", "25", True, "-movflags", "+faststart")
    (inbox / "cut.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    folder(inbox / "mute", {"media": ["a.png"], "music": "b.png"}, "a.png", "b.png")
    folder(inbox / "style", {"media": ["a.png"], "preset": "of-nobody"}, "a.png")
    cut = picture(tmp_path / "c.png").read_bytes()
    (inbox / "cut.png").write_bytes(cut[: len(cut) // 2])
    picture(inbox / "good.png")
    received = desk.settle()
    codes = {row.name: row.code for row in InboxIndex(home.intake).rejected()}
    assert codes == {
        "text.mp4": "not_media", "small.png": "picture_size", "cut.mp4": "truncated_source", "mute": "no_sound",
        "style": "unknown_preset", "cut.png": "picture_damaged",
    }  # fmt: skip
    assert set(received.rejected) == set(codes)
    assert len(received.keys) == len(desk.uploads.keys()) == 1, "what is refused never becomes an upload"
    assert "text file" in (inbox / f"text.mp4{NOTE}").read_text()
    assert "promised 6.0 s" in (inbox / f"cut.mp4{NOTE}").read_text()
    whole.rename(inbox / "cut.mp4")
    assert len(desk.settle().keys) == 1
    assert not (inbox / f"cut.mp4{NOTE}").exists()


def test_a_look_has_an_end(desk: Desk, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be looked at in time is left to its run."""
    making.video(home.inbox / "v.mp4", 2)
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
    """A program that does nothing for a long time, whatever it is asked."""
    path = folder / "sleeper"
    path.write_text("#!/bin/sh\nexec sleep 60\n")
    path.chmod(0o755)
    return str(path)


def test_a_huge_file_is_taken_over_several_looks(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytoon_pipeline.store.store.CHUNK_BYTES", 1000)
    home.inbox.mkdir(parents=True)
    ticking = iter(range(10**6))
    monkeypatch.setattr("pytoon_pipeline.intake.ingest.time.monotonic", lambda: float(next(ticking)))
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


def test_a_failed_listing_is_not_an_empty_inbox(home: Home, tmp_path: Path) -> None:
    place = tmp_path / "mounted"
    place.mkdir()
    desk = Desk(home, FolderInbox(place, own=False))
    picture(place / "a.png")
    desk.look()
    place.rename(tmp_path / "gone")
    with pytest.raises(TransientError, match="inbox_unreadable"):
        desk.look(5)
    (tmp_path / "gone").rename(place)
    assert len(desk.look(5).keys) == 1, "what was known of it is still known"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    yield f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x"), ("DEFAULT_REGION", "us-east-1"),
                        ("ENDPOINT_URL", s3), ("MAX_ATTEMPTS", "1")):  # fmt: skip
        monkeypatch.setenv(f"AWS_{name}", value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="drops")
    yield client
    for one in client.list_objects_v2(Bucket="drops").get("Contents", ()):
        client.delete_object(Bucket="drops", Key=one["Key"])


def test_a_prefix_in_s3_is_an_inbox_too(
    home: Home, tmp_path: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTOON_INBOX", "s3://drops/in")
    inbox = open_inbox(home)
    assert isinstance(inbox, S3Inbox)
    desk = Desk(home, inbox)
    bucket.upload_file(str(picture(tmp_path / "a.png")), "drops", "in/a.png")
    bucket.upload_file(str(picture(tmp_path / "b.png", "#aa3300")), "drops", "elsewhere/b.png")
    bucket.put_object(Bucket="drops", Key="in/set/request.yaml", Body=b"media: [c.png]")
    assert len(desk.settle().keys) == 1
    bucket.upload_file(str(picture(tmp_path / "c.png", "#00aa33")), "drops", "in/set/c.png")
    bucket.put_object(Bucket="drops", Key="in/bad/request.yaml", Body=b"colour: red")
    received = desk.settle()
    assert (len(received.keys), received.rejected) == (1, ("bad",))
    note = bucket.get_object(Bucket="drops", Key=f"in/bad{NOTE}")["Body"].read().decode()
    assert "colour" in note
    submit(inbox, tmp_path / "b.png", read_upload(tmp_path / "b.png", sets=["text=Hello"]))
    assert len(desk.settle().keys) == 1
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    nowhere = S3Inbox("s3://drops/in")
    with pytest.raises(TransientError, match="inbox_unreadable"):
        Desk(home, nowhere).look()
    with pytest.raises(TransientError, match="inbox_unreadable"):
        nowhere.put(tmp_path / "b.png", "b.png")


def test_submitting_is_dropping(desk: Desk, tmp_path: Path) -> None:
    inbox = FolderInbox(desk.home.inbox)
    path = picture(tmp_path / "shoe.png")
    plain = submit(inbox, path, read_upload(path))
    asked = submit(inbox, path, read_upload(path, sets=["text=Half price", "variant=sale"]))
    assert set(desk.settle().keys) == {plain.key, asked.key}
    assert desk.uploads.get(asked.key).request["text"] == "Half price"
    (tmp_path / "text.mp4").write_text("no video at all")
    with pytest.raises(InvalidInput, match="not_media"):
        submit(inbox, tmp_path / "text.mp4", read_upload(tmp_path / "text.mp4"))
    lacking = folder(tmp_path / "lacking", {"media": ["a.png", "b.png"]})
    with pytest.raises(InvalidInput, match=r"“a\.png”, “b\.png”"):
        submit(inbox, lacking, read_upload(lacking))
    assert len(list(desk.home.inbox.iterdir())) == 2, "it is looked at before it is copied"
    again = submit(inbox, path, read_upload(path))
    assert again == plain
    assert desk.settle().keys == (plain.key,)


def _delivered() -> Any:
    from pytoon_pipeline.contracts.status import DeliveryRecord

    return DeliveryRecord(at=0.0, engine="local", preset="p", presets="x")
