"""What a video is about: names, nouns of titles, and what is said again and again."""

import pytest

from pytoon_pipeline.delivery.key_phrases import WeightedText, hashtag, key_phrases


def of_title(text: str, language: str = "und") -> tuple[str, ...]:
    return key_phrases([WeightedText(text, 3.0, title=True)], 5, language)


@pytest.mark.parametrize(
    ("title", "phrases"),
    [
        ("48 hours in Paris", ("Paris", "hours")),
        ("Three habits of calm teams", ("calm teams", "habits")),
        ("How segmentation works", ("segmentation",)),
        ("SUMMER SALE", ("SUMMER SALE",)),
        ("Your cat’s secret", ("cat",)),
        ("Did you know?", ()),
        ("-40 %", ()),
        ("Скидка на кофе", ("Скидка на кофе",)),
        ("时间是金钱", ()),
    ],
)
def test_the_phrases_of_a_title(title: str, phrases: tuple[str, ...]) -> None:
    assert of_title(title) == phrases


def test_what_speech_repeats_counts_and_what_it_says_once_does_not() -> None:
    speech = ["We fold the mirror.", "A mirror with eighteen segments must fit the rocket.", "Mirrors love the cold."]
    assert key_phrases([WeightedText(one) for one in speech], 5) == ("mirror",)
    named = [*speech, "It flew on an Ariane to the second Lagrange point."]
    assert set(key_phrases([WeightedText(one) for one in named], 5)) == {"mirror", "Ariane", "Lagrange"}


def test_no_word_is_in_two_phrases() -> None:
    found = key_phrases([WeightedText("Cold brew. Cold brew at home. Cold coffee.", 3.0, title=True)], 9)
    words = [word.lower() for phrase in found for word in phrase.split()]
    assert len(words) == len(set(words))
    assert found[0] == "Cold brew"


def test_words_of_an_unknown_language_are_names_only() -> None:
    text = WeightedText("siitä lähtien Helsinki on ollut pääkaupunki", 3.0)
    assert key_phrases([text], 5, "fin") == ("Helsinki",)


@pytest.mark.parametrize(
    ("phrase", "tag"),
    [("summer sale", "#SummerSale"), ("iPhone 15", "#iPhone15"), ("lift-off", "#LiftOff"), ("सुबह", "#सुबह"),
     ("NASA’s Webb", "#NASAsWebb"), ("42", ""), ("…", "")],
)  # fmt: skip
def test_hashtags_have_no_spaces_and_at_least_a_letter(phrase: str, tag: str) -> None:
    assert hashtag(phrase) == tag
