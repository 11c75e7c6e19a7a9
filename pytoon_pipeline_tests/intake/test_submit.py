"""Submitting uploads to the inbox."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.inbox_folder import FolderInbox
from pytoon_pipeline.intake.submit import submit
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline_tests.harness.inbox import SUBTITLES, Desk, clip, folder, picture


def test_subtitles_in_folders_and_in_submitted_uploads_are_used(desk: Desk, tmp_path: Path) -> None:
    inside = folder(tmp_path / "set", {"archetype": "footage", "media": ["one.mp4", "two.mp4"]})
    for name in ("one.mp4", "two.mp4"):
        (inside / name).write_bytes(name.encode())
    (inside / "two.vtt").write_text("WEBVTT\n\n00:00.500 --> 00:01.500\nHello\n")
    assert [role for _, role in read_upload(inside).files] == ["media", "media", "subtitles"]
    clip(tmp_path / "talk.mp4")
    (tmp_path / "talk.srt").symlink_to(inside / "request.yaml")
    assert len(read_upload(tmp_path / "talk.mp4").files) == 1, "links may lead anywhere"
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


def test_submitting_puts_a_copy_into_the_inbox(desk: Desk, tmp_path: Path) -> None:
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
