"""Forced alignment: words at the times at which they are spoken."""

import random
from functools import cache

import numpy as np
import pytest

from pytoon_pipeline.analysis.speech.alignment import align
from pytoon_pipeline.contracts.analysis import Transcriber, Transcript, Word
from pytoon_pipeline_tests.harness.planted_words import PLANTED, load
from pytoon_pipeline_tests.harness.synthetic_speech import Speech, available, speak

pytestmark = pytest.mark.skipif(not available(), reason="espeak-ng is not installed: apt-get install espeak-ng")
VOICES = (("en-us", 150, 50), ("en-gb", 175, 30), ("en-us+f3", 165, 60), ("en-us", 190, 45))
WHISPER = Transcriber(engine="whisper", model="base", identity="test")


@cache
def talk() -> Speech:
    _, kinds = load()
    lines = [line for one in kinds.values() for line in one][::9]
    return speak([PLANTED.sub(lambda one: one[2], line) for line in lines], VOICES)


def transcribed(speech: Speech, spread: float = 0.08, language: str = "en", by: Transcriber = WHISPER) -> Transcript:
    """The words as a transcriber gives them that is wrong about their times by ``spread`` seconds."""
    draw, words, last = random.Random(1), list[Word](), 0.0
    for text, start in speech.words:
        at = max(last + 0.05, (last + 0.1 if start is None else start) + draw.gauss(0, spread))
        words.append(Word(text=text, start=round(at, 3), end=round(at + 0.04, 3), confidence=0.8))
        last = at
    return Transcript(words=tuple(words), language=language, transcriber=by)


def errors(found: Transcript, speech: Speech) -> list[float]:
    pairs = zip(found.words, speech.words, strict=True)
    return [abs(word.start - start) for word, (_, start) in pairs if start is not None]


def test_words_begin_within_30_ms_of_where_they_are_spoken() -> None:
    own = transcribed(talk())
    found = align(own, talk().samples)
    assert found.timing == "forced_alignment"
    assert np.median(errors(own, talk())) > 0.04, "the transcriber's own times are not as good"
    assert np.median(errors(found, talk())) <= 0.03
    assert np.percentile(errors(found, talk()), 95) <= 0.1
    assert found.unaligned_words <= 0.1 * len(found.words)
    assert [word.text for word in found.words] == [word.text for word in own.words]
    assert all(a.end <= b.start for a, b in zip(found.words, found.words[1:], strict=False))


def test_words_of_other_languages_keep_their_times() -> None:
    german = transcribed(talk(), language="de")
    assert align(german, talk().samples) is german


@pytest.mark.parametrize("engine", ["whisper", "pocketsphinx"])
def test_words_do_not_begin_in_the_hum_before_them(engine: str) -> None:
    """The hum is 30 dB below speech, the pauses before the words last half a second."""
    spoken = [
        np.concatenate([np.zeros(8000, np.int16), speak([text]).samples]) for text in ("Nobody came.", "Ask why.")
    ]
    samples = np.concatenate(spoken)
    hum = 0.03 * np.abs(samples).max() * np.sin(2 * np.pi * 100 * np.arange(len(samples)) / 16_000)
    noisy = (samples * 0.8 + hum).astype(np.int16)
    starts = [np.flatnonzero(np.abs(part) > 300)[0] / 16_000 for part in spoken]
    expected = [starts[0], starts[1] + len(spoken[0]) / 16_000]
    texts, ahead = ("Nobody", "came.", "Ask", "why."), 0.3
    firsts = [expected[0] - ahead, expected[0] + 0.4, expected[1] - ahead, expected[1] + 0.4]
    words = tuple(
        Word(text=text, start=start, end=start + ahead + 0.2, confidence=0.8)
        for text, start in zip(texts, firsts, strict=True)
    )
    by = WHISPER.model_copy(update={"engine": engine})
    found = align(Transcript(words=words, language="en", transcriber=by), noisy).words
    assert [found[0].start, found[2].start] == pytest.approx(expected, abs=0.03)


def test_pocketsphinx_keeps_the_times_of_words_without_a_pause() -> None:
    noise = np.random.default_rng(1).normal(0, 2000, 48_000).astype(np.int16)
    words = (Word(text="Yes.", start=0.503, end=0.907, confidence=0.8),)
    by = WHISPER.model_copy(update={"engine": "pocketsphinx"})
    assert align(Transcript(words=words, language="en", transcriber=by), noise).words == words


def test_a_text_that_is_not_spoken_keeps_its_times() -> None:
    speech = speak(["So the first thing that I want to show you is how little time this takes."])
    own = transcribed(speech)
    noise = np.random.default_rng(1).normal(0, 2000, len(speech.samples)).astype(np.int16)
    silence = np.zeros(len(noise), np.int16)
    for samples in (noise, silence, silence[:100], silence[:0]):
        found = align(own, samples)
        assert found.timing == "transcriber" or found.unaligned_words == 0
        moved = [abs(a.start - b.start) for a, b in zip(found.words, own.words, strict=True)]
        assert max(moved) <= 0.6


def test_a_word_without_a_sound_keeps_its_place() -> None:
    speech = speak(["This is a simple sentence about dogs."])
    own = transcribed(speech, 0.02)
    words = (*own.words[:3], own.words[3].model_copy(update={"text": "日本"}), *own.words[4:])
    found = align(own.model_copy(update={"words": words}), speech.samples)
    assert found.words[3].text == "日本"
    assert found.words[2].end <= found.words[3].start <= found.words[4].start
