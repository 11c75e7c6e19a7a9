"""Cards on a ground, below their text."""

import pytest

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline_tests.harness.layout import apart, area_of, texts
from pytoon_pipeline_tests.harness.plans import planned, still


@pytest.mark.parametrize(("width", "height"), [(1600, 900), (1000, 1000), (900, 1600), (300, 1400)])
def test_a_card_and_its_text_share_the_frame_and_do_not_touch(width: int, height: int) -> None:
    fit = "contain" if height > width else "auto"
    spec = planned([still(width, height)], text="A headline of some words", preset="fresh-cards", fit=fit)
    card = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    for text in texts(spec):
        assert apart(area_of(card), area_of(text))  # type: ignore[arg-type]
        assert area_of(text).top >= spec.constraints.safe_area.top
    place = area_of(card)  # type: ignore[arg-type]
    assert place.bottom <= 1920 - 40, "it keeps the distance to the lower edge that it has to the sides"
    if width > 300:
        assert place.width >= 0.86 * 1080 or place.height >= 0.55 * 1920
    effects = [effect for layer in spec.scenes[0].layers for effect in layer.effects]
    assert {"rounded", "shadow"} <= {effect.model_dump()["kind"] for effect in effects}


def test_titles_and_its_own_text_stand_above_a_card() -> None:
    wishes = [{"file": "item-0", "text": "Its own"}]
    spec = planned([still(1200, 1200)], media_wishes=wishes, text="The title", preset="fresh-cards")
    card = next(layer for layer in spec.scenes[0].layers if layer.name == "product")
    roles = {layer.role: area_of(layer) for layer in texts(spec)}
    place = area_of(card)  # type: ignore[arg-type]
    assert max(roles["headline"].bottom, roles["item"].bottom) <= place.top


def test_a_crop_keeps_the_heads() -> None:
    face = Face(time=0, box=Box(x=0.7, y=0.2, width=0.12, height=0.2), score=0.9)
    spec = planned([still(1600, 900, faces=[face])], preset="fresh-cards")
    path = next(layer for layer in spec.scenes[0].layers if layer.name == "product").crop_path  # type: ignore[union-attr]
    key = path.keyframes[0]
    assert key.x - path.width / 2 <= 0.7
    assert key.x + path.width / 2 >= 0.82
