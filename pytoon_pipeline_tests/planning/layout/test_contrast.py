"""Contrast of text against what is behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.style import TextBackground
from pytoon_pipeline.media.colour import contrast, luminance_of, opposite
from pytoon_pipeline.planning.backdrops import Backdrop
from pytoon_pipeline.planning.layout.contrast import ensure_contrast
from pytoon_pipeline_tests.harness.layout import texts
from pytoon_pipeline_tests.harness.plans import planned, still, tones


def test_light_text_on_a_light_picture_gets_an_outline_where_the_preset_says_so() -> None:
    light = still(1080, 1920, grey=tones(0.7, 0.95))
    adjust = {"headline": {"background": "shadow"}}
    outlined = texts(planned([light], text="Hello", fit="cover", adjust=adjust))[0].style
    assert outlined.outline >= 5


colours = st.from_regex(r"\A#[0-9a-f]{6}\Z")
luminances = st.floats(0, 1)
CONTRAST = 4.5


def grey_level(luminance: float) -> float:
    """The sRGB value, 0 to 1, of a grey of this relative luminance (IEC 61966-2-1)."""
    return 12.92 * luminance if luminance <= 0.0031308 else 1.055 * luminance ** (1 / 2.4) - 0.055


def luminance_of_grey(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4


@given(
    colours, luminances, luminances, st.sampled_from(["outline", "shadow", "box", "auto", "auto_box"]), colours,
    st.floats(0, 1),
)  # fmt: skip
def test_text_always_reaches_its_contrast(
    colour: str, a: float, b: float, background: str, partner: str, opacity: float
) -> None:
    """Text stands out from its box, from its outline, or from everything that can be behind it."""
    behind = Backdrop(min(a, b), max(a, b))
    settings = HeadlineSettings(
        colour=colour, background=background, background_colour=partner,
        box=TextBackground(colour=partner, opacity=opacity),
    )  # fmt: skip
    style = ensure_contrast(settings, 100, behind, CONTRAST)
    own = luminance_of(style.colour)
    assert style.colour == colour or (background == "auto" and not style.outline), "only auto changes a colour"
    if style.background is not None:
        plate, share = grey_level(luminance_of(style.background.colour)), style.background.opacity
        seen = [luminance_of_grey(share * plate + (1 - share) * grey_level(one)) for one in (a, b)]
        assert min(contrast(own, one) for one in seen) >= 0.9 * CONTRAST, "the mixing is an approximation"
        assert not min(seen) <= own <= max(seen)
        assert share >= round(opacity * 20) / 20
    elif style.outline:
        assert style.outline >= 5
        assert contrast(own, luminance_of(style.outline_colour)) >= CONTRAST
    else:
        assert behind.min_contrast(style.colour) >= CONTRAST
    if background in ("box", "outline"):
        assert (style.background is not None, bool(style.outline)) == (background == "box", background == "outline")


def test_contrast_is_measured_against_the_worst_of_what_is_behind() -> None:
    assert Backdrop(0.0, 0.1).min_contrast("#FFFFFF") == pytest.approx(1.05 / 0.15)
    assert Backdrop(0.0, 1.0).min_contrast("#808080") == 1.0
    assert Backdrop(0.5, 0.9).min_contrast("#000000") == pytest.approx(0.55 / 0.05)


@given(colours)
def test_black_or_white_stands_out_from_any_colour(colour: str) -> None:
    assert contrast(luminance_of(colour), luminance_of(opposite(colour))) >= 4.5
