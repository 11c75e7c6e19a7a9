"""How words are pronounced."""

import pytest

from pytoon_pipeline.analysis.speech.pronunciation import PHONES, phones_of


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("hello", "HH AH L OW"),
        ("Hello world", "HH AH L OW W ER L D"),
        ("HubSpot", "HH AH B S P AA T"),
        ("snowgarden", "S N OW G AA R D AH N"),
        ("Dvořák", "D V AO R AH K"),
        ("XKCD", "EH K S K EY S IY D IY"),
        ("Phlox-knit", "F L AA K S N IH T"),
        ("日本", ""),
        ("", ""),
    ],
)
def test_a_word_is_pronounced_by_the_dictionary_its_parts_or_its_letters(text: str, phones: str) -> None:
    assert " ".join(phones_of(text)) == phones


def test_any_letters_give_phones() -> None:
    for text in ("qwrtz", "aeiou", "x", "ghoti", "strengths’", "éàü", "''"):
        assert set(phones_of(text)) <= set(PHONES)
