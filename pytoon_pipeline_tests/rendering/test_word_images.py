"""Words as images: exact in place, with outline, shadows and gradients."""

import numpy as np
import pytest

from pytoon_pipeline.contracts.style import TextShadow, WordStyle
from pytoon_pipeline.media import fonts
from pytoon_pipeline.rendering.word_images import word_image, word_layers


def test_the_box_of_a_word_is_its_advance_by_its_size() -> None:
    style = WordStyle(size=100, letter_spacing=0.05)
    _, _, width, height = word_image("Hello", style, 0.5, 1.25).nominal
    em = 100 * fonts.load(style.font).em / fonts.load(style.font).height
    assert (width, height) == (pytest.approx(fonts.text_width("Hello", style.font, 100) + 4 * 0.05 * em, abs=0.01), 100)


def test_a_word_half_a_pixel_further_right_is_drawn_so() -> None:
    def middle(x: float) -> float:
        image = word_image("l", WordStyle(size=100), x)
        assert image.a is not None
        weights = image.a.astype(float).sum(axis=0)
        return float((weights * np.arange(len(weights))).sum() / weights.sum()) - image.nominal[0]

    assert middle(0.5) == pytest.approx(middle(0.0), abs=0.03)


def test_an_outline_widens_the_letters_by_its_width() -> None:
    plain, outlined = (word_image("I", WordStyle(size=100, outline=width)) for width in (0, 10))
    areas = []
    for image in (plain, outlined):
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


def test_a_gradient_runs_from_the_top_to_the_baseline() -> None:
    image = word_image("H", WordStyle(size=200, colour="#FFFFFF", gradient_colour="#000000"))
    assert image.a is not None
    rows = np.flatnonzero((image.a > 250).any(axis=1))
    luma = [int(image.y[row][image.a[row] > 250].max()) for row in rows]
    assert luma == sorted(luma, reverse=True)
    assert luma[0] > 220 > 40 > luma[-1]
