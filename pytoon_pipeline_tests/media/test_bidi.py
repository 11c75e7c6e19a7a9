"""The visual order of mixed text, compared with what other implementations of the algorithm give."""

import pytest

from pytoon_pipeline.media.bidi import is_right_to_left, visual_runs, word_order


def shown(text: str) -> str:
    return "".join(run.text[::-1] if run.direction == "rtl" else run.text for run in visual_runs(text))


@pytest.mark.parametrize(
    ("text", "visual"),
    [
        ("plain words", "plain words"),
        ("שלום world טוב", "בוט world םולש"),
        ("hello שלום עולם ok", "hello םלוע םולש ok"),
        ("מחיר 50% היום", "םויה 50% ריחמ"),
        ("iPhone 15 הוא טוב", "iPhone 15 בוט אוה"),
        ("טוב, iPhone!", "!iPhone ,בוט"),
        ("abc 123 אבג 456 def", "abc 123 456 גבא def"),
        ("ב-2024 היה", "היה 2024-ב"),
    ],
)
def test_runs_are_ordered_as_the_algorithm_says(text: str, visual: str) -> None:
    assert shown(text) == visual


def test_words_of_a_line_from_left_to_right() -> None:
    assert word_order(["one", "two"]) == [0, 1]
    assert word_order(["שלום", "עולם", "טוב"]) == [2, 1, 0]
    assert word_order(["לקנות", "iPhone", "15", "היום"]) == [3, 1, 2, 0]
    assert word_order(["טוב,", "iPhone!"]) is None, "the mark moves to the other side of its word"
    assert is_right_to_left("123 שלום")
