"""Weights of areas: they add up to one, and each pixel is the mean of what it covers. That they are libav's own is
tested with its pictures, in ``test_gpu_scaling``.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.analysis.vision.area_weights import LEFT_CHROMA, MIDDLE, area_weights

BITS = 14


@given(st.integers(8, 400), st.integers(2, 400), st.sampled_from([MIDDLE, LEFT_CHROMA]), st.sampled_from([2, 4]))
def test_the_weights_of_each_pixel_add_up(source: int, target: int, position: int, group: int) -> None:
    matrix, taps = area_weights(source, target, position, BITS, group)
    assert matrix.shape == (target, source)
    assert (matrix.sum(1) == 1 << BITS).all()
    assert 1 <= taps <= source // target + 3


def test_a_shorter_line_has_the_means_of_its_areas() -> None:
    matrix, taps = area_weights(12, 4, MIDDLE, BITS, 2)
    assert taps == 3
    assert matrix @ np.arange(12) / (1 << BITS) == pytest.approx([1, 4, 7, 10], abs=1e-3)


def test_a_longer_line_is_read_between_its_pixels() -> None:
    matrix, _ = area_weights(4, 8, MIDDLE, BITS, 2)
    assert matrix @ np.arange(4) / (1 << BITS) == pytest.approx([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])


def test_chroma_on_the_left_is_read_a_quarter_pixel_later() -> None:
    line = np.arange(40)
    middle, left = (
        area_weights(40, 10, position, BITS, 4)[0] @ line / (1 << BITS) for position in (MIDDLE, LEFT_CHROMA)
    )
    assert (left - middle)[1:-1] == pytest.approx(np.full(8, 0.25), abs=0.01)


def test_a_line_that_keeps_its_length_is_not_changed() -> None:
    assert np.array_equal(area_weights(6, 6, MIDDLE, BITS, 2)[0], np.eye(6, dtype=int) << BITS)
