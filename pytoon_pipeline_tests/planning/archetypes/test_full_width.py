"""Pictures as wide as the frame, below a ground with their texts that ends in a shape."""

import pytest

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline_tests.harness.layout import apart, area_of, texts
from pytoon_pipeline_tests.harness.plans import planned, still


@pytest.mark.parametrize(("preset", "shape"), [("soft-editorial", "arch"), ("bold-offer", "slant"),
                                               ("split-showcase", "curve"), ("brand-panel", "slant")])  # fmt: skip
@pytest.mark.parametrize("text", ["Look", "A few more words that take two or three lines"])
def test_the_ground_of_a_preset_ends_in_its_shape_below_the_text(preset: str, shape: str, text: str) -> None:
    spec = planned([still(1200, 1600)], text=text, preset=preset, archetype="hero")
    layers = spec.scenes[0].layers
    (picture,) = (layer for layer in layers if isinstance(layer, ImageLayer))
    assert [layer.name for layer in layers].count(shape) == 2
    assert area_of(picture).bottom == spec.height
    title = texts(spec)[0]
    assert area_of(title).bottom <= area_of(picture).top + 120
    if shape == "arch":
        assert apart(area_of(title), area_of(picture))


def test_a_picture_that_is_too_tall_for_its_place_is_a_card_or_fills_a_low_frame() -> None:
    tall = still(400, 1600, matter=Box(x=0.0, y=0.0, width=1.0, height=1.0))
    layers = planned([tall], preset="soft-editorial", text="A few words").scenes[0].layers
    assert any(layer.name == "product" for layer in layers)
    low = planned([still(900, 1200)], preset="soft-editorial", text="A few words", outputs=["4:5"])
    shown = next(layer for layer in low.scenes[0].layers if isinstance(layer, ImageLayer))
    assert (shown.width, shown.height) == (low.width, low.height)
