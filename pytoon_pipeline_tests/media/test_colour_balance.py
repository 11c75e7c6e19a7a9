"""What a colour correction does to a pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.colour import ColourCorrection
from pytoon_pipeline.media.colour_balance import corrected, exposed

CORRECTIONS = st.builds(
    ColourCorrection,
    temperature=st.floats(-1, 1),
    tint=st.floats(-1, 1),
    exposure=st.floats(-2, 2),
)
LEVELS = np.linspace(0, 1, 256)


def _one(colour: tuple[float, float, float], **values: float) -> list[float]:
    return corrected(np.array([colour], np.float32), ColourCorrection(**values))[0].tolist()


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_no_correction_changes_nothing(colour: tuple[int, int, int]) -> None:
    assert _one(colour) == pytest.approx(colour, abs=0.01)


@given(CORRECTIONS)
def test_black_and_white_stay(correction: ColourCorrection) -> None:
    ends = np.array([(0, 0, 0), (255, 255, 255)], np.float32)
    assert np.abs(corrected(ends, correction) - ends).max() < 0.5


@given(st.floats(-2, 2))
def test_an_exposure_keeps_the_order_of_tones_and_undoes_nothing_in_between(stops: float) -> None:
    bright = exposed(LEVELS, stops)
    assert (np.diff(bright) > 0).all()
    assert bright[0] == 0
    assert bright[-1] == pytest.approx(1)
    assert (bright >= LEVELS - 1e-9).all() if stops >= 0 else (bright <= LEVELS + 1e-9).all()


def test_a_stop_is_twice_the_light_and_changes_no_hue() -> None:
    dark = (40.0, 30.0, 60.0)
    lighter = _one(dark, exposure=1)
    assert np.divide(lighter, dark) == pytest.approx([2 ** (1 / 2.2)] * 3, rel=0.02)


def test_white_balance_moves_red_against_blue_and_keeps_the_luma_of_greys() -> None:
    red, green, blue = _one((120, 120, 120), temperature=0.3)
    assert red > green > blue
    assert 0.2126 * red + 0.7152 * green + 0.0722 * blue == pytest.approx(120, abs=0.1)
    assert np.log2(red / blue) * 2.2 / 2 == pytest.approx(0.3, abs=0.01)
    red, green, blue = _one((120, 120, 120), tint=0.2)
    assert red == pytest.approx(blue)
    assert green < red
