"""Discriminated unions as people write them."""

from typing import Annotated, Literal

import jsonschema
import pytest
from pydantic import Field, TypeAdapter, ValidationError

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.unions import ByKind


class Circle(Record):
    kind: Literal["circle"] = "circle"
    radius: float = Field(default=1, gt=0)


class Square(Record):
    kind: Literal["square"] = "square"
    side: float


class Drawing(Record):
    shapes: tuple[Annotated[Circle | Square, Field(discriminator="kind"), ByKind("shape")], ...]


def test_a_kind_without_settings_may_be_its_bare_name() -> None:
    assert Drawing.model_validate({"shapes": ["circle"]}).shapes == (Circle(),)
    with pytest.raises(ValidationError, match="Field required"):
        Drawing.model_validate({"shapes": ["square"]})


def test_records_are_taken_as_they_are() -> None:
    shapes = (Square(side=2), Circle(radius=3))
    assert Drawing(shapes=shapes).shapes == shapes
    assert Drawing.model_validate_json(Drawing(shapes=shapes).model_dump_json()).shapes == shapes


@pytest.mark.parametrize("value", ["hexagon", {"kind": "hexagon"}, {"radius": 1}, 5, None])
def test_an_unknown_kind_is_answered_with_the_known_ones(value: object) -> None:
    with pytest.raises(ValidationError, match=r"unknown shape .*; use one of: circle, square"):
        Drawing.model_validate({"shapes": [value]})


def test_wrong_settings_are_found_in_the_member() -> None:
    with pytest.raises(ValidationError, match=r"shapes\.0\.circle\.radius"):
        Drawing.model_validate({"shapes": [{"kind": "circle", "radius": -1}]})


def test_the_schema_allows_what_the_record_allows() -> None:
    schema = jsonschema.Draft202012Validator(TypeAdapter(Drawing).json_schema())
    schema.validate({"shapes": ["circle", {"kind": "square", "side": 2}]})
    for wrong in ("square", "hexagon", {"kind": "square"}, {"kind": "hexagon"}):
        assert not schema.is_valid({"shapes": [wrong]})
