"""Backgrounds of overlays."""

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.layers import ImageLayer, ShapeLayer
from pytoon_pipeline.media.oklch import oklch
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
    with pytest.raises(InvalidInput, match="background: “brand”"):
        planned([still()], archetype="overlay", background="brand")


def test_a_shape_has_a_tone_of_its_ground_and_not_the_grey_that_opposite_hues_mix_to() -> None:
    for preset in ("flash-sale", "clean-product", "fresh-cards"):
        for brand in (None, "acme", "verde"):
            spec = planned([still(transparent=True)], archetype="overlay", preset=preset, text="Hello", brand=brand)
            ground = next(one for one in spec.scenes[0].layers if one.name == "background")
            assert isinstance(ground, ShapeLayer)
            colours = [oklch(one) for one in ground.fill.colours]
            for shape in (one for one in spec.scenes[0].layers if one.name == "shape"):
                assert isinstance(shape, ShapeLayer)
                tone = oklch(shape.fill.colours[0])
                assert min(abs(tone.lightness - one.lightness) for one in colours) < 0.1
                assert tone.chroma >= 0.75 * min(one.chroma for one in colours)
