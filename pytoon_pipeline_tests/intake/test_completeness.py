"""Whether an upload in the inbox is complete."""

from pathlib import Path

import pytest

from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.intake.completeness import Completeness
from pytoon_pipeline.intake.decide import candidates
from pytoon_pipeline.intake.inbox_folder import FolderInbox

OPERATIONS = load_operations()
EARLY, LATE = OPERATIONS.missing_file_timeout_seconds - 1, OPERATIONS.incomplete_folder_timeout_seconds + 1


MORE = "Waiting for more files. All photos and clips of the folder are used once no more arrive."


def missing(inbox: Path, waited: float) -> str | None:
    (one,) = candidates(FolderInbox(inbox).entries())
    return Completeness(FolderInbox(inbox), OPERATIONS, inbox.with_name("work")).missing(one, waited)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_a_file_that_is_closed_is_complete(inbox: Path) -> None:
    write(inbox / "a.mp4")
    assert missing(inbox, 0) is None


def test_subtitles_wait_for_their_clip_until_the_timeout(inbox: Path) -> None:
    write(inbox / "a.srt")
    assert missing(inbox, EARLY) == "Waiting for “a.mp4 or .mov”."
    assert missing(inbox, LATE) is None


def test_a_folder_waits_for_its_request_then_its_edit_plan_then_its_media(inbox: Path) -> None:
    write(inbox / "video" / "notes.txt")
    assert missing(inbox, EARLY) == "Waiting for photos and clips, or for “request.yaml”."
    write(inbox / "video" / "a.png")
    assert missing(inbox, EARLY) == MORE
    request = write(inbox / "video" / "request.yaml", "edit_plan: plan.json")
    assert missing(inbox, EARLY) == "Waiting for “its edit plan”."
    request.write_text("media: [a.png, b.png]")
    assert missing(inbox, EARLY) == "Waiting for “b.png”."
    write(inbox / "video" / "b.png")
    assert missing(inbox, 0) is None


def test_temporary_files_in_a_folder_prolong_the_wait(inbox: Path) -> None:
    write(inbox / "video" / "request.yaml", "media: [a.png]")
    after = OPERATIONS.missing_file_timeout_seconds
    assert missing(inbox, after) is None
    write(inbox / "video" / "a.png.part")
    assert missing(inbox, after) == "Waiting for “a.png”."
    assert missing(inbox, LATE) is None


def test_an_invalid_request_waits_for_nothing(inbox: Path) -> None:
    write(inbox / "video" / "request.yaml", "media: 5")
    assert missing(inbox, 0) is None


def test_a_folder_without_a_list_of_media_waits_until_nothing_changes(inbox: Path) -> None:
    write(inbox / "video" / "a.png")
    assert missing(inbox, EARLY) == MORE
    assert missing(inbox, OPERATIONS.missing_file_timeout_seconds) is None
    request = write(inbox / "video" / "request.yaml", "text: Hello")
    assert missing(inbox, EARLY) == MORE, "more pictures may follow"
    (inbox / "video" / "a.png").unlink()
    assert missing(inbox, 0) is None, "a text alone is complete"
    request.write_text("preset: night-neon")
    assert missing(inbox, EARLY) == "Waiting for photos and clips, or for “request.yaml”."
