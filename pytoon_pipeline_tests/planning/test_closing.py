"""How a video without a brand closes."""

import pytest

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.request import Fit, MediaRequest, TextRequest
from pytoon_pipeline.contracts.spec.layers import ImageLayer, TextLayer, VideoLayer
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.closing import closing_brand, closing_look, with_call_to_action
from pytoon_pipeline_tests.harness.layout import apart, area_of
from pytoon_pipeline_tests.harness.plans import RATE, footage, planned, still

TEXT = {"hook": "Wake up slowly", "beats": ["Roasted on Monday"], "cta": "Order now"}


def test_a_call_to_action_gets_a_button_below_the_hook_and_above_a_picture() -> None:
    spec = planned([still()], text=TEXT)
    card = spec.scenes[-1]
    found = {layer.name: layer for layer in card.layers if isinstance(layer, TextLayer | ImageLayer)}
    assert list(found) == ["picture", "end card", "button"]
    areas = [area_of(layer) for layer in found.values()]
    assert all(apart(a, b) for n, a in enumerate(areas) for b in areas[n + 1 :])
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


def test_after_a_long_text_there_is_no_card_without_a_message() -> None:
    text = {"hook": "A hook that is much too long to be shown once more", "beats": ["One"]}
    spec = planned([still()], text=text)
    assert len(spec.scenes) == 1
    assert max(end for _, end, _ in spec.texts()) == spec.frames, "the last text stays to the end"


def test_a_video_that_ends_with_a_clip_closes_with_it() -> None:
    spec = planned([footage(seconds=9.0)], text=TEXT, archetype="hero")
    (clip,) = (layer for layer in spec.scenes[-1].layers if isinstance(layer, VideoLayer))
    assert 0 < clip.source_start <= 9 * 30 - spec.scenes[-1].frames
    assert spec.static_ranges == ()
    short = planned([footage(seconds=1.9), footage(seconds=1.9)], text=TEXT, archetype="hero")
    assert not [layer for layer in short.scenes[-1].layers if isinstance(layer, VideoLayer)]


def item(material: AnalysedMedia, fit: Fit = "auto") -> PlanItem:
    return PlanItem(0, material, MediaRequest(file="a.jpg"), fit)


@pytest.mark.parametrize("name", ["clean-product", "fresh-cards", "bold-offer", "night-neon", "big-type", "handmade"])
def test_its_colours_can_be_told_apart(name: str) -> None:
    colours = closing_brand(load_preset(name), (item(still()),), "Wake up").colours
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


def test_the_card_is_the_poster_of_the_video_in_its_accent() -> None:
    preset = load_preset("soft-editorial")
    poster = closing_brand(preset, (item(still()),), "").colours
    assert poster.primary == preset.headline.accent
    assert closing_look(preset, (item(still()),), RATE, own=True).floor == preset.background.colours[0]
    # The pages of texts alone change their grounds already.
    assert closing_brand(preset, (), "").colours.primary == preset.background.colours[0]
    assert closing_look(preset, (item(still()),), RATE, own=False).floor is None, "a brand has its own colours"
