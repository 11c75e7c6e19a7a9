"""Text without media: statements, lists, quotations and big numbers."""

import pytest

from pytoon_pipeline.contracts.spec.layers import ShapeLayer
from pytoon_pipeline.planning.layout.text_layouts import split_number
from pytoon_pipeline_tests.harness.layout import apart, area_of, texts
from pytoon_pipeline_tests.harness.plans import planned


@pytest.mark.parametrize(("text", "parts"), [
    ("50% off everything", ("50%", "off everything")),
    ("$9.99 for two", ("$9.99", "for two")),
    ("3x faster", ("3x", "faster")),
    ("1,234,567,890 people", None),
    ("50%", None),
    ("No number", None),
])  # fmt: skip
def test_a_number_at_the_beginning_is_found(text: str, parts: tuple[str, str] | None) -> None:
    assert split_number(text) == parts


LONG_BEATS = ["Bees can count to four, at least.", "Octopuses have three hearts, at most."]


def test_a_number_is_much_larger_than_what_explains_it() -> None:
    number, rest, *_ = texts(planned(text="50% off everything until Sunday"))
    assert (number.text, rest.text) == ("50%", "off everything until Sunday")
    assert number.style.size >= 2.5 * rest.style.size
    assert apart(area_of(number), area_of(rest))


def test_beats_are_a_numbered_list_whose_rows_do_not_touch() -> None:
    beats = ["Bakers", "Early birds", "Dreamers"]
    spec = planned(text={"hook": "Did you know?", "beats": beats})
    rows = [layer for layer in texts(spec) if layer.role == "beat"]
    numbers = [layer for layer in texts(spec) if layer.role == "other"]
    assert [layer.text for layer in numbers] == ["1", "2", "3"]
    assert len({layer.style.size for layer in rows}) == 1
    areas = [area_of(layer) for layer in rows]
    assert all(apart(a, b) for n, a in enumerate(areas) for b in areas[n + 1 :])


def test_a_quotation_has_a_bar_in_the_accent_colour() -> None:
    spec = planned(text="“The best way out is always through.”", preset="quiet-quote")
    (bar,) = (one for one in spec.scenes[0].layers if isinstance(one, ShapeLayer) and one.name == "bar")
    assert bar.fill.colours == ("#E0B354",)
    assert area_of(bar).right < area_of(texts(spec)[0]).left


def test_a_number_alone_stands_over_the_beat_that_explains_it() -> None:
    spec = planned([], text={"hook": "73 %", "beats": ["of people decide at once"], "cta": "Make it count"})
    number, line, *_ = spec.texts()
    assert [one[2].text for one in (number, line)] == ["73 %", "of people decide at once"]
    assert 0 == number[0] < line[0] < 30, "the line explains the number"
    assert number[1] == line[1], "both stay together"
    assert number[2].style.size > 2 * line[2].style.size


def test_longer_items_of_a_list_have_a_page_each_with_a_large_number() -> None:
    beats = ["They write everything down", "They say no early", "They end meetings on time"]
    shown = texts(planned(text={"hook": "Three habits", "beats": beats}))
    numbers = [layer for layer in shown if layer.role == "other"]
    items = [layer for layer in shown if layer.role == "beat"]
    assert [layer.text for layer in numbers] == ["1", "2", "3"]
    assert [layer.text for layer in items] == beats
    assert len({layer.style.size for layer in items}) == 1
    assert all(number.style.size > 1.5 * items[0].style.size for number in numbers)


def test_a_list_that_is_read_from_the_right_has_its_numbers_at_the_right() -> None:
    spec = planned(text={"hook": "نبحث عن", "beats": ["خباز", "سائق"]})
    number, row = (
        next(one for one in texts(spec) if one.role == "other"),
        next(one for one in texts(spec) if one.role == "beat"),
    )
    assert area_of(number).left > area_of(row).right - 1
    spec = planned(text="“الصبر مفتاح الفرج”", preset="quiet-quote")
    quote, shapes = texts(spec)[0], [one for one in spec.scenes[0].layers if isinstance(one, ShapeLayer)]
    beside = [one for one in shapes if one.name in ("bar", "quotation mark")]
    assert area_of(beside[-1]).left > area_of(quote).right
    assert all(one.transform.x[0].value > 540 for one in beside)


def test_a_single_word_is_repeated_above_and_below_itself() -> None:
    spec = planned(text="Breathe", preset="handmade")
    first = [(start, layer) for start, _, layer in spec.texts() if start < 70]
    assert [layer.text for _, layer in first] == ["Breathe"] * 3
    assert [start for start, _ in first] == [0, 19, 38], "one after the other"
    areas = [area_of(layer) for _, layer in first]
    assert apart(*areas[:2])
    assert apart(areas[0], areas[2])
    assert areas[1].top < areas[0].top < areas[2].top
    assert max(area.bottom for area in areas) - min(area.top for area in areas) > 0.4 * spec.height
    later = [start for start, _, _ in spec.texts() if start >= 70]
    assert len(set(later)) == 1, "on the second ground they are all there"


@pytest.mark.parametrize("wanted", ["50% off everything until Sunday", {"hook": "Did you know?", "beats": LONG_BEATS}])
def test_a_number_stands_beside_its_text_on_a_landscape_frame_and_above_it_on_others(wanted: object) -> None:
    for aspect in ("16:9", "9:16"):
        shown = texts(planned(text=wanted, outputs=[aspect]))
        at = next(n for n, one in enumerate(shown) if one.text in ("50%", "1"))
        number, text = area_of(shown[at]), area_of(shown[at + 1])
        assert apart(number, text)
        if aspect == "16:9":
            assert number.right <= text.left
            assert text.right - number.left > 0.5 * 1920, "they fill the frame together"
        else:
            assert number.bottom <= text.top
