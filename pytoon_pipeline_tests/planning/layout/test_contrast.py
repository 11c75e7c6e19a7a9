"""Contrast of text against what is behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.style import TextBackground
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.planning.layout.contrast import Backdrop, ensure_contrast, opposite, text_background
from pytoon_pipeline_tests.harness.layout import texts
from pytoon_pipeline_tests.harness.plans import planned, still, tones


def test_light_text_on_a_light_picture_gets_an_outline() -> None:
    light = still(1080, 1920, grey=tones(0.7, 0.95))
    dark = still(1080, 1920, grey=tones(0.0, 0.05))
    outlined = texts(planned([light], text="Hello", fit="cover"))[0].style
    plain = texts(planned([dark], text="Hello", fit="cover"))[0].style
    assert outlined.outline >= 5
    assert plain.outline == 0


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
