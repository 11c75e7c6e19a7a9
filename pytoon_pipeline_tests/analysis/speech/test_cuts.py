"""Where speech is cut, and what stays of a source."""

import numpy as np

from pytoon_pipeline.analysis.speech.cuts import cut_span, quietest, without_cuts
from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.time import TimeRange

# 10 s of noise in which two moments are quiet.
LEVELS = np.full(1000, -20.0)
LEVELS[[292, 488]] = -60.0


def word(start: float, end: float) -> Word:
    return Word(text="x", start=start, end=end, confidence=1.0)


def test_a_cut_begins_and_ends_where_it_is_quietest_and_takes_the_pause_along() -> None:
    assert cut_span(3.0, 4.0, 2.5, 5.0, LEVELS) == (2.925, 4.885)


def test_a_long_pause_in_which_something_may_happen_stays() -> None:
    start, end = cut_span(3.0, 4.0, 2.5, 8.0, LEVELS)
    assert start == 2.925
    assert 4.0 <= end <= 4.15


def test_words_that_touch_are_cut_near_the_place_where_they_meet() -> None:
    assert abs(quietest(2.9, 2.9, LEVELS) - 2.925) < 1e-9
    assert abs(quietest(6.0, 6.0, LEVELS) - 6.0) <= 0.03
    assert quietest(50.0, 50.0, LEVELS) == 49.97, "after the end of the sound"


def test_no_moment_without_a_word_stays_between_a_cut_and_a_pause() -> None:
    speech = [TimeRange(start=0.0, end=1.0), TimeRange(start=2.0, end=5.0), TimeRange(start=6.0, end=6.3)]
    words = [word(0.1, 0.9), word(2.1, 2.9), word(3.0, 4.8)]
    found = without_cuts(speech, [TimeRange(start=2.95, end=4.9)], words)
    assert [one.span for one in found] == [(0.0, 1.0), (2.0, 2.95), (6.0, 6.3)]
    assert without_cuts(speech, [], words) == tuple(speech)
    assert without_cuts(speech[:1], [TimeRange(start=0.0, end=1.0)], words) == ()
