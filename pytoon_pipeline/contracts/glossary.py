"""The words of a brand: how transcripts spell them, and which captions never show."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pytoon_pipeline.contracts.base import Record

MAX_ENTRIES = 2_000
Spelling = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S", description="a word or a name")]


class GlossaryWord(Record):
    """A word or name as transcripts should spell it.

    ``sounds_like`` spells how it is pronounced or misheard. With ``near``, it replaces words that sound like it only
    where one of those words is close by: for homophones.
    """

    word: Spelling = Field(examples=["Pytoon"])
    sounds_like: tuple[Spelling, ...] = Field(default=(), max_length=12)
    near: tuple[Spelling, ...] = Field(default=(), max_length=40)


def _plain(value: object) -> Any:
    return {"word": value} if isinstance(value, str) else value


class Glossary(Record):
    """What a brand knows of its words. ``forbidden`` words are masked in captions.

    ``numbers`` *digits* writes spoken English numbers from ten and units as figures; *spoken* keeps them.
    """

    words: tuple[Annotated[GlossaryWord, BeforeValidator(_plain, json_schema_input_type=GlossaryWord | str)], ...] = (
        Field(default=(), max_length=MAX_ENTRIES)
    )
    forbidden: tuple[Spelling, ...] = Field(default=(), max_length=500)
    numbers: Literal["spoken", "digits"] = "spoken"
