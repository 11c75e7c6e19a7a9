"""Files that belong to a clip of the same name."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.companions import clip_stem, subtitles_of, transcript_of


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("talk.srt", "talk"), ("talk.VTT", "talk"), ("a.b.transcript.txt", "a.b"), ("talk.Transcript.TXT", "talk"),
        ("talk.txt", None), ("talk.mp4", None), (".transcript.txt", ".x"),
    ],
)  # fmt: skip
def test_the_name_says_to_which_clip_a_file_belongs(name: str, stem: str | None) -> None:
    assert clip_stem(name) == stem


def test_a_transcript_beside_a_clip_is_read_before_it_is_used(tmp_path: Path) -> None:
    clip = tmp_path / "talk.mp4"
    assert (transcript_of(clip), subtitles_of(clip)) == (None, None)
    (tmp_path / "other.transcript.txt").write_text("[0:01.00] Hello.")
    assert transcript_of(clip) is None
    beside = tmp_path / "talk.transcript.txt"
    beside.write_text("[0:01.00] Hello.")
    assert transcript_of(clip) == beside
    assert subtitles_of(clip) is None
    beside.write_text("Hello.")
    with pytest.raises(InvalidInput, match="line 1"):
        transcript_of(clip)
