"""Answers of a language model: what is read, and what is refused with a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.model_answers import (
    MAX_OPERATIONS,
    RefusedAnswer,
    checked,
    printable,
    read_answer,
    read_operations,
)


class Step(Record):
    number: int
    text: str = ""


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1]}',
        '```json\n{"a": [1]}\n```',
        'Here it is:\n```\n{"a": [1]}\n```\nDone.',
        '<think>{"a": 2}, no</think>\n{"a": [1]}',
        '\n  {"a": [1]}  ',
    ],
)
def test_an_object_is_read_also_from_a_fence_and_after_thoughts(text: str) -> None:
    assert read_answer(text) == {"a": [1]}
    assert read_operations(text, "a") == [1]


@pytest.mark.parametrize("text", ["", "Yes.", "[]", '{"a": NaN}', "{'a': 1}", '{"a": "\\ud83d"}', '{"a":' * 50_000])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(RefusedAnswer, match="its answer is"):
        read_answer(text)


@pytest.mark.parametrize("found", [{}, {"a": 1}, {"a": [], "b": 1}, {"a": [0] * (MAX_OPERATIONS + 1)}])
def test_a_list_of_operations_is_one_list_of_bounded_length(found: object) -> None:
    with pytest.raises(RefusedAnswer):
        read_operations(json.dumps(found), "a")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"number": 1, "start": 2.0}, "“start” is no field that it may set"),
        ({"number": "1"}, "number: input should be a valid integer"),
        ({}, "number: field required"),
        (None, "it: input should be"),
    ],
)
def test_a_wrong_operation_is_refused_with_the_field(value: object, reason: str) -> None:
    with pytest.raises(RefusedAnswer, match=reason):
        checked(Step, value)


@given(st.text(), st.integers(1, 50))
def test_what_people_see_is_one_short_line(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1


VALUES = st.recursive(st.none() | st.floats() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one))


@given(st.text() | VALUES.map(json.dumps))
def test_an_answer_is_an_object_or_refused(text: str) -> None:
    try:
        found = read_answer(text)
    except RefusedAnswer as error:
        found = {"refused": str(error)}
    assert isinstance(found, dict)
    assert found.get("refused") != ""
