"""Bars of one colour at the edges of footage, and what only looks like them."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pytoon_pipeline.analysis.vision.picture_area import active_picture
from pytoon_pipeline.contracts.geometry import WHOLE, Box

SLATE = (88, 72, 56)
Image = NDArray[np.uint8]


def found(*frames: Image) -> Box:
    return active_picture(np.minimum.reduce(frames), np.maximum.reduce(frames))


def detail(height: int, width: int) -> Image:
    return np.random.default_rng(1).integers(60, 255, (height, width, 3)).astype(np.uint8)


def plain(colour: tuple[int, int, int] = SLATE) -> Image:
    return np.full((180, 320, 3), colour, np.uint8)


def test_a_coloured_bar_above_a_moving_picture_is_left_out() -> None:
    frames = [plain() for _ in range(9)]
    for n, frame in enumerate(frames):
        frame[24:, n * 20 : n * 20 + 160] = detail(156, 160)
    picture = found(*frames)
    assert picture.y == pytest.approx(24 / 180, abs=0.01)
    assert picture.y + picture.height == 1


def test_coloured_bars_at_both_sides_are_left_out() -> None:
    frame = plain()
    frame[:, 60:260] = detail(180, 200)
    picture = found(frame)
    assert (picture.y, picture.height) == (0, 1)
    assert picture.x == pytest.approx(60 / 320, abs=0.01)
    assert picture.width == pytest.approx(200 / 320, abs=0.02)


def test_a_wall_behind_a_person_is_part_of_the_picture() -> None:
    frame = plain()
    cv2.ellipse(frame, (160, 130), (90, 100), 0, 0, 360, (40, 60, 200), -1)
    assert found(frame) == WHOLE


def test_a_margin_at_one_side_is_part_of_the_picture() -> None:
    frame = plain((255, 255, 255))
    frame[:, 40:] = detail(180, 280) // 2
    assert found(frame) == WHOLE


def test_darkness_on_one_side_is_part_of_the_picture() -> None:
    frame = plain((0, 0, 0))
    frame[:, 180:] = 200
    assert found(frame) == WHOLE


def test_darkness_around_a_round_light_is_part_of_the_picture() -> None:
    frame = plain((0, 0, 0))
    cv2.circle(frame, (160, 90), 75, (200, 180, 90), -1)
    assert found(frame) == WHOLE
