"""The overlay archetype: products over a background."""

import dataclasses

import pytest

from pytoon_pipeline_tests.harness.plans import planned, still


def test_an_overlay_keeps_the_aspect_ratio_of_a_product() -> None:
    spec = planned([still(700, 1400, transparent=True)], archetype="overlay", text="50% OFF!")
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    assert product.width / product.height == pytest.approx(0.5, rel=4e-3)
    assert "rounded" not in [effect.model_dump()["kind"] for effect in product.effects]


def test_a_product_before_a_plain_background_goes_on_over_the_frame() -> None:
    picture = still(1600, 1200)
    for edge, fills in (("#D9D4CC", True), (None, False)):
        colours = (edge,) * 32 if edge else tuple(f"#{8 * n:02X}4060" for n in range(32))
        tones = picture.sampled.tones.model_copy(update={"top": colours, "bottom": colours})
        shot = dataclasses.replace(picture, frames=picture.sampled.model_copy(update={"tones": tones}))
        layers = planned([shot], archetype="overlay", text="New").scenes[0].layers
        assert any(layer.name == "fade" for layer in layers) == fills
