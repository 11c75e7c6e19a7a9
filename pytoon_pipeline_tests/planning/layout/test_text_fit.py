"""Text fits, whatever it is: it wraps, shrinks, goes on to another page, or is refused; nothing is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.style import TextBackground
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.planning.layout.contrast import Backdrop, ensure_contrast, opposite, text_background
from pytoon_pipeline.planning.layout.text_fit import TextBox, clean, fit, split_pages

ROOM = TextBox("Manrope ExtraBold", 130, 64, 800, 520, 4)
writing = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200)


@settings(max_examples=150)
@given(writing.map(clean).filter(bool))
def test_what_fits_is_whole_and_inside(text: str) -> None:
    for page in split_pages(text, ROOM):
        assert page.width <= ROOM.width
        assert page.height <= ROOM.height
        assert len(page.lines) <= ROOM.lines
        assert ROOM.min_size <= page.size <= ROOM.size
    shown = "".join("".join(page.lines) for page in split_pages(text, ROOM))
    assert "".join(shown.split()) == "".join(text.split())


def test_short_text_is_as_large_as_wanted() -> None:
    page = fit("Hello", ROOM)
    assert page is not None
    assert (page.lines, page.size) == (("Hello",), 130)


def test_lines_are_even() -> None:
    page = fit("one two three four five six", ROOM)
    assert page is not None
    widths = [fonts.text_width(line, ROOM.font, page.size) for line in page.lines]
    assert min(widths) > 0.5 * max(widths)


def test_a_word_too_long_for_a_line_is_broken_between_characters() -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitän"
    page = fit(word, ROOM)
    assert page is not None
    assert len(page.lines) > 1
    assert "".join(page.lines) == word


def test_line_breaks_stay() -> None:
    page = fit("one\ntwo", ROOM)
    assert page is not None
    assert page.lines == ("one", "two")


def test_text_that_cannot_fit_gives_no_page() -> None:
    assert split_pages("hello", TextBox("Manrope ExtraBold", 130, 64, 10, 500, 4)) == []


def test_control_characters_vanish() -> None:
    assert clean("a\x00b\tc\r\nd\u2028e\x1b[0m") == "a b c\nd\ne [0m"


def test_scripts_without_spaces_wrap() -> None:
    assert len(split_pages("เ" * 3, ROOM)) == 1


colours = st.from_regex(r"\A#[0-9a-f]{6}\Z")
light = st.floats(0, 1)


@given(colours, light, light, st.sampled_from(["outline", "shadow", "box", "auto", "auto_box"]), colours)
def test_text_always_reaches_its_contrast(colour: str, a: float, b: float, backing: str, partner: str) -> None:
    behind = Backdrop(min(a, b), max(a, b))
    settings_ = HeadlineSettings(
        colour=colour, background=backing, background_colour=partner, box=TextBackground(colour=partner, opacity=0.5)
    )  # fmt: skip
    style = ensure_contrast(settings_, 100, behind, 4.5)
    if style.background is not None:
        assert luminance_of(style.background.colour) != pytest.approx(luminance_of(colour), abs=1e-6)
        assert style.background == text_background(settings_.box, colour, behind, 4.5)
    elif style.outline:
        assert style.outline >= 5
        assert contrast(luminance_of(colour), luminance_of(style.outline_colour)) >= 4.5
    else:
        assert behind.worst(colour) >= 4.5


@given(colours)
def test_black_or_white_stands_out_from_any_colour(colour: str) -> None:
    assert contrast(luminance_of(colour), luminance_of(opposite(colour))) >= 4.5
