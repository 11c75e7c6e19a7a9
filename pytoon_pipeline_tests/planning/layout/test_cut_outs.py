"""Cut-out products on a floor."""

from pytoon_pipeline.contracts.spec.layers import ShapeLayer
from pytoon_pipeline_tests.harness.layout import apart, area_of, texts
from pytoon_pipeline_tests.harness.plans import planned, still


def test_a_cut_out_stands_on_a_floor_in_the_accent_colour_with_a_contact_shadow() -> None:
    spec = planned([still(700, 1400, transparent=True)], archetype="overlay", text="50% OFF!", preset="flash-sale")
    shapes = {one.name: one for one in spec.scenes[0].layers if isinstance(one, ShapeLayer)}
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    floor, shadow = shapes["floor"], shapes["contact shadow"]
    assert floor.fill.colours == ("#FFFFFF",)
    place = area_of(product)  # type: ignore[arg-type]
    assert place.top < area_of(floor).top < place.bottom < 1920 < area_of(floor).bottom
    assert apart(area_of(floor), area_of(texts(spec)[0]))
    assert area_of(shadow).top <= place.bottom + 40 <= area_of(shadow).bottom + 40


def test_a_cut_out_is_near_on_every_other_page_and_never_reaches_the_text() -> None:
    text = {"hook": "Time to switch", "beats": ["Nine days of battery", "Water-resistant"]}
    spec = planned([still(900, 900, transparent=True)], archetype="overlay", text=text, preset="tech-launch")
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    keys = product.transform.scale
    assert keys[2].value > 1.08 * keys[1].value
    starts = [start for start, _, _ in spec.texts()]
    assert [key.frame for key in keys[1::2]][:2] == starts[1:], "it moves where the text changes"
    for y, scale in zip(product.transform.y, keys, strict=True):
        top = y.value - scale.value * product.height / 2
        assert all(area_of(one).bottom <= top + 2 for one in texts(spec))
