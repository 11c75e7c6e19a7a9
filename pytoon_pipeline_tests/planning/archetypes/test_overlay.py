"""The overlay archetype: products over a background."""

import pytest

from pytoon_pipeline_tests.harness.plans import planned, still


def test_an_overlay_keeps_the_aspect_ratio_of_a_product() -> None:
    spec = planned([still(700, 1400, transparent=True)], archetype="overlay", text="50% OFF!")
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    assert product.width / product.height == pytest.approx(0.5, rel=4e-3)
    assert "rounded" not in [effect.model_dump()["kind"] for effect in product.effects]
