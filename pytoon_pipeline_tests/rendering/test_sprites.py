"""Sprites: moved, masked and combined."""

import numpy as np
import pytest

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.rendering.sprites import bounds, clipped, combined, moved, revealed
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage

PLANE = np.full((20, 40), 200, np.uint8)
SQUARE = Sprite(-10, 6, YuvaImage(PLANE, PLANE[::2, ::2], PLANE[::2, ::2], PLANE, PLANE[::2, ::2]))


def test_combined_sprites_keep_their_places() -> None:
    both = combined([SQUARE, Sprite(50, 0, SQUARE.image)])
    assert bounds([both]) == Rect(-10, 0, 90, 26)
    assert both.image.a is not None
    assert (both.image.a[6, 0], both.image.a[0, 60], both.image.a[0, 0]) == (200, 200, 0)


def test_a_sprite_that_moves_by_whole_pixels_is_the_same() -> None:
    shifted = moved(SQUARE, (0, 0), 4, -8, (1, 1), 0, 1)
    assert shifted is not None
    assert (shifted.left, shifted.top) == (-6, -2)
    assert np.array_equal(shifted.image.y, PLANE)


def test_scale_and_turn_are_about_the_pivot() -> None:
    middle = (10.0, 16.0)
    for placed in (moved(SQUARE, middle, 0, 0, (2, 2), 0, 1), moved(SQUARE, middle, 0, 0, (1, 1), 90, 1)):
        assert placed is not None
        area = bounds([placed])
        assert ((area.left + area.right) / 2, (area.top + area.bottom) / 2) == pytest.approx(middle, abs=1)
    assert moved(SQUARE, middle, 0, 0, (1, 1), 0, 0) is None
    assert moved(SQUARE, middle, 0, 0, (1, 0), 0, 1) is None


def test_a_clipped_sprite_keeps_its_rows() -> None:
    part = clipped(SQUARE, 10, 16)
    assert part is not None
    assert bounds([part]) == Rect(-10, 10, 30, 16)
    assert clipped(SQUARE, 40, 60) is None


@pytest.mark.parametrize("from_right", [False, True])
def test_a_sprite_is_revealed_from_one_side(from_right: bool) -> None:
    image = revealed(SQUARE, 0.5, 4, from_right).image
    assert image.a is not None
    shown = image.a[0] > 100
    assert shown.sum() == pytest.approx(20, abs=3)
    assert shown[-1 if from_right else 0]
