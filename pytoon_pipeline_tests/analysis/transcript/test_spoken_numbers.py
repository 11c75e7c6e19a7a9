"""Spoken numbers as figures."""

import pytest

from pytoon_pipeline.analysis.transcript.spoken_numbers import write_digits
from pytoon_pipeline_tests.harness.transcripts import spoken


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("up by twenty five percent.", "up by 25%."),
        ("one of them", "one of them"),
        ("five people", "five people"),
        ("five kilometers", "5 km"),
        ("one hundred thirty kilometers per hour", "130 km/h"),
        ("two million dollars", "$2,000,000"),
        ("nineteen eighty four", "1984"),
        ("twenty twenty seven", "2027"),
        ("twenty-five", "25"),
        ("three point one four", "3.14"),
        ("three hundred and sixty five days", "365 days"),
        ("two thousand and one", "2001"),
        ("a million reasons and two hundred more", "a million reasons and 200 more"),
        ("twenty. Five of us", "20. Five of us"),
        ("the point is", "the point is"),
        ("ninety five degrees celsius", "95 °C"),
        ("twelve and one half", "12 and one half"),
    ],
)
def test_numbers_from_ten_and_before_units_are_written_as_figures(heard: str, written: str) -> None:
    words, _ = write_digits(spoken(heard))
    assert " ".join(word.text for word in words) == written


def test_figures_take_the_time_of_their_words() -> None:
    said = spoken("about twenty five percent of it")
    words, (change,) = write_digits(said)
    assert (words[1].start, words[1].end) == (said[1].start, said[3].end)
    assert (change.old, change.new) == ("twenty five percent", "25%")
