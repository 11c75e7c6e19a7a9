"""Easing curves."""

import pytest
from pydantic import TypeAdapter

from pytoon_pipeline.contracts.spec.easing import Easing, EasingKind

EASING: TypeAdapter[EasingKind] = TypeAdapter(Easing)


@pytest.mark.parametrize("name", ["linear", "hold", "ease_in", "ease_out", "ease_in_out", "back"])
def test_easings_start_at_0_and_end_at_1(name: str) -> None:
    easing = EASING.validate_python(name)
    assert easing.at(0) == pytest.approx(0, abs=1e-9)
    assert easing.at(1) == pytest.approx(1, abs=1e-9)


def test_a_bezier_matches_that_of_css() -> None:
    ease = EASING.validate_python({"kind": "bezier", "x1": 0.25, "y1": 0.1, "x2": 0.25, "y2": 1.0})
    assert ease.at(0.5) == pytest.approx(0.8024, abs=1e-3)
