"""Checks of captions that cannot be drawn."""

from pathlib import Path

from pytoon_pipeline_tests.harness.finished_video import finished, found, spec


def test_missing_glyphs_of_captions_are_found(tmp_path: Path) -> None:
    finding = found(finished(tmp_path / "v.mp4"), "missing_glyph", spec(text="\ue123\ue124"))
    assert (finding.start_frame, finding.end_frame, finding.value) == (30, 40, "\ue123\ue124")
