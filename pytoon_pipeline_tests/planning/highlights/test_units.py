"""Sentence units: divided at pauses and full stops, never without a pause."""

from itertools import pairwise

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.planning.highlights.units import MAX_SECONDS, MIN_PAUSE_SECONDS, sentence_units


def said(*words: tuple[str, float]) -> list[Word]:
    """Words of 0.3 s, each with the pause after it."""
    found, time = [], 0.5
    for text, pause in words:
        found.append(Word(text=text, start=time, end=time + 0.3, confidence=1))
        time += 0.3 + pause
    return found


def test_a_full_stop_needs_a_short_pause_and_anything_else_a_long_one() -> None:
    units = sentence_units(said(("Yes.", 0.2), ("No.", 0.05), ("It", 0.2), ("is", 0.6), ("late", 1.0)))
    assert [unit.text for unit in units] == ["Yes.", "No. It is", "late"]
    assert [unit.closed for unit in units] == [True, False, False]
    assert units[0].before == 0.5
    assert units[-1].after == float("inf")


def test_long_sentences_are_divided_at_their_longest_pauses() -> None:
    units = sentence_units(said(*((f"word{n}", 0.3 if n % 7 == 6 else 0.05) for n in range(70))))
    assert all(unit.end - unit.start <= MAX_SECONDS for unit in units)
    assert all(b.start - a.end >= MIN_PAUSE_SECONDS for a, b in pairwise(units))
