"""Focal points of pictures without faces."""

import numpy as np
import pytest

from pytoon_pipeline.analysis.vision import focus


def test_the_focal_point_is_where_the_detail_is() -> None:
    image = np.full((180, 320, 3), 90, np.uint8)
    image[120:150, 220:290] = np.random.default_rng(0).integers(0, 255, (30, 70, 3), np.uint8)
    x, y = focus.find([(0.0, image)]).points[0].box.centre
    assert (x * 320, y * 180) == (pytest.approx(255, abs=4), pytest.approx(135, abs=4))


def test_an_empty_picture_has_no_focal_point() -> None:
    assert focus.find([(0.0, np.full((90, 160, 3), 90, np.uint8))]).points[0].weight == 0
