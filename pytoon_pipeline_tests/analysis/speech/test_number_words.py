"""How people say figures."""

import pytest

from pytoon_pipeline.analysis.speech.number_words import spoken_forms


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0", ("zero",)),
        ("25%", ("twenty five percent",)),
        ("$1,200", ("one thousand two hundred dollars",)),
        ("3.14", ("three point one four",)),
        ("1984", ("one thousand nine hundred eighty four", "nineteen eighty four")),
        ("2007", ("two thousand seven", "twenty oh seven")),
        ("MP4", ("MP four",)),
        ("99999999999999", (" ".join(["nine"] * 14),)),
    ],
)
def test_figures_are_said_in_words(text: str, said: tuple[str, ...]) -> None:
    assert spoken_forms(text) == said
