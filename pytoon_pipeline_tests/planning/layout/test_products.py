"""Product layouts: one by one, side by side, picture in picture."""

import itertools

import pytest

from pytoon_pipeline.contracts.spec.layers import TextLayer
from pytoon_pipeline_tests.harness.layout import apart, area_of, items
from pytoon_pipeline_tests.harness.plans import footage, planned, still


@pytest.mark.parametrize("arrange", ["one_by_one", "split", "picture_in_picture"])
def test_products_and_headline_do_not_cover_each_other(arrange: str) -> None:
    wishes = ["item-0", {"file": "item-1", "text": "Its own text"}, "item-2"]
    spec = planned(
        items(3, width=700, height=1400), media_wishes=wishes, archetype="overlay", text="Three of a kind",
        adjust={"layout": {"arrange": arrange}},
    )  # fmt: skip
    title = next(layer for layer in spec.overlays if isinstance(layer, TextLayer) and layer.role == "headline")
    headline = area_of(title)
    for scene in (scene for scene in spec.scenes if scene.start < title.start + (title.frames or 0)):
        products = [layer for layer in scene.layers if layer.name == "product"]
        own = [layer for layer in scene.layers if isinstance(layer, TextLayer)]
        assert products
        for layer in (*products, *own):
            assert apart(headline, area_of(layer))  # type: ignore[arg-type]
        for product, text in itertools.product(products, own):
            assert apart(area_of(product), area_of(text))  # type: ignore[arg-type]


def test_clips_shown_together_respect_the_longest_video_and_their_own_ends() -> None:
    clips = [footage(1.0, item=f"{n:064x}", sound=False) for n in range(5)]
    spec = planned(clips, archetype="overlay", max_seconds=4.0, adjust={"layout": {"arrange": "split"}})
    assert spec.frames <= 4 * 30
    assert all(scene.frames <= 30 for scene in spec.scenes)


def test_products_shown_together_respect_the_longest_video() -> None:
    pictures = [still(800, 800, item=f"{n:064x}") for n in range(7)]
    spec = planned(pictures, archetype="overlay", max_seconds=9.0, adjust={"layout": {"arrange": "split"}})
    assert spec.frames <= 9 * 30
