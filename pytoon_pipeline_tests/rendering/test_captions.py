"""Captions: drawn where and when the plan says, and drawn literally."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.errors import BadInput
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec import CaptionPlan, Cue, CueWord
from pytoon_pipeline.contracts.timing import FrameRate
from pytoon_pipeline.media import ffmpeg, fonts
from pytoon_pipeline.rendering import ass, captions

RATE = FrameRate(numerator=30)
STYLE = CaptionStyle(pop=0)


def cue(text: str, start: int = 0, end: int = 30) -> Cue:
    words = text.split() or [" "]
    step = max(1, (end - start) // len(words))
    return Cue(
        start=start,
        end=end,
        words=tuple(CueWord(text=w, start=start + n * step, end=start + (n + 1) * step) for n, w in enumerate(words)),
    )


def drawn(tmp_path: Path, *cues: Cue, style: CaptionStyle = STYLE, frames: int = 30, first: int = 0) -> np.ndarray:
    """Pictures of captions on mid grey, as RGB, shape (frames, 1920, 1080, 3) at a quarter of the size."""
    import os
    import subprocess

    lines = captions.events(CaptionPlan(style=style, cues=cues), first, frames, 1080, RATE)
    captions.write(lines, style, 1080, 1920, RATE, tmp_path / "c.ass")
    used = [fonts.load(name) for name in (style.font, *fonts.FALLBACKS)]
    environment = dict(os.environ, FONTCONFIG_FILE=str(fonts.configure(tmp_path / "fonts", *used)))
    done = subprocess.run(
        [ffmpeg.program(), "-v", "error", "-f", "lavfi",
         "-i", f"color=0x808080:size=1080x1920:rate=30:duration={frames / 30}",
         "-vf", f"format=gbrp,ass={tmp_path / 'c.ass'}:fontsdir={tmp_path / 'fonts'},scale=270:480",
         "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        env=environment, capture_output=True, check=True,
    )  # fmt: skip
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, 480, 270, 3).astype(int)


def ink(picture: np.ndarray) -> np.ndarray:
    return np.abs(picture - 128).max(axis=2) > 40


def test_a_caption_is_there_exactly_while_it_should(tmp_path: Path) -> None:
    shown = [bool(ink(picture).any()) for picture in drawn(tmp_path, cue("hello", 7, 19))]
    assert [n for n, there in enumerate(shown) if there] == list(range(7, 19))


@pytest.mark.parametrize("rate", [FrameRate(numerator=24), FrameRate(numerator=30000, denominator=1001)])
def test_times_round_to_the_frame_at_any_rate(rate: FrameRate) -> None:
    for frame in range(1800):
        start = captions._ms(frame, rate) / 1000
        assert rate.seconds(frame) - 0.0100001 <= start <= rate.seconds(frame) + 1e-9


def test_captions_do_not_depend_on_where_a_segment_starts(tmp_path: Path) -> None:
    style = CaptionStyle(pop=0.2)
    one = cue("four words are here", 2, 40)
    whole = drawn(tmp_path, one, style=style, frames=45)
    late = drawn(tmp_path, one, style=style, frames=41, first=4)
    assert np.abs(whole[4:] - late).max() <= 24, "but for rounding of the growing by a hundredth of a second"
    assert np.array_equal(whole[12:], late[8:])


def test_words_light_up_one_after_the_other(tmp_path: Path) -> None:
    pictures = drawn(tmp_path, cue("one two", 0, 20), frames=20)
    yellow = [(p[..., 0] > 200) & (p[..., 2] < 90) for p in pictures]
    first, second = np.flatnonzero(yellow[5].any(axis=0)).mean(), np.flatnonzero(yellow[15].any(axis=0)).mean()
    assert first < 130 < second


def test_captions_stay_inside_the_margins(tmp_path: Path) -> None:
    style = CaptionStyle(pop=0, size=148, words=3, characters=40)
    for text in ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", "WWWWWWWWWW WWWWWWWWWW WWWWWWWWWW"):
        columns = np.flatnonzero(ink(drawn(tmp_path, cue(text), style=style, frames=1)[0]).any(axis=0))
        assert columns.min() * 4 >= style.margin - 12
        assert columns.max() * 4 <= 1080 - style.margin + 12


@pytest.mark.parametrize("text", [r"{\fs200}big", r"a\Nb", r"{\p1}m 0 0 l 99 0", r"\h\n", "100% 'it\\''s':x=1,[in]"])
def test_what_a_person_wrote_is_drawn_literally(tmp_path: Path, text: str) -> None:
    """As wide as its characters are: nothing vanished, broke the line or grew."""
    style = CaptionStyle(pop=0, characters=60)
    rows_of_plain = np.flatnonzero(ink(drawn(tmp_path, cue("abg"), style=style, frames=1)[0]).any(axis=1))
    rows = np.flatnonzero(ink(drawn(tmp_path, cue(text), style=style, frames=1)[0]).any(axis=1))
    assert np.ptp(rows) < 1.5 * np.ptp(rows_of_plain)
    columns = np.flatnonzero(ink(drawn(tmp_path, cue(text), style=style, frames=1)[0]).any(axis=0))
    width = fonts.load(style.font).width(text, style.size) / 4
    assert np.ptp(columns) == pytest.approx(width, rel=0.12, abs=8)


@given(st.text(max_size=30))
def test_literal_text_holds_no_commands(text: str) -> None:
    import re

    escaped = ass.literal(text)
    assert not re.search(r"(?<!\\)[{}]", escaped)
    assert not re.search(r"\\[Nnh]", escaped)


def test_a_fallback_font_has_what_the_first_lacks(tmp_path: Path) -> None:
    arrow = cue("→ ☂ ∞")
    assert captions.missing_glyphs([arrow], STYLE) == {}
    assert ink(drawn(tmp_path, arrow, frames=1)[0]).sum() > 200


def test_characters_that_no_font_has_are_named() -> None:
    assert captions.missing_glyphs([cue("fine"), cue("漢字 ok")], STYLE) == {1: "字漢"}


def test_an_unknown_font_is_refused() -> None:
    with pytest.raises(BadInput, match="unknown_font"):
        fonts.load("Comic Sans")
