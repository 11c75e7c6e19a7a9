"""Means over blocks, and the measures they are taken of."""

import numpy as np
import pytest

from pytoon_pipeline.media.blocks import means, second_differences, subsampled


def plane(height: int, width: int) -> np.ndarray:
    """Values in memory whose rows are longer than those of the plane, as in a decoded frame."""
    return np.random.default_rng(1).integers(0, 256, (height, width + 8)).astype(np.uint8)[:, :width]


@pytest.mark.parametrize("step", [1, 3])
def test_means_are_those_of_the_rows_taken(step: int) -> None:
    values = plane(960, 540)
    exact = values.reshape(32, 30, 18, 30)[:, ::step].mean(axis=(1, 3))
    assert np.abs(means(values, 32, 18, step) - exact).max() <= 0.5


def test_blocks_smaller_than_a_pixel_have_its_value() -> None:
    assert means(np.array([[10, 200]], np.uint8), 3, 4).tolist() == 3 * [[10, 10, 200, 200]]


@pytest.mark.parametrize("size", [(1920, 1080), (181, 321), (3, 2)])
def test_subsampling_takes_every_fourth_value(size: tuple[int, int]) -> None:
    assert np.array_equal(subsampled(plane(*size), 4), plane(*size)[::4, ::4])


@pytest.mark.parametrize("size", [(40, 60), (7, 3), (3, 2), (2, 1)])
def test_second_differences_along_rows(size: tuple[int, int]) -> None:
    rows = plane(*size)[::3].astype(int)
    mirrored = np.pad(rows, ((0, 0), (1, 1)), mode="reflect" if size[1] > 1 else "edge")
    exact = np.abs(mirrored[:, :-2] - 2 * rows + mirrored[:, 2:])
    assert np.array_equal(second_differences(plane(*size), 3), np.minimum(4 * exact, 255))
