"""Translated captions: every word of them is shown, in the time of its sentence."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.analysis.transcript.sentences import split_sentences
from pytoon_pipeline.contracts.analysis import TranslatedSentence, Translation, Word
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.captions.cues import plan_cues
from pytoon_pipeline.planning.captions.translated import translated_words
from pytoon_pipeline.planning.edit_ranges import SourceRange
from pytoon_pipeline_tests.harness.transcripts import random_speech, spoken

RATE = FrameRate(numerator=30, denominator=1)


def translation(words: tuple[Word, ...], *texts: str) -> Translation:
    sentences = zip(split_sentences(words), texts, strict=True)
    return Translation(
        language="de",
        sentences=tuple(TranslatedSentence(start=s[0].start, end=s[-1].end, text=text) for s, text in sentences),
    )


TEXTS = st.lists(st.sampled_from(["Wir", "haben", "Geduld,", "Zeit."]), min_size=1, max_size=14)


@given(st.integers(0, 10_000), st.lists(TEXTS, min_size=6, max_size=6))
def test_no_word_is_lost_and_each_is_in_the_time_of_its_sentence(seed: int, texts: list[list[str]]) -> None:
    words = random_speech(seed)
    sentences = split_sentences(words)
    found = translation(words, *(" ".join(text) for text in texts[: len(sentences)]))
    shown = list(translated_words(words, found))
    assert [word.text for word in shown] == [one for text in texts[: len(sentences)] for one in text]
    assert all(before.end <= after.start + 1e-6 for before, after in pairwise(shown))
    for sentence, text in zip(found.sentences, texts, strict=False):
        own, shown = shown[: len(text)], shown[len(text) :]
        assert sentence.start - 1e-6 <= own[0].start
        assert own[-1].end <= sentence.end + 1e-6


def test_no_word_is_lost_in_a_pause_that_is_cut_out() -> None:
    words = spoken("We waited, and then. It worked.", pause=0.6)
    words = tuple(
        word.model_copy(update={"start": word.start + (n > 1), "end": word.end + (n > 1)})
        for n, word in enumerate(words)
    )
    found = translation(words, "Wir haben lange gewartet und dann noch länger.", "Es hat geklappt.")
    first = SourceRange(0, RATE.nearest(words[0].start), RATE.nearest(words[1].end - words[0].start))
    second = SourceRange(first.frames, RATE.nearest(words[2].start), RATE.nearest(words[-1].end - words[2].start) + 1)
    cues = plan_cues(list(translated_words(words, found)), [first, second], RATE, CaptionStyle())
    assert " ".join(cue.text for cue in cues) == "Wir haben lange gewartet und dann noch länger. Es hat geklappt."


def test_words_that_are_not_heard_take_their_sentence_along() -> None:
    words = spoken("We made it. It is cheap.")
    found = translation(words, "Wir haben es.", "Es ist billig.")
    assert [word.text for word in translated_words(words[:3], found)] == ["Wir", "haben", "es."]


def test_a_script_without_spaces_is_shown_in_phrases() -> None:
    words = spoken("We made a programme that makes videos of what you upload.")
    text = "私たちはアップロードした素材から動画を作るプログラムを作りました。"
    shown = [word.text for word in translated_words(words, translation(words, text))]
    assert "".join(shown) == text
    assert len(shown) > 2
    assert max(map(len, shown)) <= 14
    assert not any(word.startswith(("。", "を", "は")) for word in shown)


def test_uncertain_speech_stays_uncertain() -> None:
    words = tuple(word.model_copy(update={"confidence": 0.2}) for word in spoken("We made it."))
    shown = translated_words(words, translation(words, "Wir haben es."))
    assert [round(word.confidence, 3) for word in shown] == [0.2] * 3
