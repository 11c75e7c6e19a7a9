"""Highlights: planted ones are found; none overlaps, begins or ends inside a word, or has another length."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.highlights import Highlight, HighlightsRequest
from pytoon_pipeline.contracts.time import TimeRange, covered
from pytoon_pipeline.planning.highlights.choice import choose_highlights
from pytoon_pipeline_tests.harness.planted_talks import planted_talks, recall

PLAIN = (
    "The second table lists the parts of the machine.",
    "Each part has a number on its side.",
    "The cover is held by screws of the same kind.",
    "Oil is filled in at the upper opening.",
    "The lamp shows green while the pump runs.",
    "A filter lies below the plate on the left.",
    "The belt is checked in spring and autumn.",
    "Water leaves through the lower pipe.",
    "The report is kept with the other papers.",
    "The tank is made of steel.",
)
PLANTED = (
    "When I was twenty three I lost the company in a single afternoon. We had eleven thousand dollars in the bank. "
    "I walked home and did not tell anybody for two weeks. What saved me was a call from a customer I had never met. "
    "She paid a whole year in advance.",
    "Nobody tells you this about running a marathon. The first thirty kilometres are easy. Then your head invents "
    "reasons, and a stranger with a sign can make you cry. I wanted to quit. An old man overtook me and said: you are "
    "nearly home.",
    "Why do we never finish what we start? I began seventeen projects in one year and finished two. The two had one "
    "thing in common: somebody was waiting for them. Since then I never make plans, I make promises.",
)


def spoken(sentences: list[str], pause: float = 0.5) -> list[Word]:
    words, time = [], 1.0
    for text in sentences:
        for one in text.split():
            words.append(Word(text=one, start=round(time, 3), end=round(time + 0.28, 3), confidence=0.9))
            time += 0.34
        time += pause
    return words


def choose(words: list[Word], wanted: HighlightsRequest) -> list[Highlight]:
    return choose_highlights(words, [TimeRange(start=0, end=words[-1].end + 1 if words else 1)], wanted)


def talk(seed: int) -> tuple[list[Word], list[tuple[float, float]]]:
    """Ten minutes of plain sentences with three passages in them, and where these are."""
    chance = random.Random(seed)
    sentences = [chance.choice(PLAIN) for _ in range(150)]
    marked = [(one, False) for one in sentences]
    for at, passage in zip(sorted(chance.sample(range(10, 140), 3), reverse=True), PLANTED, strict=True):
        marked[at:at] = [(f"{one.rstrip('.')}.".replace("?.", "?"), True) for one in passage.split(". ")]
    words = spoken([one for one, _ in marked])
    flags = [planted for one, planted in marked for _ in one.split()]
    runs = itertools.groupby(zip(words, flags, strict=True), key=lambda one: one[1])
    groups = [[word for word, _ in run] for planted, run in runs if planted]
    return words, [(group[0].start, group[-1].end) for group in groups]


@pytest.mark.parametrize("seed", range(4))
def test_planted_passages_are_found(seed: int) -> None:
    words, planted = talk(seed)
    found = choose(words, HighlightsRequest(count=3, seconds=(8, 25)))
    hits = [one for one in planted if any(covered(one, [(f.start, f.end)]) > 0.5 * (one[1] - one[0]) for f in found)]
    assert len(hits) >= len(planted) - 1
    assert found[0].score > found[-1].score > 0
    assert all(one.reasons for one in found)


def test_passages_of_talks_that_the_scores_were_not_tuned_on_are_found() -> None:
    for plain in (False, True):
        assert recall(planted_talks()["unseen"], plain, seeds=1)["recall"] >= 0.8


def test_a_topic_is_a_condition() -> None:
    words, _ = talk(1)
    (found,) = choose(words, HighlightsRequest(count=1, seconds=(8, 25), about="marathons"))
    assert "marathon" in " ".join(word.text for word in words if found.start <= word.start < found.end)
    assert choose(words, HighlightsRequest(about="submarines", seconds=(8, 25))) == []


def test_the_title_is_a_sentence_of_the_highlight_without_its_link_to_the_one_before() -> None:
    words = spoken(["And nobody tells you this about running.", "It is easy at first.", "Then you cry."])
    assert choose(words, HighlightsRequest(seconds=(3, 10)))[0].title == "Nobody tells you this about running"


def test_a_title_keeps_the_word_that_its_sentence_is_about() -> None:
    words = spoken(["But this is easy to say.", "It is easy at first.", "Then you cry again."])
    assert choose(words, HighlightsRequest(seconds=(3, 10)))[0].title == "This is easy to say"


def test_words_that_captions_hide_or_mask_are_in_no_title() -> None:
    words = spoken(["Nobody tells you this about damn running in the rain."])
    wanted, speech = HighlightsRequest(seconds=(3, 10)), [TimeRange(start=0, end=10)]
    assert choose_highlights(words, speech, wanted, profanity=["dam*"])[0].title == ""
    hidden = [one.model_copy(update={"hidden": one.text == "damn"}) for one in words]
    assert choose_highlights(hidden, speech, wanted)[0].title == ""


@pytest.mark.parametrize("guessed", [("Nobody", "tells", "you", "this."), ("tells",)])
def test_words_that_were_guessed_are_no_title(guessed: tuple[str, ...]) -> None:
    words = spoken(["Nobody tells you this.", "Oil is filled in at the opening above."])
    words = [one.model_copy(update={"confidence": 0.1}) if one.text in guessed else one for one in words]
    assert choose(words, HighlightsRequest(seconds=(3, 10)))[0].title == "Oil is filled in at the opening above"


@pytest.mark.parametrize("sentences", [[], ["Three words only."]])
def test_too_little_speech_has_no_highlights(sentences: list[str]) -> None:
    assert choose(spoken(sentences), HighlightsRequest()) == []


TEXTS = st.sampled_from(["I", "never", "you", "why", "90", "and", "but", "the", "end.", "a?"])
talks = st.lists(
    st.tuples(
        st.floats(0, 1.5),
        st.floats(0.05, 0.6),
        st.sampled_from(["I", "never", "you", "why", "90", "and", "but", "the", "end.", "a?"]),
    ),
    max_size=150,
)


@settings(max_examples=60, deadline=None)
@given(talks, st.integers(1, 5), st.floats(3, 10), st.floats(1, 30))
def test_highlights_keep_to_pauses_and_lengths(raw: list, count: int, shortest: float, more: float) -> None:
    words, time = [], 0.0
    for pause, length, text in raw:
        words.append(Word(text=text, start=time + pause, end=time + pause + length, confidence=1))
        time = words[-1].end
    found = choose(words, HighlightsRequest(count=count, seconds=(shortest, shortest + more)))
    assert len(found) <= count
    assert [one.rank for one in found] == list(range(1, len(found) + 1))
    in_order = sorted(found, key=lambda one: one.start)
    for a, b in itertools.pairwise(in_order):
        assert a.end <= b.start + 1e-3
    for one in found:
        inside = [word for word in words if word.start < one.end - 2e-3 and word.end > one.start + 2e-3]
        assert all(word.start >= one.start - 2e-3 and word.end <= one.end + 2e-3 for word in inside)
        assert shortest - 0.01 <= inside[-1].end - inside[0].start <= shortest + more + 0.01
        assert 0 <= one.score <= 100
