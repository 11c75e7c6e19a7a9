"""Text placement: inside the safe area, and over no subject."""

from dataclasses import replace

import pytest

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline_tests.harness.layout import area_of, items, texts
from pytoon_pipeline_tests.harness.plans import planned, still


def test_a_headline_does_not_cover_a_face() -> None:
    face = Face(time=0, box=Box(x=0.3, y=0.12, width=0.4, height=0.25), score=0.9)
    spec = planned([still(1080, 1920, faces=[face])], text="Not over my face", fit="cover")
    layer = spec.scenes[0].layers[0]
    assert isinstance(layer, ImageLayer)
    window = crop_at(layer.crop_path, 60, 60)
    top, bottom = ((y - window.y) / window.height * 1920 for y in (0.12, 0.37))
    text = area_of(texts(spec)[0])
    assert text.top >= bottom or text.bottom <= top


def test_a_headline_and_an_item_text_follow_each_other() -> None:
    wishes = [{"file": "item-0", "text": "A text of its own for this one"}]
    spec = planned([still(1080, 1920)], media_wishes=wishes, text="And a headline over the whole video")
    (_, end, _), (start, _, label) = spec.texts()
    assert end <= start, "one message at a time"
    assert label.text == "A text of its own for this one"


@pytest.mark.parametrize("platform", ["tiktok", "reels", "shorts", "any"])
@pytest.mark.parametrize(
    ("archetype", "preset"),
    [("hero", "clean-product"), ("hero", "night-neon"), ("hero", "handmade"), ("overlay", "bold-offer"),
     ("overlay", "soft-editorial"), ("overlay", "split-showcase"), ("meme", "classic-meme"), ("meme", "paper-meme")],
)  # fmt: skip
def test_texts_stay_in_the_safe_area(platform: str, archetype: str, preset: str) -> None:
    wishes = [{"file": f"item-{n}", "text": f"Item {n}"} for n in range(3)]
    text = {"hook": "A hook that is somewhat longer than usual", "beats": ["One", "Two"], "cta": "Buy it now"}
    spec = planned(
        items(3), media_wishes=wishes, archetype=archetype, preset=preset, text=text, platform=platform, brand="acme",
        brand_safe=False, logo=still(640, 240, item="d" * 64, transparent=True),
    )  # fmt: skip
    safe = spec.constraints.safe_area
    found = texts(spec)
    assert len(found) >= 3
    for layer in found:
        place = area_of(layer)
        if layer.role == "other":
            place = replace(place, top=max(place.top, safe.top), bottom=min(place.bottom, safe.bottom))
        assert spec.constraints.excess(place) <= 0


@pytest.mark.parametrize(
    ("archetype", "preset", "transparent"),
    [("hero", "bold-offer", False), ("overlay", "soft-editorial", True), ("meme", "classic-meme", False)],
)
def test_titles_above_the_buttons_use_the_width_of_the_frame(archetype: str, preset: str, transparent: bool) -> None:
    text = {"hook": "Extraordinarily delicious", "cta": "Buy it now"}
    spec = planned([still(900, 900, transparent=transparent)], archetype=archetype, preset=preset, text=text)
    hook = next(layer for layer in texts(spec) if layer.role == "hook")
    place, upper = area_of(hook), spec.constraints.upper_area
    assert upper is not None
    assert place.bottom <= upper.bottom
    column = 2 * (spec.constraints.safe_area.right - spec.width / 2)
    assert column < place.width <= upper.width, "wider than a centred column beside the buttons"
