"""The end card: a logo, a line of text, the call to action as a button, and a handle, one by one, over or beside the
pictures of the video, or over a floor in the accent colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import HEIGHT, Canvas
from pytoon_pipeline.contracts.preset import BackgroundSettings
from pytoon_pipeline.contracts.spec.layers import Layer
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import colour_backdrop
from pytoon_pipeline.planning.card_colours import CardColours
from pytoon_pipeline.planning.closing_picture import ClosingLook, closing_picture
from pytoon_pipeline.planning.end_card_motion import coming
from pytoon_pipeline.planning.end_card_parts import (
    BUTTON_PADDING,
    HANDLE_IN,
    LOGO_HEIGHT,
    TEXT_IN,
    CardPart,
    at_least,
    button_part,
    logo_parts,
    text_part,
)
from pytoon_pipeline.planning.end_card_places import HANDLE_Y, INSET, PlacedCard, free_height, place_card, texts_area
from pytoon_pipeline.planning.layout.backgrounds import Background, designed_background, disc
from pytoon_pipeline.planning.layout.beside import is_landscape
from pytoon_pipeline.planning.layout.text_fit import TextBox, clean, fit
from pytoon_pipeline.planning.layout.titles import symmetric
from pytoon_pipeline.planning.sequences import SceneSequence

# The logo's largest height above pictures, as a share of the frame's.
LOGO_OVER_PICTURES = 0.15
# Sizes of texts in pixels: preferred and smallest. Without a logo the text is the card's title.
TEXT_SIZES, BUTTON_SIZES, HANDLE_SIZES = (132, 52), (120, 52), (72, 48)
TITLE_SIZES, TITLE_LINES, LINE_HEIGHT = (250, 64), 4, 1.08
# A title above a button and pictures.
SMALL_TITLE_SIZES = (200, 60)
# The largest height of a title as a share of the frame's: alone, beside pictures, and over them without and with a
# button.
TITLE_SHARE, TITLE_BESIDE, TITLE_OVER_PICTURES = 0.4, 0.52, (0.32, 0.245)
# Titles and buttons that can have these sizes are not smaller, whatever their lines then look like.
TITLE_SIZE, BUTTON_SIZE = 88, 76
# A title of at most so many characters is a number or a word, which may be larger.
SHORT_TITLE, SHORT_TITLE_SIZES = 6, (480, 200)
TEXT_LINES, BUTTON_LINES, LINES_WITH_PICTURES = 2, 2, 3
# The least width of a button, which beside pictures is as wide as its text, and the largest of a handle, in pixels.
BUTTON_WIDTH, HANDLE_WIDTH = 760, 760
# Texts above pictures, and buttons, are smaller on lower frames, down to this share of their size.
MIN_SCALE = 0.75
# A disc of the second colour rises into the lower part, in pixels, at its time.
DISC_RISE, DISC_IN = 700, 0.0


@dataclass(frozen=True)
class EndCard:
    """The closing scene of a brand. ``button`` says whether it shows the call to action."""

    sequence: SceneSequence
    button: bool


def end_card(
    brand: Brand | None,
    logo: AnalysedMedia | None,
    canvas: Canvas,
    safe_area: Rect[int],
    rate: FrameRate,
    min_contrast: float,
    call_to_action: str = "",
    pictures: Sequence[AnalysedMedia] = (),
    look: ClosingLook | None = None,
    upper_area: Rect[int] | None = None,
) -> EndCard | None:
    """The end card, with ``call_to_action`` or else the brand's on its button; none where the brand has none.

    ``pictures`` are those of the video. They stand below the texts, on landscape frames beside them, as ``look`` says,
    unless the texts leave them too little room. A title above them may be as wide as ``upper_area``.

    Raises ``InvalidInput`` when a text does not fit.
    """
    if brand is None or brand.end_card.seconds <= 0:
        return None
    asked = clean(call_to_action)
    colours = CardColours(brand, min_contrast, bool(asked or clean(brand.end_card.button)))
    area = texts_area(canvas, safe_area, bool(pictures))
    upper = upper_area if pictures and upper_area is not None and not is_landscape(canvas) else None
    parts = _parts(brand, logo, canvas, area, colours, asked, bool(pictures), upper)
    if not parts and not pictures:
        return None
    card = place_card(parts, canvas, area, bool(pictures))
    if card is None:
        return end_card(brand, logo, canvas, safe_area, rate, min_contrast, call_to_action, (), look, upper_area)
    # A card is never empty: what comes first is seen from its first frame.
    first = min((part.start for part in card.parts), default=0.0)
    shown = [replace(part, start=0.0) if part.start == first else part for part in card.parts]
    placed = replace(card, parts=shown)
    return EndCard(_sequence(placed, brand, colours, rate, canvas, pictures, look or ClosingLook()), bool(asked))


def _parts(
    brand: Brand,
    logo: AnalysedMedia | None,
    canvas: Canvas,
    area: Rect[int],
    colours: CardColours,
    asked: str,
    pictures: bool,
    upper: Rect[int] | None,
) -> list[CardPart]:
    """The parts in ``area``, a title in ``upper`` if it is given, from the logo to the handle, without places."""
    height, width = canvas.height, area.width
    beside = pictures and is_landscape(canvas)
    button, handle = asked or clean(brand.end_card.button), clean(brand.end_card.handle)
    align: Literal["left", "centre"] = "left" if beside else "centre"
    parts: list[CardPart] = []
    if text := clean(brand.end_card.text):
        titled = logo is None and not handle
        box = _text_box(text, brand, canvas, area, titled=titled, button=bool(button), pictures=pictures)
        if titled and upper is not None:
            box = _as_wide(text, box, symmetric(upper, canvas))
        parts.append(text_part("end card", text, box, colours.text, "brand.end_card.text", TEXT_IN, align))
    if button:
        field = "text.cta" if asked else "brand.end_card.button"
        sizes = round(_scale(canvas) * BUTTON_SIZES[0]), BUTTON_SIZES[1]
        box = TextBox(brand.fonts.headline, *sizes, width - 2 * BUTTON_PADDING, height, BUTTON_LINES)
        line = replace(box, lines=1, min_size=min(BUTTON_SIZE, box.size))
        box = line if fit(button, line) else at_least(button, box, min(BUTTON_SIZE, box.size))
        least = 0 if beside else min(BUTTON_WIDTH, width)
        parts.append(button_part(button, box, colours, field, least))
    if handle:
        box = TextBox(brand.fonts.body, *HANDLE_SIZES, min(width, HANDLE_WIDTH), height, 1)
        # With pictures, it is the last line of the texts; else it stands on the disc.
        colour = colours.text if pictures else colours.handle
        part = text_part("handle", handle, box, colour, "brand.end_card.handle", HANDLE_IN, align)
        on_disc = min(round(HANDLE_Y * height / HEIGHT), area.bottom - part.height / 2)
        parts.append(part if pictures else replace(part, y=on_disc))
    if logo is not None:
        highest = LOGO_OVER_PICTURES if pictures and not beside else LOGO_HEIGHT
        free = min(free_height(parts, canvas, area), highest * height)
        parts = [*logo_parts(logo, colours, canvas, width, free), *parts]
    return parts


def _text_box(
    text: str, brand: Brand, canvas: Canvas, area: Rect[int], *, titled: bool, button: bool, pictures: bool
) -> TextBox:
    """The space of the card's text. Without a logo and a handle, it is ``titled``: the text is its title."""
    beside = pictures and is_landscape(canvas)
    if not titled:
        size = round((_scale(canvas) if pictures and not beside else 1.0) * TEXT_SIZES[0])
        return TextBox(brand.fonts.headline, size, TEXT_SIZES[1], area.width, canvas.height, TEXT_LINES, LINE_HEIGHT)
    sizes = SHORT_TITLE_SIZES if len(text) <= SHORT_TITLE and not pictures else TITLE_SIZES
    share, lines = TITLE_SHARE, TITLE_LINES
    if pictures:
        share, lines = TITLE_BESIDE if beside else TITLE_OVER_PICTURES[button], LINES_WITH_PICTURES
        sizes = SMALL_TITLE_SIZES if button and not beside else sizes
    box = TextBox(brand.fonts.headline, *sizes, area.width, share * canvas.height, lines, LINE_HEIGHT)
    return at_least(text, box, TITLE_SIZE)


def _as_wide(text: str, box: TextBox, upper: Rect[int]) -> TextBox:
    """``box`` as wide as ``upper`` and no higher than a title in it, where ``text`` is then no smaller."""
    wide = replace(box, width=upper.width - 2 * INSET, height=min(box.height, upper.height - 2 * INSET))
    usual, wider = fit(text, box), fit(text, wide)
    return wide if wider is not None and (usual is None or wider.size >= usual.size) else box


def _scale(canvas: Canvas) -> float:
    return max(MIN_SCALE, min(1.0, canvas.height / HEIGHT))


def _sequence(
    card: PlacedCard,
    brand: Brand,
    colours: CardColours,
    rate: FrameRate,
    canvas: Canvas,
    pictures: Sequence[AnalysedMedia],
    look: ClosingLook,
) -> SceneSequence:
    frames = rate.nearest(brand.end_card.seconds)
    ground, backdrop = _ground(colours, frames, canvas)
    below: tuple[Layer, ...] = ()
    floor = card.floor
    if card.picture is not None:
        picture = closing_picture(pictures, card.picture, canvas, frames, look, colours)
        below, floor = picture.layers, card.floor_at(picture.floor or canvas.height, canvas)
    on_floor = any(part.layer.name == "handle" for part in card.parts) and card.picture is None
    rising = disc(brand.colours.secondary if on_floor else look.floor or colours.button, floor.width, 0, 0)
    middle = ((floor.left + floor.right) / 2, (floor.top + floor.bottom) / 2)
    rises = CardPart(rising, 0.0, DISC_IN, rise=DISC_RISE, x=middle[0], y=middle[1])
    moving = [coming(part, canvas.centre[0], frames, brand.end_card.seconds, rate) for part in (rises, *card.parts)]
    # The disc is part of the ground: it does not move with what stands before it.
    behind_all = (*ground, moving[0])
    layers, count = (*behind_all, *below, *moving[1:]), len(behind_all)
    scene = Scene(start=0, frames=frames, background=colours.ground[0], layers=layers, background_layers=count)
    whole = FrameRange(start=0, end=frames)
    still = (whole,) if all(one.is_still for one in pictures[-1:]) else ()
    return SceneSequence((scene,), backdrop, static=still, notes=tuple(colours.notes))


def _ground(colours: CardColours, frames: int, canvas: Canvas) -> Background:
    """The brand's colours, over which light moves as it does in the rest of the video."""
    settings = BackgroundSettings(kind="gradient", colours=colours.ground, angle=20, shapes=colours.ground[1:])
    layers, _ = designed_background(settings, frames, canvas)
    return layers, lambda area: colour_backdrop(*colours.ground)
