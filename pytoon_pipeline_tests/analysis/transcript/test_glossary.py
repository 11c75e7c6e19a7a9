"""Words of a glossary in transcripts: planted errors, and what is never touched."""

import pytest
from pydantic import ValidationError

from pytoon_pipeline.analysis.transcript.glossary import apply_glossary
from pytoon_pipeline.contracts.glossary import MAX_ENTRIES, Glossary
from pytoon_pipeline_tests.harness.planted_words import load, measure
from pytoon_pipeline_tests.harness.transcripts import spoken


def corrected(text: str, *words: object, language: str = "en") -> str:
    glossary = Glossary.model_validate({"words": words})
    return " ".join(word.text for word in apply_glossary(spoken(text), glossary, language).words)


def test_most_planted_errors_are_corrected_and_hardly_any_right_word_is_touched() -> None:
    glossary, kinds = load()
    lines = [line for one in kinds.values() for line in one]
    found = measure(lines, glossary)
    assert found.planted >= 200
    assert found.fixed >= 0.8 * found.planted
    assert found.touched <= 0.005 * found.right
    assert measure(lines, None).touched == 0


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("I like “pie tune,” really.", "I like “Pytoon,” really."),
        ("We love pie tune's editor.", "We love Pytoon's editor."),
        ("pytoon is good.", "Pytoon is good."),
        ("This pie. Tune it now.", "This pie. Tune it now."),
    ],
)
def test_punctuation_endings_and_sentences_stay(heard: str, said: str) -> None:
    assert corrected(heard, "Pytoon") == said


def test_the_time_of_a_name_is_that_of_its_words() -> None:
    words = spoken("so pie tune is here.")
    found = apply_glossary(words, Glossary.model_validate({"words": ["Pytoon"]}), "en")
    assert (found.words[1].start, found.words[1].end) == (words[1].start, words[2].end)
    (change,) = found.changes
    assert (change.old, change.new, change.reason) == ("pie tune", "Pytoon", "glossary")


def test_a_homophone_is_replaced_only_near_its_words() -> None:
    cue = {"word": "cue", "sounds_like": ["queue"], "near": ["caption"]}
    assert corrected("Each caption has a queue.", cue) == "Each caption has a cue."
    assert corrected("We stood in the queue.", cue) == "We stood in the queue."


def test_in_another_language_only_letters_count() -> None:
    assert corrected("Das ist pie tune und pytoon.", "Pytoon", language="de") == "Das ist pie tune und Pytoon."
    named = {"word": "Pytoon", "sounds_like": ["pie tune"]}
    assert corrected("Das ist pie tune.", named, language="de") == "Das ist Pytoon."


def test_entries_are_never_patterns() -> None:
    bombs = ["(a+)+$", ".*", "[[", "\\", "((((((((((x+)+)+)+)+)+)+)+)+)+", "{\\b1}", "%n", "é" * 60]
    text = "a" * 90 + " is what people say here."
    assert corrected(text, *bombs) == text


def test_too_many_entries_are_refused_and_as_many_as_allowed_are_quick() -> None:
    with pytest.raises(ValidationError):
        Glossary.model_validate({"words": [f"name{n}" for n in range(MAX_ENTRIES + 1)]})
    with pytest.raises(ValidationError):
        Glossary.model_validate({"words": ["x" * 61]})


def test_a_glossary_of_the_largest_size_is_applied() -> None:
    letters = "bdfgklmnprstvz"
    names = [f"{a}o{b}a{c}i" for a in letters for b in letters for c in letters][:MAX_ENTRIES]
    assert "Bodafi" in corrected("We met boda fee today.", *(one.capitalize() for one in names))
