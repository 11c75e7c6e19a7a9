"""Cut-out products on a floor."""

import pytest

from pytoon_pipeline.contracts.output_format import CANVASES, Aspect
from pytoon_pipeline.contracts.spec.layers import ShapeLayer
from pytoon_pipeline_tests.harness.layout import apart, area_of, texts
from pytoon_pipeline_tests.harness.plans import planned, still


def test_a_cut_out_stands_on_a_floor_in_the_accent_colour_with_a_contact_shadow() -> None:
    spec = planned([still(700, 1400, transparent=True)], archetype="overlay", text="50% OFF!", preset="flash-sale")
    shapes = {one.name: one for one in spec.scenes[0].layers if isinstance(one, ShapeLayer)}
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    floor, shadow = shapes["floor"], shapes["contact shadow"]
    assert floor.fill.colours == ("#FFFFFF",)
    foot = product.transform.y[0].value + product.height / 2
    assert foot - product.height < area_of(floor).top < foot < 1920 < area_of(floor).bottom
    assert apart(area_of(floor), area_of(texts(spec)[0]))
    assert abs(shadow.transform.y[0].value - foot) <= 40


def test_a_cut_out_is_near_on_every_other_page_and_never_reaches_the_text() -> None:
    text = {"hook": "Time to switch", "beats": ["Nine days of battery", "Water-resistant"]}
    spec = planned([still(900, 900, transparent=True)], archetype="overlay", text=text, preset="tech-launch")
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    keys = product.transform.scale
    assert keys[2].value > 1.08 * keys[1].value
    shown = [(start, layer) for start, _, layer in spec.texts() if layer.role != "other"]
    starts = [start for start, _ in shown]
    assert [key.frame for key in keys[1::2]][:2] == starts[1:], "it moves where the text changes"
    for y, scale in zip(product.transform.y, keys, strict=True):
        top = y.value - scale.value * product.height / 2
        assert all(area_of(one).bottom <= top + 2 for _, one in shown)


@pytest.mark.parametrize("aspect", CANVASES)
@pytest.mark.parametrize("size", [(700, 1400), (900, 900), (1400, 800)])
def test_a_cut_out_stays_in_the_frame_of_each_format_but_for_close_ups_on_tall_ones(
    aspect: Aspect, size: tuple[int, int]
) -> None:
    text = {"hook": "Time to switch", "beats": ["Nine days of battery"]}
    cut = still(*size, transparent=True)
    spec = planned([cut], archetype="overlay", text=text, preset="tech-launch", outputs=[aspect])
    product = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    x, movement = product.transform.x[0].value, product.transform
    for n, (y, scale) in enumerate(zip(movement.y, movement.scale, strict=True)):
        if aspect == "9:16" and n % 4 > 1:
            assert 1.1 < scale.value <= 1.42
            assert scale.value * product.width <= 1.06 * spec.width + 2
            continue
        assert y.value + scale.value * product.height / 2 <= spec.height - 58
        assert x + scale.value * product.width / 2 <= spec.width - 30
    assert max(product.width / spec.width, product.height / spec.height) > 0.3, "it is no small detail"


@pytest.mark.parametrize("size", [(700, 1400), (1400, 800)])
def test_texts_stand_beside_a_cut_out_and_its_floor_on_a_landscape_frame(size: tuple[int, int]) -> None:
    cut, text = still(*size, transparent=True), {"hook": "Time to switch", "beats": ["Nine days of battery"]}
    spec = planned([cut], archetype="overlay", text=text, preset="tech-launch", outputs=["16:9"])
    layers = {layer.name: layer for layer in spec.scenes[0].layers}
    product, floor = area_of(layers["product"]), area_of(layers["floor"])  # type: ignore[arg-type]
    middle, radius = (floor.left + floor.right) / 2, floor.width / 2
    chord = (radius**2 - (radius - (spec.height - floor.top)) ** 2) ** 0.5
    for _, _, layer in spec.texts():
        if layer.role == "other":
            continue
        area = area_of(layer)
        assert area.right < product.left
        assert area.right <= middle - chord + 1, "no text across the edge of the floor"
        assert abs((area.top + area.bottom) / 2 - spec.height / 2) < 0.1 * spec.height
    assert product.height > 0.35 * spec.height
