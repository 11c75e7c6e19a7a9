"""Which correction a source needs, within limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.colour import ColourMeasure
from pytoon_pipeline.planning.colour_balance import (
    MAX_EXPOSURE,
    MAX_MATCH,
    MAX_TEMPERATURE,
    MAX_TINT,
    OWN_TEMPERATURE,
    after,
    evened,
    matched,
)

MEASURES = st.builds(
    ColourMeasure,
    temperature=st.floats(-4, 4),
    tint=st.floats(-4, 4),
    disagreement=st.floats(0, 4),
    exposure=st.floats(-8, 3),
    highlights=st.floats(0, 1),
    clipped=st.floats(0, 1),
)


def _measure(**changes: float) -> ColourMeasure:
    values = {"temperature": 0, "tint": 0, "disagreement": 0.1, "exposure": 0, "highlights": 0.8, "clipped": 0}
    return ColourMeasure(**(values | changes))


@given(MEASURES)
def test_corrections_stay_within_limits_and_never_overshoot(measure: ColourMeasure) -> None:
    one = evened(measure).correction
    if one is not None:
        assert abs(one.temperature) <= MAX_TEMPERATURE
        assert abs(one.tint) <= MAX_TINT
        assert abs(one.exposure) <= MAX_EXPOSURE
        for name in ("temperature", "tint"):
            moved = getattr(after(measure, one), name)
            assert abs(moved) <= abs(getattr(measure, name))
            assert moved * getattr(measure, name) >= 0


@given(MEASURES, MEASURES)
def test_a_match_comes_nearer_to_its_reference(measure: ColourMeasure, reference: ColourMeasure) -> None:
    one = matched(measure, reference)
    assert matched(reference, reference) is None
    if one is not None:
        for name in ("temperature", "tint", "exposure"):
            wanted = getattr(reference, name)
            assert abs(getattr(one, name)) <= getattr(MAX_MATCH, name)
            assert abs(getattr(after(measure, one), name) - wanted) <= abs(getattr(measure, name) - wanted) + 1e-3


def test_a_right_picture_stays_and_a_cast_goes() -> None:
    assert evened(_measure(temperature=OWN_TEMPERATURE)).correction is None
    warm = evened(_measure(temperature=0.5))
    assert warm.left is None
    assert warm.correction is not None
    assert warm.correction.temperature == pytest.approx(OWN_TEMPERATURE - 0.5)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"temperature": 1.5}, "colourful"), ({"temperature": 0.5, "disagreement": 1.0}, "uncertain")],
)
def test_the_colours_of_a_scene_stay(changes: dict[str, float], reason: str) -> None:
    decided = evened(_measure(**changes))
    assert decided.correction is None
    assert decided.left == reason


def test_only_pictures_without_highlights_are_dark_by_mistake() -> None:
    night, mistaken = _measure(exposure=-2), _measure(exposure=-2, highlights=0.2)
    assert evened(night).correction is None
    brighter = evened(mistaken).correction
    assert brighter is not None
    assert brighter.exposure == MAX_EXPOSURE
    too_bright = evened(_measure(exposure=1.4, clipped=0.4)).correction
    assert too_bright is not None
    assert too_bright.exposure == pytest.approx(-0.4)
