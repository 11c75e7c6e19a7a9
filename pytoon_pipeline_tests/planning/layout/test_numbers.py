"""Titles with a number or a price."""

import itertools

import pytest

from pytoon_pipeline.planning.layout.numbers import number_text
from pytoon_pipeline_tests.harness.layout import apart, area_of, texts
from pytoon_pipeline_tests.harness.plans import planned, still


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("8,000 tonnes", ("", "8,000", "tonnes")),
        ("-40 %", ("", "-40 %", "")),
        ("From $ 199", ("From", "$ 199", "")),
        ("Скидка 30 %", ("Скидка", "30 %", "")),
        ("50% OFF!", ("", "50%", "OFF!")),
        ("1,200 € a month", ("", "1,200 €", "a month")),
        ("48 hours in Paris", ("", "48", "hours in Paris")),
        ("Water-resistant to 50 m", ("Water-resistant to", "50 m", "")),
        ("500 g a day", ("", "500 g", "a day")),
        ("12 markets", ("", "12", "markets")),
    ],
)
def test_the_number_is_found(text: str, parts: tuple[str, str, str]) -> None:
    assert number_text(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Did you know?",
        "Top 3",
        "Between 20 and 30",
        "A4 paper for all",
        "Reading takes about 12 minutes",
        "3.2.1 is out",
    ],
)
def test_other_texts_are_ordinary(text: str) -> None:
    assert number_text(text) is None


@pytest.mark.parametrize("preset", ["flash-sale", "bold-offer", "tech-launch", "soft-editorial", "clean-product"])
def test_a_price_is_a_hero_with_its_label_beneath(preset: str) -> None:
    text = {"hook": "-40 %", "beats": ["Only until Sunday"]}
    spec = planned([still(900, 900, transparent=True)], archetype="overlay", text=text, preset=preset)
    number, label = sorted(texts(spec), key=lambda layer: layer.transform.y[-1].value)
    assert number.style.size >= 260
    assert label.style.size <= 0.5 * number.style.size
    assert (number.text.lower(), label.text.lower()) == ("-40 %", "only until sunday")
    assert number.start == label.start == 0, "both are there together"
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    assert apart(area_of(product), area_of(number))  # type: ignore[arg-type]
    assert all(spec.constraints.excess(area_of(one)) <= 0 for one in texts(spec))


def test_the_parts_of_a_page_do_not_touch_each_other() -> None:
    for brand in (None, "acme", "verde"):
        spec = planned(
            [still(transparent=True)], archetype="overlay", text="Now 30 % off", preset="flash-sale", brand=brand
        )
        shown = (area_of(one) for start, _, one in spec.texts() if start == 0)
        parts = sorted(shown, key=lambda area: area.top)
        assert len(parts) == 3
        for above, below in itertools.pairwise(parts):
            assert below.top >= above.bottom + 12


def test_a_number_that_would_hardly_be_larger_than_its_text_is_none() -> None:
    spec = planned(
        [still(900, 1400)], preset="soft-editorial", text={"hook": "48 hours in Paris", "beats": ["Go up", "Stay"]}
    )
    (hook,) = (layer for layer in texts(spec) if layer.role == "hook")
    assert hook.text == "48 hours in Paris"
