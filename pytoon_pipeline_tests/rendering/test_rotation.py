"""Planes after an affine map."""

from math import cos, radians, sin

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pytoon_pipeline.rendering.rotation import warp

# Soft, so that kinds of interpolation agree, and dark at its border.
_NOISE = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 255, (61, 47)).astype(np.float32), (0, 0), 2.5)
_NOISE = cv2.normalize(_NOISE, None, 0, 255, cv2.NORM_MINMAX)
PLANE = (_NOISE * np.hanning(61)[:, None] * np.hanning(47)).astype(np.uint8)


def turned(degrees: float, scale: float) -> NDArray[np.float64]:
    """A map that turns and scales about the middle of the plane, and moves it to that of 80 × 90 pixels."""
    angle = radians(degrees)
    turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]]) * scale
    return np.column_stack((turn, np.array([39.7, 44.2]) - turn @ np.array([23.0, 30.0])))


# Up to eight degrees the plane is scaled and sheared, beyond that its pixels are looked up one by one.
@pytest.mark.parametrize("degrees", [-179.5, -90, -7, -0.4, 0, 1.5, 7, 45])
@pytest.mark.parametrize("scale", [0.7, 0.99, 1.0, 1.01, 1.3])
def test_a_plane_is_turned_as_opencv_turns_it(degrees: float, scale: float) -> None:
    matrix = turned(degrees, scale)
    # OpenCV rounds positions to 1/32 of a pixel.
    expected = cv2.warpAffine(PLANE, matrix, (80, 90), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    difference = np.abs(warp(PLANE, matrix, 80, 90).astype(int) - expected)
    assert difference.max() <= 5
    assert difference.mean() < 0.5


def test_a_plane_outside_the_picture_leaves_it_transparent() -> None:
    far = turned(2, 1.0)
    far[:, 2] += 500
    assert not warp(PLANE, far, 80, 90).any()


@pytest.mark.parametrize("degrees", [0, 3, 20])
def test_a_plane_moves_evenly_by_parts_of_a_pixel(degrees: float) -> None:
    matrix, centres = turned(degrees, 1.07), []
    for _ in range(9):
        columns = warp(PLANE, matrix, 80, 90).sum(axis=0, dtype=float)
        centres.append((columns * np.arange(80)).sum() / columns.sum())
        matrix[0, 2] += 0.1
    assert np.diff(centres) == pytest.approx(np.full(8, 0.1), abs=0.025)


def test_an_edge_fades_over_one_pixel() -> None:
    solid = np.full((20, 20), 200, np.uint8)
    half = np.array([[1.0, 0, 5.5], [0, 1.0, 5.0]])
    row = warp(solid, half, 32, 32)[10]
    assert row[4:8].tolist() == [0, 100, 200, 200]
    assert row[24:27].tolist() == [200, 100, 0]


def test_a_border_that_is_sheared_keeps_its_place() -> None:
    solid = np.full((40, 40), 200, np.uint8)
    expected = cv2.warpAffine(solid, turned(3, 1.03), (80, 90), flags=cv2.INTER_LINEAR)
    found = warp(solid, turned(3, 1.03), 80, 90)
    assert found.sum(dtype=float) == pytest.approx(expected.sum(dtype=float), rel=0.008)
    assert np.abs(found.astype(int) - expected).mean() < 1
