"""Backgrounds of overlays."""

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.layers import ImageLayer, ShapeLayer
from pytoon_pipeline_tests.harness.plans import planned, still


@pytest.mark.parametrize(
    ("background", "first"),
    [("gradient", ShapeLayer), ("blur", ImageLayer), ("#336699", ShapeLayer), ("brand", ShapeLayer)],
)
def test_overlay_backgrounds(background: str, first: type) -> None:
    brand = {"brand": "acme"} if background == "brand" else {}
    spec = planned([still()], archetype="overlay", background=background, **brand)
    assert isinstance(spec.scenes[0].layers[0], first)
    if background == "#336699":
        assert spec.scenes[0].layers[0].fill.colours == ("#336699",)  # type: ignore[union-attr]


def test_a_brand_background_needs_a_brand() -> None:
    with pytest.raises(InvalidInput, match="background: the value “brand”"):
        planned([still()], archetype="overlay", background="brand")
