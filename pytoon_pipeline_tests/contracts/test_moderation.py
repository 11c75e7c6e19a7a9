"""Forbidden words, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pytoon_pipeline.contracts.moderation import ModerationRules, forbidden_words

WORDS = ("cheap", "miracle*", "free of charge", "straße")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("So CHEAP!", ["cheap"]), ("ｃｈｅａｐ", ["cheap"]), ("ch\u200beap", ["cheap"]), ("ch\u00adeap", ["cheap"]),
        ("cheapest", []), ("uncheap", []), ("miraculous, no; Miracles, yes", ["miracle*"]), ("a-cheap-one", ["cheap"]),
        ("FREE\n of   charge", ["free of charge"]), ("free charge", []), ("STRASSE", ["straße"]), ("", []),
    ],
)  # fmt: skip
def test_words_are_found_as_people_read_them(text: str, found: list[str]) -> None:
    assert list(forbidden_words([text], WORDS)) == found


def test_two_texts_are_not_read_as_one() -> None:
    assert list(forbidden_words(["free of", "charge"], ["free of charge"])) == ["free of charge"]
    assert list(forbidden_words(["che", "ap"], WORDS)) == []


@given(st.text(), st.text(min_size=1))
def test_no_text_is_a_pattern(text: str, word: str) -> None:
    assert list(forbidden_words([text], [word])) in ([], [word])


def test_tenants_have_rules_of_their_own() -> None:
    rules = ModerationRules(words=("cheap",), tenants={"acme": ("rival*",)})
    assert rules.of("acme") == ("cheap", "rival*")
    assert rules.of("other") == ("cheap",)
    for wrong in ({"words": ["*"]}, {"words": ["x"]}, {"tenants": {"A B": ["cheap"]}}, {"words": "cheap"}):
        with pytest.raises(ValidationError):
            ModerationRules.model_validate(wrong)
