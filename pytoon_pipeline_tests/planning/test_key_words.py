"""Key words: few, and those that carry the sentence."""

import pytest

from pytoon_pipeline.config.presets import load_brand
from pytoon_pipeline.planning.key_words import brand_words, key_words


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("coffee costs $5 now.", ["$5"]),
        ("you can never fake it", ["never"]),
        ("this is VERY important", ["VERY"]),
        ("we flew to Lisbon", ["Lisbon"]),
        ("and what you can", []),
        ("THE BEST COFFEE EVER", ["BEST"]),
        ("it takes 10,000 hours", ["10,000"]),
        ("Introducing the camera", []),
        ("absolutely the right moment", []),
        ("understand the mechanism", ["mechanism"]),
    ],
)
def test_the_word_that_stands_out_is_chosen(text: str, chosen: list[str]) -> None:
    words = text.split()
    assert [words[n] for n in key_words(words)] == chosen


def test_known_words_come_first_and_the_number_of_words_is_limited() -> None:
    words = ["Acme", "sold", "500", "bottles", "in", "Berlin"]
    assert [words[n] for n in key_words(words, known=["acme"])] == ["Acme"]
    assert len(key_words(words, limit=2)) == 2
    assert key_words(words, limit=0) == ()


def test_the_words_of_a_brand_are_its_names_without_articles() -> None:
    brand = load_brand("acme").model_copy(update={"title": "The Acme Coffee"})
    assert brand_words(brand) == {"acme", "coffee", "acme.example"}
    assert not brand_words(None)
