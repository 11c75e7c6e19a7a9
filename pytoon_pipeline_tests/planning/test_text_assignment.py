"""Which text belongs to which item, and how long it stays."""

import pytest

from pytoon_pipeline.planning.text_assignment import assignment_notes, page_seconds, reading_seconds, titles_by_item
from pytoon_pipeline.planning.title_request import Role, TitleRequest

LETTERS: dict[str, Role] = {"h": "hook", "b": "beat", "c": "cta"}


def titles(letters: str) -> list[TitleRequest]:
    return [TitleRequest("two words", LETTERS[letter], f"text.{n}") for n, letter in enumerate(letters)]


@pytest.mark.parametrize(("letters", "items", "expected"), [
    ("hbbbc", 3, [0, 0, 1, 2, 2]),
    ("hbbc", 5, [0, 0, 1, 4]),
    ("hbbbbc", 2, [0, 0, 0, 1, 1, 1]),
    ("hbbb", 5, [0, 0, 1, 2]),
    ("hbc", 1, [0, 0, 0]),
    ("hb", 2, [0, 1]),
    ("hbbc", 3, [0, 1, 2, 2]),
])  # fmt: skip
def test_beat_n_belongs_to_item_n_the_hook_to_the_first_and_the_call_to_action_to_the_last(
    letters: str, items: int, expected: list[int]
) -> None:
    own = titles(letters)
    found = [[own.index(title) for title in of_item] for of_item in titles_by_item(own, items)]
    assert found == [[n for n, item in enumerate(expected) if item == number] for number in range(items)]
    noted = [note.code for note in assignment_notes(titles(letters), items)]
    assert noted == (["several_beats_per_item"] if 1 < items < letters.count("b") else [])


def test_a_short_headline_alone_belongs_to_all_items() -> None:
    short, long = (TitleRequest("word " * count, "headline", "text") for count in (5, 12))
    assert titles_by_item([short], 3) == [[short]] * 3
    assert titles_by_item([short], 3, hold=False) == [[short], [], []]
    assert titles_by_item([long], 3) == [[long], [], []]


def test_a_hook_without_beats_stays_over_all_items_and_one_beat_over_the_second_half() -> None:
    hook, cta = titles("hc")
    assert titles_by_item([hook, cta], 3) == [[hook], [hook], [hook, cta]]
    hook, beat = titles("hb")
    assert titles_by_item([hook, beat], 4) == [[hook], [hook], [beat], [beat]]


def test_a_page_stays_for_its_words_and_never_less_than_its_least_time() -> None:
    assert page_seconds("Hi", 20) == 1.2
    assert page_seconds("one two three four five six seven eight", 20) == pytest.approx(0.4 + 8 / 3.2)
    assert page_seconds("漢" * 40, 20) == 2.0


def test_an_item_needs_the_time_of_all_its_texts() -> None:
    needed = reading_seconds(titles("hbbc"), ["", "a label of many more words than its title has of them"], 20)
    assert needed[0] == pytest.approx(2.4)
    assert needed[1] == pytest.approx(2.4 + 0.4 + 12 / 3.2)
