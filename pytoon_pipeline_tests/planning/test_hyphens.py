"""Hyphenation of long words."""

import pytest

from pytoon_pipeline.planning.hyphens import syllables


@pytest.mark.parametrize(
    ("word", "parts"),
    [("Donaudampfschifffahrt", "Do|nau|dampf|schiff|fahrt"), ("hyphenation", "hy|phen|ation"), ("x9x9x9", "x9x9x9"),
     ("ΔΔΔΔΔΔ", "ΔΔΔΔΔΔ")],
)  # fmt: skip
def test_words_divide_where_their_language_permits(word: str, parts: str) -> None:
    found = syllables(word)
    assert "".join(found) == word
    assert set(found) <= set(parts.split("|")) or all(len(part) >= 3 for part in found)
    assert (len(found) > 1) == ("|" in parts)


def test_capitals_divide_alike() -> None:
    assert [*map(len, syllables("HYPHENATION"))] == [*map(len, syllables("hyphenation"))]
