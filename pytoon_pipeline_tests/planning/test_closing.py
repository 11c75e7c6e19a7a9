"""How a video without a brand closes."""

import pytest

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.request import Fit, MediaRequest, TextRequest
from pytoon_pipeline.contracts.spec.layers import ImageLayer, TextLayer
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.closing import closing_brand, with_call_to_action
from pytoon_pipeline_tests.harness.layout import apart, area_of
from pytoon_pipeline_tests.harness.plans import planned, still

TEXT = {"hook": "Wake up slowly", "beats": ["Roasted on Monday"], "cta": "Order now"}


def test_a_call_to_action_gets_a_button_below_a_picture_and_the_hook() -> None:
    spec = planned([still()], text=TEXT)
    card = spec.scenes[-1]
    found = {layer.name: layer for layer in card.layers if isinstance(layer, TextLayer | ImageLayer)}
    assert list(found) == ["picture", "out of focus", "end card", "button"]
    assert area_of(found["out of focus"]).top == 0, "the picture fills the frame"  # type: ignore[arg-type]
    areas = [area_of(layer) for name, layer in found.items() if name != "out of focus"]  # type: ignore[arg-type]
    assert all(apart(a, b) for n, a in enumerate(areas) for b in areas[n + 1 :])
    assert card.background_layers == 0, "nothing is seen behind it"
    assert [layer.text for _, _, layer in spec.texts() if layer.role == "cta"] == ["Order now"]
    assert spec.notes == ()


@pytest.mark.parametrize(
    ("text", "items", "closes"),
    [
        ({"hook": "Wake up slowly", "beats": ["Roasted on Monday"]}, 1, True),
        ("Packed for the weekend", 3, True),
        ("Wake up slowly", 1, True),
        (None, 1, False),
    ],
)
def test_without_a_call_to_action_a_short_hook_comes_back(text: object, items: int, closes: bool) -> None:
    spec = planned([still(item=f"{n:064x}") for n in range(items)], text=text)
    assert (len(spec.scenes) == items + 1) == closes
    if closes:
        assert [layer.name for _, _, layer in spec.texts()][-1] == "end card"


@pytest.mark.parametrize("preset", ["clean-product", "soft-editorial", "fresh-cards"])
def test_after_a_long_text_the_picture_fills_the_frame_alone(preset: str) -> None:
    text = {"hook": "A hook that is much too long to be shown once more", "beats": ["One"]}
    spec = planned([still()], text=text, preset=preset)
    last = spec.scenes[-1]
    (picture,) = (layer for layer in last.layers if isinstance(layer, ImageLayer))
    assert (picture.width, picture.height) == (1080, 1920)
    assert all(start + 1 < last.start + 12 for start, _, _ in spec.texts()), "no text stands on it"
    (product,) = planned([still(transparent=True)], text=text, archetype="overlay").scenes[-1:]
    (cut_out,) = (layer for layer in product.layers if isinstance(layer, ImageLayer))
    assert [layer.name for layer in product.layers][-2:] == ["contact shadow", "picture"]
    assert area_of(cut_out).bottom <= 0.8 * 1920


def item(material: AnalysedMedia, fit: Fit = "auto") -> PlanItem:
    return PlanItem(0, material, MediaRequest(file="a.jpg"), fit)


@pytest.mark.parametrize("name", ["clean-product", "fresh-cards", "bold-offer", "night-neon", "big-type", "handmade"])
def test_its_colours_can_be_told_apart(name: str) -> None:
    colours = closing_brand(load_preset(name), (item(still()),), "Wake up", CANVASES["9:16"]).colours
    for ground in (colours.primary, colours.secondary):
        assert contrast(luminance_of(colours.text), luminance_of(ground)) >= 4.5
        assert contrast(luminance_of(colours.accent), luminance_of(ground)) >= 3


def test_short_videos_and_long_calls_have_none() -> None:
    assert "button" not in [layer.name for _, _, layer in planned([still()], text=TEXT, max_seconds=4).texts()]


def test_a_last_beat_that_asks_for_something_is_the_call_to_action() -> None:
    asking = with_call_to_action(TextRequest(hook="Figs", beats=("One", "Save this for later")))
    assert isinstance(asking, TextRequest)
    assert (asking.beats, asking.cta) == (("One",), "Save this for later")
    telling = TextRequest(hook="Figs", beats=("One", "Booking opens in May"))
    assert with_call_to_action(telling) == telling


def test_the_card_covers_the_content_instead_of_mixing_with_it() -> None:
    transition = planned([still()], text=TEXT, transition="crossfade").scenes[-1].transition
    assert transition is not None
    assert transition.kind == "push_up"
    assert planned([still()], text=TEXT, brand="verde").scenes[-1].transition is None, "its brand allows cuts"


def test_the_card_continues_the_ground_of_the_video() -> None:
    preset, neon, tall, wide = (
        load_preset("clean-product"),
        load_preset("night-neon"),
        still(1080, 1920),
        still(300, 200),
    )

    def ground(one: PlanItem) -> str:
        return closing_brand(preset, (one,), "", CANVASES["9:16"]).colours.primary

    own = tall.sampled.tones.shade
    assert ground(item(tall)) == ground(item(wide, "cover")) == ground(item(wide)) == own
    dark = closing_brand(neon, (item(tall),), "", CANVASES["9:16"]).colours.primary
    assert dark == neon.background.colours[0] != own, "a dark preset keeps its own"
    # A picture on a card stands on the ground of the preset.
    assert ground(item(tall, "contain")) == preset.background.colours[0] != own
