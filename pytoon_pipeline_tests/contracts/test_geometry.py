"""Rectangles in fractions of a picture and in pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.geometry import WHOLE, Box, Rect, clamp_centre

numbers = st.integers(-30, 60)
rects = st.builds(Rect, numbers, numbers, numbers, numbers)
fractions = st.floats(0, 1, allow_subnormal=False)
boxes = st.builds(Box, fractions, fractions, st.floats(0.01, 1), st.floats(0.01, 1))


def members(rect: Rect[int]) -> set[tuple[int, int]]:
    return {(x, y) for x in range(rect.left, rect.right) for y in range(rect.top, rect.bottom)}


@given(rects, rects)
def test_an_intersection_holds_the_pixels_of_both(a: Rect[int], b: Rect[int]) -> None:
    assert members(a.intersection(b)) == members(a) & members(b)
    assert a.intersection(b) == b.intersection(a)
    assert a.intersection(b).area == len(members(a) & members(b))


@given(rects, rects)
def test_a_union_is_the_smallest_rectangle_around_both(a: Rect[int], b: Rect[int]) -> None:
    around = a.union(b)
    assert members(around) >= members(a) | members(b)
    assert {around.left, around.top, around.right, around.bottom} <= {*a, *b}
    assert around == b.union(a)


@given(rects)
def test_pixels_stay_inside_the_picture(rect: Rect[int]) -> None:
    touched = rect.pixels((20, 10))
    inside = members(rect) & members(Rect(0, 0, 20, 10))
    assert (members(touched) if touched else set()) == inside


def test_partly_touched_pixels_count() -> None:
    assert Rect(1.2, 3.0, 4.1, 5.9).pixels((100, 100)) == Rect(1, 3, 5, 6)
    assert Rect(2, 1, 5, 3).crop(np.zeros((10, 10, 3), np.uint8)).shape == (2, 3, 3)


@given(boxes, boxes)
def test_a_share_inside_is_a_share(a: Box, b: Box) -> None:
    assert 0 <= a.share_inside(b) <= 1 + 1e-9
    assert a.share_inside(a) == pytest.approx(1)
    assert a.share_inside(b) * a.area == pytest.approx(b.share_inside(a) * b.area)


def test_an_empty_box_is_inside_nothing() -> None:
    assert Box(0.5, 0.5, 0, 0).share_inside(WHOLE) == 0


@given(boxes)
def test_a_box_is_seen_through_the_window_that_shows_it(box: Box) -> None:
    assert box.through(box, 1080, 1920) == Rect(0, 0, 1080, 1920)
    assert WHOLE.through(WHOLE, 100, 50) == Rect(0, 0, 100, 50)


@given(st.floats(-2, 3), st.floats(0.01, 1), st.floats(0, 1), st.floats(0.01, 1))
def test_a_clamped_window_lies_inside_when_it_fits(centre: float, length: float, low: float, extent: float) -> None:
    clamped = clamp_centre(centre, length, low, extent)
    assert clamped - length / 2 >= low - 1e-9
    if length <= extent:
        assert clamped + length / 2 <= low + extent + 1e-9
        if low + length / 2 <= centre <= low + extent - length / 2:
            assert clamped == centre
    else:
        assert clamped == low + length / 2


class Document(Record):
    box: Box
    area: Rect[int]


def test_rectangles_are_written_by_field_name() -> None:
    document = Document(box=Box(0, 0, 0.5, 1), area=Rect(0, 0, 1080, 1920))
    text = document.model_dump_json()
    assert Document.model_validate_json(text) == document
    assert '"area":{"left":0,"top":0,"right":1080,"bottom":1920}' in text
    with pytest.raises(ValidationError, match="nexpected"):
        Document.model_validate({"box": {"x": 0, "y": 0, "width": 1, "height": 1, "depth": 1}, "area": document.area})
