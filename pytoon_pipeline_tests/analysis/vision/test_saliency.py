"""The salient part of a still picture."""

import numpy as np
import pytest

from pytoon_pipeline.analysis.vision.saliency import salient_box


def test_an_object_on_a_plain_ground_is_found() -> None:
    image = np.full((240, 360, 3), (150, 140, 130), np.uint8)
    image[80:180, 200:280] = (40, 40, 200)
    image += np.random.default_rng(0).integers(0, 6, image.shape, np.uint8)
    box = salient_box(image)
    assert box is not None
    assert box.centre == (pytest.approx(240 / 360, abs=0.06), pytest.approx(130 / 240, abs=0.06))
    assert box.width < 0.35


def test_nothing_stands_out_of_an_even_picture() -> None:
    assert salient_box(np.full((90, 160, 3), 90, np.uint8)) is None
