"""Colours as people write them."""

import pytest

from pytoon_pipeline.contracts.colours import colour_code
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.request import Request


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("#FFD60A", "#FFD60A"), ("#ffd60a", "#ffd60a"), ("#fd0", "#FFDD00"), ("gold", "#FFD700"), ("Gold", "#FFD700"),
        ("rgb(255, 214, 10)", "#FFD60A"), ("rebeccapurple", "#663399"),
        ("#FFD60A80", None), ("#12", None), ("rgb(300, 0, 0)", None), ("gild", None), ("", None), ("g" * 999, None),
    ],
)  # fmt: skip
def test_a_colour_is_a_name_or_a_code(written: str, code: str | None) -> None:
    assert colour_code(written) == code


def test_records_hold_codes() -> None:
    assert HeadlineSettings(colour="gold").colour == "#FFD700"
    assert Request(background="teal").background == "#008080"
    assert Request(background="gold.png").background == "gold.png"
    assert Request(background="blur").background == "blur"
