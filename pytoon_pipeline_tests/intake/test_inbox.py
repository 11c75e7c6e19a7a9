"""Inboxes: which names are uploads, and what a failed listing means."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.intake.inbox_folder import FolderInbox
from pytoon_pipeline.intake.listing import NOTE, temporary
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.inbox import Desk, picture


@pytest.mark.parametrize("name", [
    ".hidden.mp4", "a.mp4.part", "a.crdownload", "~$plan.docx", "a.mp4~", "Thumbs.db", "folder/.DS_Store", "a.TMP",
    f"a.mp4{NOTE}",
])  # fmt: skip
def test_temporary_files_are_not_uploads(name: str) -> None:
    assert temporary(name)
    assert not temporary(name.replace(".", "_").replace("~", "-").replace("Thumbs_db", "x"))


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
