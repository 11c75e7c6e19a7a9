"""Silence: what is cut, and what never is."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.analysis.speech.silence import find_silence, quiet_ranges, speech_ranges, time_ranges
from pytoon_pipeline.analysis.speech.word_times import MAX_SPOKEN, repair_word_times
from pytoon_pipeline.contracts.analysis import Transcript, Word
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import SilenceSettings
from pytoon_pipeline.contracts.time import TimeRange

RATE = 16_000
NOTHING = Transcript(words=(), language="", transcriber=None)
SETTINGS = SilenceSettings(threshold_below_speech_db=26, min_seconds=0.5, pad_before=0.1, pad_after=0.2)


def word(start: float, end: float, text: str = "word") -> Word:
    return Word(text=text, start=start, end=end, confidence=1)


def speech_at(ranges: list[tuple[float, float]], seconds: float, level: float = 0.1) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, level, round(seconds * RATE))
    samples = noise * 1e-4
    for start, end in ranges:
        samples[round(start * RATE) : round(end * RATE)] = noise[round(start * RATE) : round(end * RATE)]
    return (samples * 32767).astype(np.int16)


@pytest.mark.parametrize("level", [0.3, 0.02])
def test_loud_and_quiet_recordings_are_cut_alike(level: float) -> None:
    found = find_silence(speech_at([(1, 3), (5, 6)], 8, level), RATE, NOTHING, SETTINGS)
    assert [(round(r.start, 1), round(r.end, 1)) for r in found.silences] == [(0.0, 1.0), (3.0, 5.0), (6.0, 8.0)]
    assert [(round(r.start, 1), round(r.end, 1)) for r in found.speech] == [(0.9, 3.2), (4.9, 6.2)]


def test_short_pauses_stay() -> None:
    found = find_silence(speech_at([(0, 1), (1.3, 3)], 3), RATE, NOTHING, SETTINGS)
    assert found.speech == (TimeRange(start=0, end=3),)


def test_no_silence_keeps_everything() -> None:
    found = find_silence(speech_at([(0, 3)], 3), RATE, NOTHING, SETTINGS)
    assert found.silences == ()
    assert found.speech == (TimeRange(start=0, end=3),)


def test_a_source_with_nothing_but_silence_is_kept_whole() -> None:
    found = find_silence(np.zeros(RATE * 3, np.int16), RATE, NOTHING, SETTINGS)
    assert found.speech == (TimeRange(start=0, end=3),)


def test_explicit_removal_of_silence_from_a_silent_source_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="all_silent"):
        find_silence(np.zeros(RATE * 3, np.int16), RATE, NOTHING, SETTINGS, requested=True)


def test_what_a_person_wrote_is_no_silence() -> None:
    samples, quiet = speech_at([(0, 2), (6, 8)], 8), word(3.0, 3.4)
    heard = Transcript(words=(word(0.5, 1), quiet, word(6.5, 7)), language="", transcriber=None)
    assert find_silence(samples, RATE, heard, SETTINGS).dropped_words == (quiet,)
    found = find_silence(samples, RATE, heard, SETTINGS, written=[TimeRange(start=3.0, end=3.4)])
    assert found.dropped_words == ()
    assert any(one.start <= 3.0 and one.end >= 3.4 for one in found.speech)
    assert [round(one.end, 1) for one in found.silences] == [3.0, 6.0]


def test_a_short_word_before_a_cut_keeps_enough_of_its_pause_to_be_seen() -> None:
    samples, close = speech_at([(0, 2), (4, 4.06), (4.06, 6)], 6), SETTINGS.model_copy(update={"pad_before": 0.0})
    heard = Transcript(words=(word(0.5, 1), word(4, 4.06), word(5, 5.5)), language="", transcriber=None)
    found = find_silence(samples, RATE, heard, close, cuts=[TimeRange(start=4.06, end=4.8)])
    assert [round(one.start, 2) for one in found.speech] == [0.0, 3.91, 4.8]
    assert found.speech[1].end == 4.06


def test_a_word_half_in_a_cut_begins_after_it_and_one_within_it_is_dropped() -> None:
    heard = Transcript(words=(word(0.5, 1), word(1.2, 1.3), word(1.3, 1.9)), language="", transcriber=None)
    found = find_silence(speech_at([(0, 3)], 3), RATE, heard, SETTINGS, cuts=[TimeRange(start=1.15, end=1.5)])
    assert [(one.start, one.end) for one in found.words] == [(0.5, 1.0), (1.5, 1.9)]
    assert found.dropped_words == (word(1.2, 1.3),)


def test_silence_can_be_kept_on_request() -> None:
    keep = SETTINGS.model_copy(update={"remove": False})
    assert find_silence(np.zeros(RATE * 3, np.int16), RATE, NOTHING, keep).speech == (TimeRange(start=0, end=3),)


ranges = st.lists(
    st.tuples(st.floats(0, 30), st.floats(0.01, 4)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=12
)


@given(ranges, ranges)
def test_kept_ranges_cover_the_words_and_are_ordered(silent: list[tuple[float, float]], spoken: list) -> None:
    silences = time_ranges(silent, 30)
    words, _, _ = repair_word_times(tuple(word(a, b) for a, b in spoken), silences, 30)
    kept = speech_ranges(silences, words, 30, SETTINGS)
    for a, b in itertools.pairwise(kept):
        assert a.end < b.start
    for one in words:
        assert any(part.start - 1e-3 <= one.start and one.end <= part.end + 1e-3 for part in kept)
    for part in kept:
        assert 0 <= part.start < part.end <= 30


@given(ranges, ranges)
def test_repaired_words_have_possible_times(silent: list[tuple[float, float]], spoken: list) -> None:
    silences = time_ranges(silent, 30)
    words, changed, dropped = repair_word_times(tuple(word(a, b) for a, b in spoken), silences, 30)
    assert len(words) + len(dropped) == len(spoken)
    assert changed <= len(words)
    for one in words:
        assert 0 <= one.start < one.end <= 30
        assert one.end - one.start <= MAX_SPOKEN + 1e-3
        assert not any(s.start < one.start and one.end < s.end for s in silences), "a word in the midst of silence"
    for a, b in itertools.pairwise(words):
        assert a.end <= b.start + 1e-3


def test_typical_words_with_impossible_times_are_repaired() -> None:
    silences = (TimeRange(start=0, end=1.2), TimeRange(start=3, end=5))
    heard = (word(0.0, 1.5, "first"), word(2.0, 2.0, "zero"), word(2.8, 4.6, "stretched"), word(3.5, 4.0, "ghost"))
    words, changed, dropped = repair_word_times(heard, silences, 8)
    assert [(w.text, w.start, w.end) for w in words] == [
        ("first", 1.2, 1.5),
        ("zero", 2.0, 2.04),
        ("stretched", 2.8, 3.0),
    ]
    assert (changed, [one.text for one in dropped]) == (3, ["ghost"])


def test_good_words_are_left_alone() -> None:
    heard = (word(0.2, 0.5), word(0.5, 1.4), word(2.0, 2.2))
    assert repair_word_times(heard, (TimeRange(start=1.4, end=2.0),), 3) == (heard, 0, ())


def test_silent_ranges_reach_both_ends_of_the_source() -> None:
    decibels = np.array([-90.0] * 100 + [-20] * 100 + [-90] * 100)
    found = quiet_ranges(decibels, -50, 0.5)
    assert [(r.start, r.end) for r in found] == [(0.0, 1.0), (2.0, 3.0)]
