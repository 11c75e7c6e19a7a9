"""Detail shots of a picture."""

import pytest

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.planning.shots.details import MIN_ZOOM, details
from pytoon_pipeline.planning.shots.subjects import head_box
from pytoon_pipeline_tests.harness.plans import still

SIZE, CENTRE = (0.8, 1.0), (0.5, 0.5)


def inside(box: Box) -> bool:
    left, top = CENTRE[0] - SIZE[0] / 2, CENTRE[1] - SIZE[1] / 2
    return (
        left - 1e-9 <= box.x
        and box.x + box.width <= left + SIZE[0] + 1e-9
        and top - 1e-9 <= box.y
        and box.y + box.height <= top + SIZE[1] + 1e-9
    )


def test_each_of_two_people_has_a_shot_that_cuts_neither() -> None:
    faces = [Face(time=0, box=Box(x, 0.3, 0.09, 0.1), score=0.9) for x in (0.2, 0.68)]
    found = details(still(1200, 1200, faces=faces), SIZE, CENTRE, 3.0)
    assert len(found) == 2
    for window, _ in found:
        shares = sorted(head_box(face.box).share_inside(window) for face in faces)
        assert shares[0] < 0.15
        assert shares[1] > 0.95


@pytest.mark.parametrize(
    ("subject", "count"),
    [(Box(0.4, 0.05, 0.2, 0.9), 2), (Box(0.2, 0.4, 0.6, 0.3), 1), (Box(0.35, 0.35, 0.3, 0.3), 1)],
)
def test_a_high_subject_has_details_at_both_ends(subject: Box, count: int) -> None:
    found = details(still(1200, 1200, matter=subject), SIZE, CENTRE, 3.0)
    assert len(found) == count
    assert all(inside(window) for window, _ in found)
    assert all(zoom >= MIN_ZOOM and window.width == pytest.approx(SIZE[0] / zoom) for window, zoom in found)
    heights = [window.centre[1] for window, _ in found]
    assert heights == sorted(heights)


@pytest.mark.parametrize("subject", [Box(0.05, 0.3, 0.9, 0.3), Box(0.3, 0.0, 0.2, 0.9)])
def test_what_is_spread_over_more_than_the_window_has_no_detail(subject: Box) -> None:
    assert details(still(1200, 1200, matter=subject), (0.6, 0.8), CENTRE, 3.0) == []


def test_a_picture_that_would_be_blurred_has_none() -> None:
    assert details(still(1200, 1200), SIZE, CENTRE, 1.3) == []
