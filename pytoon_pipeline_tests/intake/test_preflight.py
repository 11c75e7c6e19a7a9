"""What is rejected at intake, before any run."""

from pathlib import Path

from PIL import Image

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.intake.listing import NOTE
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.inbox import Desk, folder, picture


def test_invalid_uploads_are_rejected_at_intake(desk: Desk, home: Home, tmp_path: Path) -> None:
    """Rejecting these needs no run, so none waits in the queue behind other videos."""
    inbox = home.inbox
    (inbox / "text.mp4").write_text("no video at all")
    small = inbox / "small.png"
    Image.new("RGB", (20, 20)).save(small)
    whole = media.video(tmp_path / "v.mp4", 6, "320x180", "25", True, "-movflags", "+faststart")
    (inbox / "cut.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    folder(inbox / "mute", {"media": ["a.png"], "music": "b.png"}, "a.png", "b.png")
    folder(inbox / "style", {"media": ["a.png"], "preset": "of-nobody"}, "a.png")
    cut = picture(tmp_path / "c.png").read_bytes()
    (inbox / "cut.png").write_bytes(cut[: len(cut) // 2])
    picture(inbox / "good.png")
    received = desk.settle()
    codes = {row.name: row.code for row in InboxIndex(home).rejected()}
    assert codes == {
        "text.mp4": "not_media", "small.png": "picture_size", "cut.mp4": "truncated_source", "mute": "no_sound",
        "style": "unknown_preset", "cut.png": "picture_damaged",
    }  # fmt: skip
    assert set(received.rejected) == set(codes)
    assert len(received.keys) == len(desk.uploads.keys()) == 1, "what is refused never becomes an upload"
    assert "text file" in (inbox / f"text.mp4{NOTE}").read_text()
    assert "should be 6.0 s" in (inbox / f"cut.mp4{NOTE}").read_text()
    whole.rename(inbox / "cut.mp4")
    assert len(desk.settle().keys) == 1
    assert not (inbox / f"cut.mp4{NOTE}").exists()
