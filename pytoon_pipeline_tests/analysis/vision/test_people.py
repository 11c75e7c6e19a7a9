"""Detection of people."""

import numpy as np
import pytest

from pytoon_pipeline.analysis.vision.people import people_detector, tiles
from pytoon_pipeline.analysis.vision.sampling import Samples
from pytoon_pipeline.analysis.vision.small_frames import Image
from pytoon_pipeline.contracts.analysis import Person


def found_in(images: list[Image], still: bool) -> list[Person]:
    with people_detector(still) as detector:
        for number, image in enumerate(images):
            detector.observe(0.2 * number, image)
        return detector.people


@pytest.fixture(scope="module")
def portrait(talk: Samples) -> Image:
    return next(image for _, image in talk)


def test_a_person_is_found_where_the_face_is(portrait: Image) -> None:
    (person,) = found_in([portrait], still=True)
    assert person.head.centre[0] == pytest.approx(0.47, abs=0.03)
    assert person.body.y < person.head.y
    assert person.body.y + person.body.height > person.head.y + 2 * person.head.height


def test_a_small_person_at_the_side_of_a_wide_picture_is_found(portrait: Image) -> None:
    import cv2

    wide = np.full((270, 480, 3), 60, np.uint8)
    small = cv2.resize(portrait[:, 120:360], (94, 106), interpolation=cv2.INTER_AREA)
    wide[150:256, 370:464] = small
    people = found_in([wide], still=True)
    assert [round(person.head.centre[0], 1) for person in people] == [0.9]
    in_turns = found_in([wide] * 8, still=False)
    assert len({person.time for person in in_turns}) >= 3, "the tile in which somebody is comes again"


def test_nobody_lies_on_the_side(portrait: Image) -> None:
    assert found_in([np.ascontiguousarray(np.rot90(portrait))], still=True) == []


def test_the_tiles_of_a_picture_cover_it() -> None:
    for aspect in (16 / 9, 4 / 3, 1.0, 9 / 16, 2.39):
        areas = tiles(aspect)
        assert areas[0].area == 1
        for area in areas[1:]:
            assert area.width * aspect == pytest.approx(area.height)
            assert min(area) >= 0
            assert max(area.x + area.width, area.y + area.height) <= 1 + 1e-9
