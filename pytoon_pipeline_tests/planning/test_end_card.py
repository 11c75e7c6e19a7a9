"""The end card: what stands on it, where, in which colours, and when it comes in."""

from itertools import pairwise

import pytest

from pytoon_pipeline.config.presets import load_brand
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import CANVASES, Aspect
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.planning.end_card import EndCard, end_card
from pytoon_pipeline_tests.harness.layout import apart, area_of
from pytoon_pipeline_tests.harness.plans import RATE, planned, still, tones

CANVAS = CANVASES["9:16"]
AREA = Rect(left=65, top=270, right=940, bottom=1440)
LOGO = still(640, 240, item="d" * 64, transparent=True, grey=tones(0.9, 0.95))


def brand(colours: dict[str, str] | None = None, **card: object) -> Brand:
    acme = load_brand("acme")
    return acme.model_copy(
        update={
            "colours": acme.colours.model_copy(update=colours or {}),
            "end_card": acme.end_card.model_copy(update=card),
        }
    )


@pytest.mark.parametrize("aspect", CANVASES)
def test_the_parts_stand_apart_in_every_format(aspect: Aspect) -> None:
    canvas, tall = CANVASES[aspect], CANVASES["9:16"]
    safe = AREA if canvas == tall else Rect(54, 54, canvas.width - 54, canvas.height - 54)
    for logo in (LOGO, still(600, 600, item="d" * 64, transparent=True, grey=tones(0.1, 0.2))):
        card = end_card(brand(handle="acme.example"), logo, canvas, safe, RATE, 4.5, "Order now")
        assert card is not None
        areas = [area_of(layer) for name, layer in parts(card).items() if name != "plate"]  # type: ignore[arg-type]
        scene = card.sequence.scenes[0]
        disc = area_of(scene.layers[scene.background_layers - 1])  # type: ignore[arg-type]
        assert all(above.bottom + 40 <= below.top for above, below in pairwise(areas))
        assert areas[-2].bottom + 24 <= disc.top < areas[-1].top
        assert safe.top <= areas[0].top
        assert areas[-1].bottom <= safe.bottom


def test_the_button_stays_in_the_safe_zone_when_it_pulses() -> None:
    one = brand(text="Wake up slowly", button="Order before noon, get it now", handle="")
    card = end_card(one, None, CANVAS, AREA, RATE, 4.5, pictures=(still(600, 600),))
    assert card is not None
    shown = parts(card)
    assert list(shown) == ["arch", "picture", "end card", "button"]
    button = shown["button"]
    assert isinstance(button, TextLayer)
    frames = range(button.start, card.sequence.scenes[0].frames)
    moments = [transform_at(button.transform, frame) for frame in frames[len(frames) // 2 :]]
    assert max(moment.scale for moment in moments) > 1.02
    assert max(moment.y + button.height / 2 * moment.scale for moment in moments) <= AREA.bottom


def card_of(one: Brand, cta: str = "", logo: object = LOGO) -> EndCard:
    card = end_card(one, logo, CANVAS, AREA, RATE, 4.5, cta)  # type: ignore[arg-type]
    assert card is not None
    return card


def parts(card: EndCard) -> dict[str, Layer]:
    (scene,) = card.sequence.scenes
    assert scene.layers[scene.background_layers - 1].name == "disc"
    return {layer.name: layer for layer in scene.layers[scene.background_layers :]}


def test_logo_text_button_and_handle_stand_below_each_other_in_the_safe_zone() -> None:
    card = card_of(brand(handle="acme.example"), "Order now")
    found = parts(card)
    assert list(found) == ["logo", "end card", "button", "handle"]
    assert card.button
    areas = [area_of(layer) for layer in found.values()]  # type: ignore[arg-type]
    for above, below in pairwise(areas):
        assert above.bottom < below.top
        assert apart(above, below)
    assert all(AREA.left <= one.left and one.right <= AREA.right for one in areas)
    assert AREA.top < areas[0].top
    assert areas[-1].bottom < AREA.bottom
    assert 0.36 <= found["logo"].width / 1080 <= 0.44


def test_the_parts_come_in_one_by_one_and_overshoot() -> None:
    found = parts(card_of(brand(), "Order now"))
    starts = [found[name].start for name in ("logo", "end card", "button")]
    assert starts == sorted(set(starts))
    logo, button = found["logo"].transform, found["button"].transform
    assert transform_at(logo, 0).opacity == 1, "the card begins with its first part"
    assert transform_at(button, found["button"].start).opacity == 0
    sizes = [transform_at(logo, frame).scale for frame in range(54)]
    assert sizes[found["logo"].start] < 0.6
    assert 1.03 < max(sizes) < 1.15
    assert sizes[-1] == 1
    heights = [transform_at(button, frame).y for frame in range(54)]
    assert heights[0] > heights[-1] > min(heights)


def test_the_button_has_the_accent_colour_and_a_label_that_can_be_read() -> None:
    button = parts(card_of(brand(), "Order now"))["button"]
    assert isinstance(button, TextLayer)
    assert button.lines == ("Order now",)
    assert button.style.background is not None
    assert button.style.background.colour == "#FF7F11"
    assert contrast(luminance_of(button.style.colour), luminance_of("#FF7F11")) >= 4.5


@pytest.mark.parametrize(
    "colours",
    [{"accent": "#153A60"}, {"text": "#14375E"}, {"accent": "#12355B", "text": "#12355B"}, {"primary": "#FFFFFF"}],
)
def test_colours_without_contrast_are_replaced_with_a_note(colours: dict[str, str]) -> None:
    card = card_of(brand(colours), "Order now")
    assert {note.code for note in card.sequence.notes} == {"brand_contrast"}
    (scene,) = card.sequence.scenes
    text, button = parts(card)["end card"], parts(card)["button"]
    assert isinstance(text, TextLayer)
    assert isinstance(button, TextLayer)
    assert button.style.background is not None
    plate = button.style.background.colour
    assert contrast(luminance_of(text.style.colour), luminance_of(scene.background)) >= 4.5
    assert contrast(luminance_of(plate), luminance_of(scene.background)) >= 3
    assert contrast(luminance_of(button.style.colour), luminance_of(plate)) >= 4.5


def test_a_logo_of_the_colour_of_its_ground_stands_on_a_plate() -> None:
    dark = still(640, 240, item="d" * 64, transparent=True, grey=tones(0.03, 0.035))
    found = parts(card_of(brand(), logo=dark))
    assert list(found) == ["plate", "logo", "end card", "handle"]
    plate, logo, text = (area_of(found[name]) for name in ("plate", "logo", "end card"))  # type: ignore[arg-type]
    assert plate.intersection(logo) == logo
    assert plate.bottom < text.top


def test_the_request_decides_the_button_and_the_brand_has_one_of_its_own() -> None:
    card = card_of(brand(button="Shop now"))
    assert not card.button
    assert isinstance(own := parts(card)["button"], TextLayer)
    assert own.lines == ("Shop now",)
    assert isinstance(asked := parts(card_of(brand(button="Shop now"), "Order today"))["button"], TextLayer)
    assert asked.lines == ("Order today",)
    assert end_card(brand(seconds=0), LOGO, CANVAS, AREA, RATE, 4.5, "Order now") is None
    assert end_card(brand(text="", handle=""), None, CANVAS, AREA, RATE, 4.5) is None


def test_a_call_to_action_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cta"):
        card_of(brand(), "Order " * 40)


def test_the_call_to_action_stands_on_the_end_card_and_nowhere_else() -> None:
    text = {"hook": "Wake up", "cta": "Order now"}
    spec = planned([still()], brand="acme", logo=LOGO, text=text)
    buttons = [layer for _, _, layer in spec.texts() if "Order now" in layer.text]
    assert [layer.name for layer in buttons] == ["button"]
    long = {"hook": "Wake up", "cta": "Order now, and tell all of your friends about it"}
    without = planned([still()], text=long)
    assert {layer.role for _, _, layer in without.texts()} == {"hook", "cta"}
    assert all(layer.name != "button" for _, _, layer in without.texts())
    meme = planned([still()], brand="acme", logo=LOGO, text=text, archetype="meme", preset="classic-meme")
    assert [layer.name for _, _, layer in meme.texts() if layer.role == "cta"] == ["cta"]


@pytest.mark.parametrize("text", ["Storm season is here", "Sale"])
def test_a_title_leaves_room_for_the_picture_and_the_picture_is_there_at_once(text: str) -> None:
    card = end_card(
        brand(text=text, handle=""), None, CANVAS, AREA, RATE, 4.5, "Book an inspection", (still(1200, 900),)
    )
    assert card is not None
    found = parts(card)
    picture, button = area_of(found["picture"]), area_of(found["button"])  # type: ignore[arg-type]
    assert (picture.left + picture.right, picture.bottom) == (1080, 1920), "it stands at the end of the frame"
    assert picture.width >= 0.8 * 1080
    assert picture.height >= 0.38 * 1920
    assert button.bottom + 40 <= picture.top
    assert button.width >= 0.7 * 1080
    assert (found["picture"].start, transform_at(found["picture"].transform, 0).opacity) == (0, 1)


def test_a_high_logo_leaves_room_for_texts_of_two_lines() -> None:
    high = still(600, 600, item="d" * 64, transparent=True, grey=tones(0.1, 0.2))
    found = parts(card_of(brand(text="Wake up slowly every day", handle=""), "Order before the long afternoon", high))
    assert list(found) == ["plate", "logo", "end card", "button"]
    plate, button = area_of(found["plate"]), area_of(found["button"])  # type: ignore[arg-type]
    assert AREA.top <= plate.top
    assert button.bottom <= AREA.bottom


@pytest.mark.parametrize("cta", ["Plant something wild", "Book an inspection"])
def test_titles_and_buttons_break_lines_rather_than_get_small(cta: str) -> None:
    one = brand(text="How segmentation works", handle="")
    found = parts(end_card(one, None, CANVAS, AREA, RATE, 4.5, cta, (still(1200, 900),)))  # type: ignore[arg-type]
    title, button = found["end card"], found["button"]
    assert isinstance(title, TextLayer)
    assert isinstance(button, TextLayer)
    assert button.style.size >= 76
    assert 60 <= title.style.size <= 2 * button.style.size, "what people should do matters"
    assert "picture" in found


def test_all_products_come_back_on_a_floor_below_the_title() -> None:
    products = [still(800, 800, item=f"{n:064x}", transparent=True) for n in range(3)]
    card = end_card(brand(text="Packed for the weekend", handle=""), None, CANVAS, AREA, RATE, 4.5, "", products)
    assert card is not None
    (scene,) = card.sequence.scenes
    areas = [area_of(one) for one in scene.layers if one.name == "picture"]  # type: ignore[arg-type]
    assert len(areas) == 3
    assert all(apart(a, b) for n, a in enumerate(areas) for b in areas[n + 1 :])
    assert all(one.bottom <= 1920 and one.left >= 0 and one.right <= 1080 for one in areas)
    assert max(one.bottom for one in areas) - min(one.top for one in areas) > 700
    title = next(area_of(one) for one in scene.layers if isinstance(one, TextLayer))
    assert title.bottom + 40 <= min(one.top for one in areas)


@pytest.mark.parametrize("aspect", CANVASES)
@pytest.mark.parametrize("handle", ["", "acme.example"])
@pytest.mark.parametrize("transparent", [False, True])
def test_the_picture_stands_clear_of_the_texts_in_every_format(aspect: Aspect, handle: str, transparent: bool) -> None:
    canvas = CANVASES[aspect]
    safe = AREA if aspect == "9:16" else Rect(96, 54, canvas.width - 96, canvas.height - 54)
    one = brand(text="Introducing our new roast", handle=handle)
    picture = still(900, 900, transparent=transparent)
    card = end_card(one, LOGO if handle else None, canvas, safe, RATE, 4.5, "Order now", (picture,))
    assert card is not None
    found = parts(card)
    shown = area_of(found["picture"])  # type: ignore[arg-type]
    texts = [area_of(found[name]) for name in ("end card", "button", *(["handle", "logo"] if handle else []))]  # type: ignore[arg-type]
    assert all(apart(text, shown) for text in texts)
    assert all(apart(a, b) for n, a in enumerate(texts) for b in texts[n + 1 :])
    assert all(safe.top <= text.top and text.bottom <= safe.bottom for text in texts)
    assert shown.intersection(canvas.area).area >= 0.06 * canvas.area.area
    if aspect == "16:9":
        assert all(text.left == safe.left for text in texts), "one edge"
        assert max(text.right for text in texts) < shown.left


def test_texts_that_fill_the_frame_leave_the_pictures_out() -> None:
    high = still(600, 600, item="d" * 64, transparent=True, grey=tones(0.1, 0.2))
    one = brand(text="Wake up slowly every day of the week", handle="acme.example")
    safe = Rect(54, 54, 1026, 1026)
    card = end_card(one, high, CANVASES["1:1"], safe, RATE, 4.5, "Order before the long afternoon", (still(600, 600),))
    assert card is not None
    assert "picture" not in parts(card)
    assert "handle" in parts(card)
