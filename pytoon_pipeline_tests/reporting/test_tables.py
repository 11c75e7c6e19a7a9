"""Markdown for operators."""

from pathlib import Path

from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.reporting.tables import attempts_table, bullets, findings_table, inline_picture, media_list
from pytoon_pipeline_tests.harness.plans import footage, heard, still

GATE = Finding(
    tier="time", code="flash", severity="gate", start_frame=30, end_frame=40, segment=1, value=4.0, limit=3.0,
    source="WCAG", message="It flashes.",
)  # fmt: skip


def test_media_are_described_by_what_they_hold() -> None:
    found = {"a": footage().info, "b": still().info, "c": heard(3.0).info}
    items = [SourceItem(name=f"{sha}.x", sha256=sha, bytes=1, origin="here") for sha in found]
    lines = media_list(items, found).splitlines()
    assert lines[0].startswith("- a.x: 1280×720 h264, ")
    assert lines[0].endswith("; 20.00 s")
    assert lines[1].startswith("- b.x: picture, ")
    assert "Hz; " in lines[2]


def test_findings_show_where_they_begin() -> None:
    table = findings_table([GATE], {30: "data:image/webp;base64,AAAA"})
    assert table.count("\n") == 2
    assert "![frame 30](data:image/webp;base64,AAAA)" in table
    assert "| flash | gate | 30–40 | 1 | 4.0 | 3.0 | It flashes. |" in table
    assert findings_table([]) == "No findings."


def test_attempts_say_what_was_changed() -> None:
    attempts = [
        Attempt(number=1, plan="p", verdict="fail", score=50, codes=("flash",)),
        Attempt(number=2, plan="q", remedies=("plain_cuts",), verdict="pass", score=100),
    ]
    rows = attempts_table(attempts).splitlines()[2:]
    assert rows == ["| 1 | none | 50 | fail | flash |", "| 2 | plain_cuts | 100 | pass |  |"]


def test_an_empty_list_is_a_dash() -> None:
    assert (bullets(["a", "b"]), bullets([])) == ("- a\n- b", "–")


def test_a_picture_is_inline(tmp_path: Path) -> None:
    (tmp_path / "p.webp").write_bytes(b"abc")
    assert inline_picture(tmp_path / "p.webp", "p") == "![p](data:image/webp;base64,YWJj)"
