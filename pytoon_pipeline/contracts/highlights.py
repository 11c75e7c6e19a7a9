"""Highlights: what a person asks for, and what was chosen from a talk."""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.model_use import ModelUse

MAX_HIGHLIGHTS = 20


class HighlightsRequest(Record):
    """``count`` short videos of one talk, each ``seconds`` long, from the shortest to the longest.

    With ``about``, only parts in which one of its words is said.
    """

    count: int = Field(default=3, ge=1, le=MAX_HIGHLIGHTS)
    seconds: tuple[float, float] = (20.0, 45.0)
    about: str | None = Field(default=None, min_length=1, max_length=200)

    @model_validator(mode="after")
    def _ordered(self) -> "HighlightsRequest":
        shortest, longest = self.seconds
        if not 3 <= shortest < longest <= 60:
            raise ValueError(
                "seconds must be the shortest and the longest length, from 3 to 60", "For example: [20, 45]."
            )
        return self


def _number(value: object) -> object:
    return {"count": value} if isinstance(value, int) and not isinstance(value, bool) else value


Highlights = Annotated[HighlightsRequest, BeforeValidator(_number, json_schema_input_type=HighlightsRequest | int)]


class Highlight(Record):
    """A part of a talk, ``start`` to ``end`` in seconds, its ``score`` from 0 to 100 and what speaks for it.

    ``rank`` 1 is the best: the one with the highest score, unless a language model has chosen the order. ``title`` is
    taken from its words, or the model's; ``language_model`` is what was made of its proposals.
    """

    rank: int = Field(ge=1)
    start: float = Field(ge=0)
    end: float = Field(gt=0)
    score: float = Field(ge=0, le=100)
    title: str
    reasons: tuple[str, ...] = ()
    language_model: ModelUse | None = None
