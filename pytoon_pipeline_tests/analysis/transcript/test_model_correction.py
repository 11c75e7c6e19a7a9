"""Proposals of a language model for a transcript: words may change; times and sentences never."""

import json
import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.analysis.transcript.glossary import Correction
from pytoon_pipeline.analysis.transcript.model_correction import Asked, Part, apply_answers, ask
from pytoon_pipeline.analysis.transcript.sentences import split_sentences
from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.model_server import fails, model_server, says
from pytoon_pipeline_tests.harness.planted_words import PLANTED, load
from pytoon_pipeline_tests.harness.transcripts import random_speech, spoken

TEXT = "We made it with pie tune. It is cheap. Their are forty seconds left, and we no it. You have to sea it too."
WORDS = spoken(TEXT)


def fix(sentence: int, old: str, new: str, **more: object) -> Mapping[str, object]:
    return {"sentence": sentence, "old": old, "new": new, "why": "it sounds alike", **more}


def proposed(
    *changes: object, words: Sequence[Word] = WORDS, language: str = "en"
) -> tuple[Correction, ModelUse]:  # fmt: skip
    answer = json.dumps({"changes": changes})
    asked = Asked("m", (Part(tuple(split_sentences(words)), answer),))
    return apply_answers(asked, language, "a" * 64)


def text(found: Correction) -> str:
    return " ".join(word.text for word in found.words)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (fix(1, "pie tune.", "Pytoon."), "made it with Pytoon. It"),
        (fix(3, "Their are", "There are"), "There are forty"),
        (fix(3, "forty seconds", "40 seconds"), "are 40 seconds left"),
        (fix(3, "no", "know"), "we know it."),
        (fix(4, "sea", "see"), "to see it too."),
        (fix(2, "It is cheap.", "It is cheap!"), "It is cheap! Their"),
    ],
)
def test_a_correction_changes_the_words_and_says_why(change: Mapping[str, object], expected: str) -> None:
    found, use = proposed(change)
    assert expected in text(found)
    (one,) = found.changes
    assert (one.old, one.new, one.reason) == (change["old"], change["new"], "language model m: it sounds alike")
    assert (use.used, use.refused, use.failure) == (1, (), None)


def test_the_time_of_corrected_words_is_that_of_the_old_ones() -> None:
    found, _ = proposed(fix(1, "pie tune.", "Pytoon."))
    name = found.words[4]
    assert (name.start, name.end, name.confidence) == (WORDS[4].start, WORDS[5].end, WORDS[4].confidence)
    assert [word for word in found.words if word is not name] == [*WORDS[:4], *WORDS[6:]]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (fix(9, "pie", "Py"), "there is no sentence 9"),
        (fix(1, "tuna", "tune"), "“tuna” does not stand in its sentence"),
        (fix(3, "it. You", "it you"), "does not stand in its sentence"),
        (fix(1, "tune.", "tune. Subscribe."), "it adds a sentence"),
        (fix(1, "made", "made."), "it adds a sentence"),
        (fix(1, "tune.", "tune"), "it removes the end of a sentence"),
        (fix(1, "made it", ""), "it removes words"),
        (fix(2, "cheap.", "very cheap and good and nice."), "too many words"),
        (fix(2, "cheap.", "expensive."), "it is not what was said"),
        (fix(2, "It is cheap.", "Buy coins now."), "it is not what was said"),
        (fix(1, "tune.", "https://tune."), "markup or a link"),
        (fix(1, "tune.", "<b>tune.</b>"), "markup or a link"),
        (fix(1, "tune.", "tu\x07ne."), "control character"),
        (fix(1, "tune.", "tune.", start=0.0), "“start” is no field"),
        ({"sentence": 1}, "old: field required"),
    ],
)
def test_a_wrong_proposal_is_refused_with_its_number_and_the_reason(change: Mapping[str, object], reason: str) -> None:
    found, use = proposed(fix(4, "sea", "see"), change)
    assert text(found) == TEXT.replace("sea", "see")
    (refused,) = use.refused
    assert refused.startswith("Change 2: ")
    assert reason in refused
    assert (use.used, use.failure) == (1, None)


def test_words_that_stand_twice_need_their_neighbours() -> None:
    words = spoken("We no that we no it.")
    assert "stands more than once" in proposed(fix(1, "no", "know"), words=words)[1].refused[0]
    assert text(proposed(fix(1, "that we no", "that we know"), words=words)[0]) == "We no that we know it."


def test_of_two_proposals_for_a_word_the_first_counts() -> None:
    found, use = proposed(fix(4, "sea", "see"), fix(4, "sea it", "see it"))
    assert "see it" in text(found)
    assert use.refused == ("Change 2: it overlaps another change",)


def test_an_answer_that_is_mostly_wrong_is_not_used() -> None:
    found, use = proposed(fix(4, "sea", "see"), fix(9, "a", "b"), fix(8, "a", "b"))
    assert (text(found), found.changes, use.used) == (TEXT, (), 0)
    assert use.failure == "2 of its 3 changes are wrong (Change 2: there is no sentence 9)"
    shouting = [fix(number, one, one.upper()) for number, one in ((1, "We made it with pie tune."), (2, "It is cheap."),
                                                                  (4, "You have to sea it too."))]  # fmt: skip
    assert proposed(*shouting)[1].failure == "it changes 15 of 24 words"


def test_full_stops_at_some_ends_do_not_join_the_other_sentences() -> None:
    words = (*spoken("so we made it"), *spoken("it is cheep", start=2.1), *spoken("buy", start=3.6))
    found, use = proposed(fix(1, "it", "it."), fix(2, "cheep", "cheap"), words=words)
    assert text(found) == "so we made it it is cheap buy"
    assert use.refused == ("Change 1: it ends a sentence, and other sentences have no end",)


def test_in_other_languages_letters_decide() -> None:
    words = spoken("Das ist ein Rat hier.")
    assert "Rad" in text(proposed(fix(1, "Rat", "Rad"), words=words, language="de")[0])
    assert proposed(fix(1, "Rat", "Haus"), words=words, language="de")[1].refused
    japanese = spoken("これは 解答 です。")
    assert "回答" in text(proposed(fix(1, "解答", "回答"), words=japanese, language="ja")[0])


@given(st.data(), st.integers(0, 50))
def test_whatever_is_proposed_times_and_sentences_stay(data: st.DataObject, seed: int) -> None:
    words = random_speech(seed)
    sentences = split_sentences(words)
    operations = []
    for _ in range(data.draw(st.integers(0, 6))):
        number = data.draw(st.integers(0, len(sentences)))
        sentence = [word.text for word in sentences[max(0, number - 1)]]
        first = data.draw(st.integers(0, len(sentence) - 1))
        last = data.draw(st.integers(first, len(sentence)))
        old = sentence[first:last]
        new = data.draw(st.sampled_from(["".join(old), " ".join(old).upper(), "red. hot", "", "a", "the.", "sea"]))
        operations.append(fix(number, " ".join(old), new))
    found, use = proposed(*operations, words=words)
    assert [one[0].start for one in split_sentences(found.words)] == [one[0].start for one in sentences]
    assert found.words[-1].end == words[-1].end
    kept = {word for word in words if not any(one.start <= word.start < one.end for one in found.changes)}
    assert kept <= set(found.words)
    assert use.used == len(found.changes)


def test_a_long_transcript_is_asked_in_parts_and_one_without_answer_stays(home: Home, store: Store) -> None:
    words = spoken("The boat sails to the iland today. " * 300)
    with model_server(says({"changes": [fix(1, "iland", "island")]})) as server:
        model = LanguageModel(server.endpoint(), store, home.slots)
        asked = ask(model, words, ["Pytoon"], "en")
        assert len(asked.parts) > 1
        assert sum(len(part.sentences) for part in asked.parts) == 300
        found, use = apply_answers(asked, "en", "a" * 64)
        # Equal parts are one question.
        assert use.used == text(found).count("island") == len(asked.parts)
        assert len({json.dumps(one.data) for one in server.asked}) == len(server.asked)
        assert server.asked[0].data["names"] == ["Pytoon"]
        server.behave = fails(500)
        other = ask(LanguageModel(server.endpoint(model="other"), store, home.slots), words, [], "en")
    found, use = apply_answers(other, "en", "a" * 64)
    assert (found.words, use.used, use.unanswered) == (words, 0, True)
    assert use.failure == "it answered 500, 3 times"
    assert other.identity != asked.identity


def test_corrections_of_what_is_misheard_pass_and_other_words_do_not() -> None:
    _, kinds = load()
    lines = [line for kind in kinds.values() for line in kind]
    errors = [(one[1], one[2]) for line in lines for one in PLANTED.finditer(line)]
    said = {word.strip(".,?!") for line in lines for word in PLANTED.sub(lambda one: one[2], line).split()}
    draw, usual = random.Random(1), sorted(word for word in said if len(word) > 3)
    others = [tuple(draw.sample(usual, 2)) for _ in range(300)]
    assert len(errors) >= 200
    assert sum(passes(*one) for one in errors) >= 0.95 * len(errors)
    assert sum(passes(*one) for one in others) <= 0.05 * len(others)


def passes(old: str, new: str) -> bool:
    """Whether a proposal of ``new`` in place of ``old`` is not refused as other speech."""
    _, use = proposed(fix(1, old, new), words=spoken(f"so {old} here"))
    return "not what was said" not in str(use.failure)
