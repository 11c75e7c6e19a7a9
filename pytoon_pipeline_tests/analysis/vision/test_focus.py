"""Focal points of pictures without faces."""

import numpy as np
import pytest

from pytoon_pipeline.analysis.vision import focus
from pytoon_pipeline.analysis.vision.sampling import Samples


def test_the_focal_point_is_where_the_detail_is() -> None:
    image = np.full((180, 320, 3), 90, np.uint8)
    image[120:150, 220:290] = np.random.default_rng(0).integers(0, 255, (30, 70, 3), np.uint8)
    x, y = focus.focal_point(0.0, image).box.centre
    assert (x * 320, y * 180) == (pytest.approx(255, abs=4), pytest.approx(135, abs=4))


def test_an_empty_picture_has_no_focal_point() -> None:
    assert focus.focal_point(0.0, np.full((90, 160, 3), 90, np.uint8)).weight == 0


def test_points_and_people_of_a_clip_are_found_in_one_pass(talk: Samples) -> None:
    found = focus.find(talk)
    assert len(found.points) == talk.record.samples
    assert len(found.people) > talk.record.samples / 3
    assert found.texts == ()


def test_people_of_a_long_clip_are_searched_once_a_second(talk: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(focus, "LONG_SAMPLES", 10)
    found = focus.find(talk)
    times = [point.time for point in found.points]
    assert len(times) == talk.record.samples
    assert found.people
    assert {person.time for person in found.people} <= set(times[:: focus.LONG_STEP])
