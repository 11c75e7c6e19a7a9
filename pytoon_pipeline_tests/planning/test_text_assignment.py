"""Which text belongs to which item, and how long it stays."""

import pytest

from pytoon_pipeline.planning.text_assignment import assigned_items, assignment_notes, page_seconds, reading_seconds
from pytoon_pipeline.planning.title_request import Role, TitleRequest

LETTERS: dict[str, Role] = {"h": "hook", "b": "beat", "c": "cta"}


def titles(letters: str) -> list[TitleRequest]:
    return [TitleRequest("two words", LETTERS[letter], "text") for letter in letters]


@pytest.mark.parametrize(("letters", "items", "expected"), [
    ("hbbbc", 3, [0, 0, 1, 2, 2]),
    ("hbbc", 4, [0, 0, 1, 3]),
    ("hbbbbc", 2, [0, 0, 0, 1, 1, 1]),
    ("hbc", 1, [0, 0, 0]),
])  # fmt: skip
def test_beat_n_belongs_to_item_n_the_hook_to_the_first_and_the_call_to_action_to_the_last(
    letters: str, items: int, expected: list[int]
) -> None:
    assert assigned_items(titles(letters), items) == expected
    noted = [note.code for note in assignment_notes(titles(letters), items)]
    assert noted == (["several_beats_per_item"] if 1 < items < letters.count("b") else [])


def test_a_page_stays_for_its_words_and_never_less_than_its_least_time() -> None:
    assert page_seconds("Hi", 20) == 1.2
    assert page_seconds("one two three four five six seven eight", 20) == pytest.approx(0.4 + 8 / 3.2)
    assert page_seconds("漢" * 40, 20) == 2.0


def test_an_item_needs_the_time_of_all_its_texts() -> None:
    needed = reading_seconds(titles("hbc"), ["", "a label of many more words than its title has of them"], 20)
    assert needed[0] == pytest.approx(2.4)
    assert needed[1] == pytest.approx(0.4 + 12 / 3.2)
