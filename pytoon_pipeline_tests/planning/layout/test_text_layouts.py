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


def test_a_number_is_much_larger_than_what_explains_it() -> None:
    number, rest = texts(planned(text="50% off everything until Sunday"))
    assert (number.text, rest.text) == ("50%", "off everything until Sunday")
    assert number.style.size >= 2.5 * rest.style.size
    assert apart(area_of(number), area_of(rest))


def test_beats_are_a_numbered_list_whose_rows_do_not_touch() -> None:
    beats = ["Bees can count", "They dance to share directions", "They never sleep in winter"]
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
    (number, line, last) = spec.texts()
    assert [one[2].text for one in (number, line, last)] == ["73 %", "of people decide at once", "Make it count"]
    assert number[:2] == line[:2], "both are shown together"
    assert number[2].style.size > 2 * line[2].style.size
