"""``--set NAME=VALUE``: names that have one meaning, and values as a person means them."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.assignments import assign


def assigned(*assignments: str, **document: Any) -> dict[str, Any]:
    for one in assignments:
        assign(document, one)
    return document


@pytest.mark.parametrize(
    ("assignment", "document"),
    [
        ("max_seconds=30", {"max_seconds": 30}),
        ("headline.colour=#FFD60A", {"adjust": {"headline": {"colour": "#FFD60A"}}}),
        ("headline.color= gold", {"adjust": {"headline": {"colour": "gold"}}}),
        ("camera.zoom_pulse.amount=1.2", {"adjust": {"camera": {"zoom_pulse": {"amount": 1.2}}}}),
        ("max_words=2", {"adjust": {"captions": {"max_words": 2}}}),
        ("transition=push", {"transition": "push"}),
        ("transition.seconds=0.3", {"adjust": {"transition": {"seconds": 0.3}}}),
        ("background=gold", {"background": "gold"}),
        ("background.colours=[#111111, gold]", {"adjust": {"background": {"colours": ["#111111", "gold"]}}}),
        ("headline={size: 90, colour: #FFD60A}", {"adjust": {"headline": {"size": 90, "colour": "#FFD60A"}}}),
        ("text=Sale: 50% #1", {"text": "Sale: 50% #1"}),
        ("text=2026", {"text": "2026"}),
        ("text=yes", {"text": "yes"}),
        ("text=- one", {"text": "- one"}),
        ("text={hook: Hi, cta: Bye}", {"text": {"hook": "Hi", "cta": "Bye"}}),
        ("text.hook=#1 again", {"text": {"hook": "#1 again"}}),
        ("text='quoted'", {"text": "quoted"}),
        ("text=[broken", {"text": "[broken"}),
        ("variant=2", {"variant": "2"}),
        ("brand=", {"brand": None}),
        ("captions.show=false", {"adjust": {"captions": {"show": False}}}),
        ("adjust.headline.size=90", {"adjust": {"headline": {"size": 90}}}),
    ],
)
def test_a_name_has_its_place_and_a_value_its_meaning(assignment: str, document: dict) -> None:
    assert assigned(assignment) == document


def test_a_part_of_what_a_request_writes_as_one_value() -> None:
    assert assigned("text.cta=Order", text="Half price") == {"text": {"hook": "Half price", "cta": "Order"}}
    assert assigned("logo.corner=top_left", logo="a.png") == {"logo": {"file": "a.png", "corner": "top_left"}}
    assert assigned("text.beats.0=One", "text.beats.1=Two") == {"text": {"beats": ["One", "Two"]}}


@given(st.text(max_size=30))
def test_any_assignment_is_applied_or_explained(assignment: str) -> None:
    with suppress(InvalidInput):
        assert assigned(assignment)
