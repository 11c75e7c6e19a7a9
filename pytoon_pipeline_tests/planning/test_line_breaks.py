"""Lines and pages end by sense and are balanced."""

import pytest

from pytoon_pipeline.planning.line_breaks import BreakUnit, break_lines, break_pages


def units(text: str) -> list[BreakUnit]:
    words = text.split(" ")
    return [BreakUnit(f"{word} ", n, len(word), len(word) + 1) for n, word in enumerate(words)]


def lines(text: str, limit: float, most: int = 4) -> list[str] | None:
    found = break_lines(units(text), limit, most)
    return None if found is None else ["".join(unit.text for unit in line).strip() for line in found.lines]


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("A coffee that wakes you up", 15, ["A coffee", "that wakes", "you up"]),
        ("Save 30 % on all shoes until Sunday", 14, ["Save 30 %", "on all shoes", "until Sunday"]),
        ("How I lost 10 kg in 3 months", 17, ["How I lost 10 kg", "in 3 months"]),
        ("New beans, roasted by hand", 17, ["New beans,", "roasted by hand"]),
        ("The road to the old town", 15, ["The road", "to the old town"]),
        ("Meet Anna Schmidt our new chef", 19, ["Meet Anna Schmidt", "our new chef"]),
    ],
)
def test_lines_end_by_sense(text: str, limit: float, expected: list[str]) -> None:
    assert lines(text, limit) == expected


def test_the_last_line_is_no_short_word() -> None:
    shown = lines("We make bread and fresh pasta for you", 17)
    assert shown is not None
    assert len(shown[-1]) > 5


def test_what_needs_more_lines_or_width_has_no_lines() -> None:
    assert lines("one two three four", 5, 2) is None
    assert lines("incomprehensible", 5) is None


def test_pages_end_with_sentences() -> None:
    text = units("Come to us. We bake bread all night long. It is warm at six.")
    pages = break_pages(text, lambda part: sum(one.advance for one in part) < 34, 9)
    assert ["".join(unit.text for unit in page).strip() for page in pages] == [
        "Come to us.",
        "We bake bread all night long.",
        "It is warm at six.",
    ]


def test_a_unit_that_fits_no_page_has_no_pages() -> None:
    assert break_pages(units("a b"), lambda part: False, 9) == []


def pages_of(text: list[BreakUnit], width: float) -> list[str]:
    pages = break_pages(text, lambda part: sum(one.advance for one in part) < width, 9)
    return ["".join(unit.text for unit in page).strip() for page in pages]


def test_the_last_page_is_no_rest() -> None:
    text = "Thank you for every single breakfast that we were allowed to be part of."
    for width in (30, 38, 46):
        pages = pages_of(units(text), width)
        assert len(pages[-1]) >= 0.55 * len(text) / len(pages), pages


def test_a_page_ends_between_words_where_it_can() -> None:
    # The parts of the second word fit the first page, but not all of them.
    parts = [("The ", 0), ("cattle", 1), ("labelling", 1), ("watch ", 1), ("in ", 2), ("short ", 3)]
    text = [BreakUnit(part, word, len(part), len(part)) for part, word in parts]
    assert pages_of(text, 22) == ["The", "cattlelabellingwatch", "in short"]
