"""Blending of planes."""

import numpy as np

from pytoon_pipeline.rendering.blending import blend_plane


def test_every_pair_of_value_and_coverage_is_rounded_to_the_nearest() -> None:
    plane, coverage = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    below, values = plane.copy(), coverage // 2
    blend_plane(plane, values, coverage)
    assert np.array_equal(plane, np.minimum(np.round(below * (255.0 - coverage) / 255) + values, 255))


def test_a_part_of_a_plane_is_blended_in_place() -> None:
    plane = np.full((8, 8), 100, np.uint8)
    blend_plane(plane[2:4, 2:6], np.full((2, 4), 50, np.uint8), np.full((2, 4), 255, np.uint8))
    assert (plane[2:4, 2:6] == 50).all()
    assert (plane == 50).sum() == 8
