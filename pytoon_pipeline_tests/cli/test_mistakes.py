"""Every mistake in ``mistakes.yaml`` gets the answer that stands there. Nothing is rendered."""

import re
from typing import Any

import pytest

from pytoon_pipeline_tests.cli.mistakes import FIELDS, answer, listed

MISTAKES = listed()
# Words of validators, parsers and programmers.
FOREIGN = re.compile(
    r"input should|constrained|pydantic|validat|pattern|regex|schema|tuple|NoneType|is None\b|\bstr\b|\bdict\b|Errno|"
    r"Traceback|Exception|invalid choice|argument|unexpected|extra fields|keyword|\bint\b|\bfloat\b|boolean|parse",
    re.IGNORECASE,
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=[one["mistake"] for one in MISTAKES])
def test_a_mistake_has_its_answer(mistake: dict[str, Any]) -> None:
    assert answer(mistake) == {name: mistake[name] for name in FIELDS}


def test_there_are_many_mistakes_and_each_is_made_once() -> None:
    assert len({one["mistake"] for one in MISTAKES}) == len(MISTAKES) >= 80


@pytest.mark.parametrize("mistake", MISTAKES, ids=[one["mistake"] for one in MISTAKES])
def test_an_answer_is_a_sentence_in_the_products_words_and_says_what_to_do(mistake: dict[str, Any]) -> None:
    assert not FOREIGN.search(f"{mistake['message']} {mistake['hint']}")
    assert re.fullmatch(r"[^\x00-\x1f]*[.]", mistake["message"])
    assert re.fullmatch(r"[^\x00-\x1f]+", mistake["hint"])
    assert len(mistake["message"]) < 400
