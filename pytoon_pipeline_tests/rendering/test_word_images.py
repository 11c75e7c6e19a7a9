"""Words as images: exact in place, with outline, shadows and gradients."""

import numpy as np
import pytest

from pytoon_pipeline.contracts.style import TextShadow, WordStyle
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.rendering.word_images import word_layers


def test_the_box_of_a_word_is_its_advance_by_its_size() -> None:
    style = WordStyle(size=100, letter_spacing=0.05)
    _, letters = word_layers("Hello", style, 0.5, 1.25)
    _, _, width, height = letters.nominal
    em = 100 * fonts.load(style.font).em / fonts.load(style.font).height
    assert (width, height) == (pytest.approx(fonts.text_width("Hello", style.font, 100) + 4 * 0.05 * em, abs=0.01), 100)


def test_a_word_half_a_pixel_further_right_is_drawn_so() -> None:
    def middle(x: float) -> float:
        _, image = word_layers("l", WordStyle(size=100), x)
        assert image.a is not None
        weights = image.a.astype(float).sum(axis=0)
        return float((weights * np.arange(len(weights))).sum() / weights.sum()) - image.nominal[0]

    assert middle(0.5) == pytest.approx(middle(0.0), abs=0.03)


def test_an_outline_widens_the_letters_by_its_width() -> None:
    outline, plain = word_layers("I", WordStyle(size=100, outline=10))
    areas = []
    for image in (plain, outline):
        assert image is not None
        assert image.a is not None
        left, top, _, _ = image.nominal
        rows, columns = (np.flatnonzero((image.a > 127).any(axis=axis)) for axis in (1, 0))
        areas.append((rows[0] - top, rows[-1] - top, columns[0] - left, columns[-1] - left))
    assert np.subtract(*areas) == pytest.approx((10, -10, 10, -10), abs=1)


def test_letters_and_what_is_below_them_are_separate_images() -> None:
    style = WordStyle(size=100, outline=6, shadows=(TextShadow(blur=6, y=8),))
    below, letters = word_layers("ab", style)
    assert below is not None
    assert below.size == letters.size
    assert word_layers("ab", WordStyle(size=100))[0] is None
    assert int(letters.y.max()) == 235
    assert int(below.y.max()) <= 20, "black, premultiplied"


@pytest.mark.parametrize("colour", ["#FFFFFF", "#E0102A"])
def test_letters_that_are_scaled_keep_their_colour_up_to_their_edges(colour: str) -> None:
    _, letters = word_layers("ab", WordStyle(size=100, colour=colour))
    width, height = letters.size
    scaled = letters.crop((0.3, 0.4, width - 2.0, height - 2.0), width, height)
    assert scaled.a is not None
    assert scaled.h is not None
    assert 0 < int(np.median(scaled.a[(scaled.a > 0) & (scaled.a < 255)])) < 255, "has edges"
    planes, coverages = (scaled.y, scaled.u, scaled.v), (scaled.a, scaled.h, scaled.h)
    for plane, coverage, value in zip(planes, coverages, yuv(colour), strict=True):
        assert np.abs(plane - value * coverage / 255).max() <= 0.51


def test_a_gradient_runs_from_the_top_to_the_baseline() -> None:
    _, image = word_layers("H", WordStyle(size=200, colour="#FFFFFF", gradient_colour="#000000"))
    assert image.a is not None
    rows = np.flatnonzero((image.a > 250).any(axis=1))
    luma = [int(image.y[row][image.a[row] > 250].max()) for row in rows]
    assert luma == sorted(luma, reverse=True)
    assert luma[0] > 220 > 40 > luma[-1]
