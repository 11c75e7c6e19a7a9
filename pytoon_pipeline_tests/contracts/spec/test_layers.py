"""Layers of a RenderSpec."""

from pytoon_pipeline.contracts.spec.layers import (
    constant,
)


def test_a_constant_keeps_four_decimal_places() -> None:
    assert constant(1 / 3)[0].value == 0.3333
