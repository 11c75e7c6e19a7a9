"""Cut-out products on a disc."""

from pytoon_pipeline.contracts.spec.layers import ShapeLayer
from pytoon_pipeline_tests.harness.layout import apart, area_of, texts
from pytoon_pipeline_tests.harness.plans import planned, still


def test_a_cut_out_stands_on_a_disc_in_the_accent_colour_with_a_contact_shadow() -> None:
    spec = planned([still(700, 1400, transparent=True)], archetype="overlay", text="50% OFF!", preset="flash-sale")
    shapes = {one.name: one for one in spec.scenes[0].layers if isinstance(one, ShapeLayer)}
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    disc, shadow = shapes["disc"], shapes["contact shadow"]
    assert disc.fill.colours == ("#FFFFFF",)
    assert disc.shape == "ellipse"
    assert apart(area_of(disc), area_of(texts(spec)[0]))
    bottom = area_of(product).bottom  # type: ignore[arg-type]
    assert area_of(shadow).top <= bottom <= area_of(shadow).bottom
