"""Key words: marked by a person, or chosen; always readable."""

import pytest

from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.style import TextBackground, TextStyle
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.planning.backdrops import Backdrop, colour_backdrop
from pytoon_pipeline.planning.emphasis import chosen_words, emphasis_of, without_marks


@pytest.mark.parametrize(
    ("text", "plain", "marked"),
    [
        ("A *coffee* that", "A coffee that", ["coffee"]),
        ("*Half price* today", "Half price today", ["Half", "price"]),
        ("**Stop** here", "Stop here", ["Stop"]),
        ("wow, (*really*)!", "wow, (really)!", ["(really)!"]),
        ("5 * 3 = 15", "5 * 3 = 15", []),
        ("a*b*c", "a*b*c", []),
        (r"\*no\* *yes*", "*no* yes", ["yes"]),
        ("one *open", "one *open", []),
    ],
)
def test_asterisks_mark_words(text: str, plain: str, marked: list[str]) -> None:
    shown, indices = without_marks(text)
    assert (shown, [shown.split()[n] for n in sorted(indices)]) == (plain, marked)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("Save 30 % on your first order", ["30", "%"]),
        ("Open at 10 in the morning", ["10"]),
        ("Ready in 30 seconds", ["30", "seconds"]),
        ("Roasted by hand every morning", []),
        ("Coffee", []),
    ],
)
def test_the_chosen_word_says_something(text: str, chosen: list[str]) -> None:
    words = text.split()
    assert [words[n] for n in chosen_words(words)] == chosen


@pytest.mark.parametrize("kind", ["colour", "box", "marker", "underline"])
@pytest.mark.parametrize("accent", ["#FFD60A", "#111111", "#FFFFFF", "#808080"])
@pytest.mark.parametrize("ground", ["#101418", "#FFE14D", "#777777"])
def test_key_words_are_readable_on_any_ground(kind: str, accent: str, ground: str) -> None:
    colour = "#FFFFFF" if contrast(1, luminance_of(ground)) >= 4.5 else "#000000"
    headline = HeadlineSettings.model_validate({"emphasis": kind, "accent": accent})
    look = emphasis_of(headline, TextStyle(colour=colour), colour_backdrop(ground), 4.5)
    assert look is not None
    behind = look.mark_colour if look.kind in ("box", "marker") else ground
    assert contrast(luminance_of(look.colour), luminance_of(behind)) >= 4.5


def test_an_accent_that_is_the_ground_already_is_inverted() -> None:
    headline = HeadlineSettings(emphasis="box", accent="#FFE14D")
    style = TextStyle(colour="#111111", background=TextBackground(colour="#FFE14D", opacity=1))
    look = emphasis_of(headline, style, Backdrop(), 4.5)
    assert look is not None
    assert (look.colour, look.mark_colour) == ("#FFE14D", "#111111")


def test_emphasis_can_be_off() -> None:
    assert emphasis_of(HeadlineSettings(emphasis="none"), TextStyle(), Backdrop(), 4.5) is None
