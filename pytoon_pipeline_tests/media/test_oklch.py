"""OKLCH."""

import pytest

from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.media.oklch import Oklch, hue_distance, oklch


def test_the_values_are_those_of_css_color_4() -> None:
    assert oklch("#FF0000") == pytest.approx((0.628, 0.2577, 29.23), abs=0.01)
    assert oklch("#0000FF") == pytest.approx((0.452, 0.3132, 264.05), abs=0.01)
    assert oklch("#FFFFFF")[:2] == pytest.approx((1.0, 0.0), abs=1e-3)


@pytest.mark.parametrize("colour", ["#14213D", "#FF7F11", "#F3EFE3", "#2F6B3C"])
def test_a_colour_comes_back(colour: str) -> None:
    assert all(abs(a - b) <= 1 for a, b in zip(rgb(oklch(colour).hex), rgb(colour), strict=True))


def test_what_srgb_does_not_have_loses_chroma_and_keeps_its_hue() -> None:
    found = oklch(Oklch(0.9, 0.3, 265.0).hex)
    assert found.chroma < 0.1
    assert found.lightness == pytest.approx(0.9, abs=0.02)
    assert hue_distance(found.hue, 265.0) < 8
