"""Captions: drawn where and when the plan says, and drawn literally."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytoon_pipeline.rendering.caption_raster import CaptionRaster

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, Cue, CueWord
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.ffmpeg import RenderError, timed_out
from pytoon_pipeline.rendering import ass, captions, libass
from pytoon_pipeline.rendering.thumbnail import to_bgr
from pytoon_pipeline.rendering.yuva import YuvaImage, blend, solid_image

RATE = FrameRate(numerator=30)
STYLE = CaptionStyle(scale_in_seconds=0)


def cue(text: str, start: int = 0, end: int = 30) -> Cue:
    words = text.split() or [" "]
    step = max(1, (end - start) // len(words))
    return Cue(
        start=start,
        end=end,
        words=tuple(CueWord(text=w, start=start + n * step, end=start + (n + 1) * step) for n, w in enumerate(words)),
    )


def drawn(*cues: Cue, style: CaptionStyle = STYLE, frames: int = 30, first: int = 0) -> np.ndarray:
    """Pictures of captions on mid grey, as RGB, shape (frames, 480, 270, 3): a quarter of the size."""
    lettering = CaptionRaster(style, 1080, 1920)
    lines = captions.events(CaptionPlan(style=style, cues=cues), first, frames, 1080, RATE)
    lettering.render(line.text for line in lines)
    pictures = []
    for frame in range(frames):
        canvas = solid_image("#808080", 1080, 1920)
        for line in lines:
            if line.start <= frame < line.end and (patch := lettering.sprite(line, frame, (1080, 1920))):
                blend(canvas, patch)
        small = cv2.resize(to_bgr(canvas), (270, 480), interpolation=cv2.INTER_AREA)
        pictures.append(small[:, :, ::-1].astype(int))
    return np.array(pictures)


def ink(picture: np.ndarray) -> np.ndarray:
    return np.abs(picture - 128).max(axis=2) > 40


def test_a_caption_is_shown_exactly_in_its_frames() -> None:
    shown = [bool(ink(picture).any()) for picture in drawn(cue("hello", 7, 19))]
    assert [n for n, there in enumerate(shown) if there] == list(range(7, 19))


def test_captions_do_not_depend_on_where_a_segment_starts() -> None:
    style = CaptionStyle(scale_in_seconds=0.2)
    one = cue("four words are here", 2, 40)
    whole = drawn(one, style=style, frames=45)
    late = drawn(one, style=style, frames=41, first=4)
    assert np.array_equal(whole[4:], late)


def test_a_caption_grows_to_its_size_and_stays_in_its_place() -> None:
    widths, lowest = [], []
    for picture in drawn(cue("moving", 0, 20), style=CaptionStyle(scale_in_seconds=0.2), frames=12):
        widths.append(np.ptp(np.flatnonzero(ink(picture).any(axis=0))))
        lowest.append(np.flatnonzero(ink(picture).any(axis=1)).max())
    assert widths[:6] == sorted(widths[:6])
    assert widths[0] == pytest.approx(0.8 * widths[6], rel=0.03)
    assert len(set(widths[6:])) == 1
    assert np.ptp(lowest) <= 4


def test_words_light_up_one_after_the_other() -> None:
    pictures = drawn(cue("one two", 0, 20), frames=20)
    yellow = [(p[..., 0] > 200) & (p[..., 2] < 90) for p in pictures]
    first, second = np.flatnonzero(yellow[5].any(axis=0)).mean(), np.flatnonzero(yellow[15].any(axis=0)).mean()
    assert first < 130 < second


def test_captions_stay_inside_the_margins() -> None:
    style = CaptionStyle(scale_in_seconds=0, size=148, max_words=3, max_chars=40)
    for text in ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", "WWWWWWWWWW WWWWWWWWWW WWWWWWWWWW"):
        columns = np.flatnonzero(ink(drawn(cue(text), style=style, frames=1)[0]).any(axis=0))
        assert columns.min() * 4 >= style.margin - 12
        assert columns.max() * 4 <= 1080 - style.margin + 12


@pytest.mark.parametrize("text", [r"{\fs200}big", r"a\Nb", r"{\p1}m 0 0 l 99 0", r"\h\n", "100% 'it\\''s':x=1,[in]"])
def test_markup_in_captions_is_drawn_literally(text: str) -> None:
    """As wide as its characters: nothing vanished, broke the line or grew."""
    style = CaptionStyle(scale_in_seconds=0, max_chars=60)
    rows_of_plain = np.flatnonzero(ink(drawn(cue("abg"), style=style, frames=1)[0]).any(axis=1))
    rows = np.flatnonzero(ink(drawn(cue(text), style=style, frames=1)[0]).any(axis=1))
    assert np.ptp(rows) < 1.5 * np.ptp(rows_of_plain)
    columns = np.flatnonzero(ink(drawn(cue(text), style=style, frames=1)[0]).any(axis=0))
    width = fonts.load(style.font).width(text, style.size) / 4
    assert np.ptp(columns) == pytest.approx(width, rel=0.12, abs=8)


@given(st.text(max_size=30))
def test_escaped_text_has_no_commands(text: str) -> None:
    import re

    escaped = ass.escape(text)
    assert not re.search(r"(?<!\\)[{}]", escaped)
    assert not re.search(r"\\[Nnh]", escaped)


def test_a_fallback_font_supplies_missing_glyphs() -> None:
    arrow = cue("→ ☂ ∞")
    assert captions.missing_glyphs([arrow], STYLE) == {}
    assert ink(drawn(arrow, frames=1)[0]).sum() > 200


def test_characters_that_no_font_has_are_named() -> None:
    assert captions.missing_glyphs([cue("fine"), cue("དེ ok")], STYLE) == {1: "ད\u0f7a"}


def test_an_unknown_font_is_refused() -> None:
    with pytest.raises(InvalidInput, match="unknown_font"):
        fonts.load("Comic Sans")


def test_captions_are_drawn_in_the_background_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A segment goes on with the first text while later ones are drawn; an error reaches those that need them."""
    shown = threading.Event()

    def draw(texts: Sequence[str], *style: object, **more: object) -> Iterator[YuvaImage]:
        yield solid_image("#FFFFFF", 100, 40)
        assert shown.wait(10)
        raise timed_out()

    monkeypatch.setattr(libass, "draw", draw)
    lettering = CaptionRaster(STYLE, 1080, 1920)
    with ThreadPoolExecutor(1) as pool:
        lettering.render(["first", "second", "third"], pool)
        assert lettering.sprite(captions.Event(0, 1, "first"), 0, (1080, 1920)) is not None
        shown.set()
        for text in ("second", "third"):
            with pytest.raises(RenderError, match="engine_late"):
                lettering.sprite(captions.Event(0, 1, text), 0, (1080, 1920))
