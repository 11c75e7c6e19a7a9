"""The end card: a logo, a line of text, the call to action as a button, and a handle, one by one, over the pictures of
the video or a floor in the accent colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

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
    tile,
)
from pytoon_pipeline.planning.layout.backgrounds import Background, designed_background, disc
from pytoon_pipeline.planning.layout.beside import is_tall
from pytoon_pipeline.planning.layout.text_fit import TextBox, clean, fit
from pytoon_pipeline.planning.sequences import SceneSequence

# The logo's largest height above pictures, as a share of the frame's.
LOGO_OVER_PICTURES = 0.15
# Sizes of texts in pixels: preferred and smallest. Without a logo the text is the card's title.
TEXT_SIZES, BUTTON_SIZES, HANDLE_SIZES = (132, 52), (120, 52), (72, 48)
TITLE_SIZES, TITLE_LINES, LINE_HEIGHT = (250, 64), 4, 1.08
# A title above a button and pictures.
SMALL_TITLE_SIZES = (200, 60)
# The largest height of a title as a share of the frame's: alone; over pictures without and with a button; below a tile.
TITLE_SHARE, TITLE_OVER_PICTURES, TITLE_BELOW_TILE = 0.4, (0.32, 0.245), 0.18
# Titles and buttons that can have these sizes are not smaller, whatever their lines then look like.
TITLE_SIZE, BUTTON_SIZE = 88, 76
# A title of at most so many characters is a number or a word, which may be larger.
SHORT_TITLE, SHORT_TITLE_SIZES = 6, (480, 200)
TEXT_LINES, BUTTON_LINES, LINES_OVER_PICTURES = 2, 2, 3
# Distance between the parts in pixels, and the height of their common centre as a share of the frame.
GAP, CENTRE = 124, 0.43
# Distances between the parts over pictures and from these to the pictures, in pixels; where the pictures begin at the
# earliest, as a share of the frame's height.
SMALL_GAP, PICTURE_GAP, PICTURE_TOP = 64, 80, 0.47
# A disc of the second colour rises into the lower part, in pixels: to its top, or below what stands above the handle,
# which stands on it.
DISC_SIZE, DISC_TOP, DISC_GAP, DISC_RISE, DISC_IN = 2200, 1300, 72, 700, 0.0
HANDLE_Y, HANDLE_WIDTH = 1386, 760


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
) -> EndCard | None:
    """The end card, with ``call_to_action`` or else the brand's on its button; none where the brand has none.

    ``pictures`` are those of the video: they stand below the texts where there is no handle, as ``look`` says; on
    frames that are not tall, the last one stands in place of the logo where there is none.

    Raises ``InvalidInput`` when a text does not fit.
    """
    if brand is None or brand.end_card.seconds <= 0:
        return None
    asked, handle = clean(call_to_action), clean(brand.end_card.handle)
    button = asked or clean(brand.end_card.button)
    below = pictures if is_tall(canvas) and not handle else ()
    picture = None if below or not pictures else pictures[-1]
    colours = CardColours(brand, min_contrast, bool(button))
    middle, height = canvas.centre[0], canvas.height
    width = 2 * min(middle - safe_area.left, safe_area.right - middle) - 40
    parts: list[CardPart] = []
    if text := clean(brand.end_card.text):
        titled = logo is None and not handle
        beside = titled and button and below
        large = SHORT_TITLE_SIZES if len(text) <= SHORT_TITLE and not pictures else TITLE_SIZES
        title_lines = LINES_OVER_PICTURES if below else TEXT_LINES if picture else TITLE_LINES
        share = TITLE_OVER_PICTURES[bool(button)] if below else TITLE_BELOW_TILE if picture else TITLE_SHARE
        sizes, lines = (large, title_lines) if titled else (TEXT_SIZES, TEXT_LINES)
        sizes = SMALL_TITLE_SIZES if beside else sizes
        most = share * height if titled else height
        box = TextBox(brand.fonts.headline, *sizes, width, most, lines, LINE_HEIGHT)
        box = at_least(text, box, TITLE_SIZE) if titled else box
        parts.append(text_part("end card", text, box, colours.text, "brand.end_card.text", TEXT_IN))
    if button:
        field = "text.cta" if asked else "brand.end_card.button"
        box = TextBox(brand.fonts.headline, *BUTTON_SIZES, width - 2 * BUTTON_PADDING, height, BUTTON_LINES)
        line = replace(box, lines=1, min_size=BUTTON_SIZE)
        box = line if fit(button, line) else at_least(button, box, BUTTON_SIZE)
        parts.append(button_part(button, box, colours, field))
    if handle:
        box = TextBox(brand.fonts.body, *HANDLE_SIZES, HANDLE_WIDTH, height, 1)
        part = text_part("handle", handle, box, colours.handle, "brand.end_card.handle", HANDLE_IN)
        parts.append(replace(part, y=min(_scaled(HANDLE_Y, canvas), safe_area.bottom - part.height / 2)))
    free = _free_height(parts, canvas, safe_area)
    if logo is not None:
        highest = LOGO_OVER_PICTURES if below else LOGO_HEIGHT
        parts = [*logo_parts(logo, colours, canvas, min(free, highest * canvas.height)), *parts]
    elif picture is not None:
        parts = [*tile(picture, free), *parts]
    if not parts and not below:
        return None
    # A card is never empty: what comes first is seen from its first frame.
    first = min((part.start for part in parts), default=0.0)
    parts = [replace(part, start=0.0) if part.start == first else part for part in parts]
    return EndCard(_sequence(parts, brand, colours, rate, canvas, safe_area, below, look or ClosingLook()), bool(asked))


def _free_height(below: Sequence[CardPart], canvas: Canvas, safe_area: Rect[int]) -> float:
    """The height that is left for what stands above other parts."""
    return safe_area.height - sum(part.height + _scaled(GAP, canvas) for part in below)


def _sequence(
    parts: Sequence[CardPart],
    brand: Brand,
    colours: CardColours,
    rate: FrameRate,
    canvas: Canvas,
    safe_area: Rect[int],
    pictures: Sequence[AnalysedMedia],
    look: ClosingLook,
) -> SceneSequence:
    frames = rate.nearest(brand.end_card.seconds)
    ground, backdrop = _ground(colours, frames, canvas)
    below: tuple[Layer, ...] = ()
    if pictures:
        placed, top = _over_pictures(parts, canvas, safe_area)
        picture = closing_picture(pictures, top, canvas, frames, look, colours)
        below, floor_top = picture.layers, picture.floor or canvas.height
    else:
        placed, floor_top = _stacked(parts, canvas, safe_area)
    has_handle = any(part.y is not None for part in parts)
    rising = disc(brand.colours.secondary if has_handle else look.floor or colours.button, DISC_SIZE, 0, 0)
    floor = CardPart(rising, 0.0, DISC_IN, rise=DISC_RISE, y=floor_top + DISC_SIZE / 2)
    moving = [coming(part, canvas.centre[0], frames, brand.end_card.seconds, rate) for part in (floor, *placed)]
    # The disc is part of the ground: it does not move with what stands before it.
    behind_all = (*ground, moving[0])
    layers, count = (*behind_all, *below, *moving[1:]), len(behind_all)
    scene = Scene(start=0, frames=frames, background=colours.ground[0], layers=layers, background_layers=count)
    whole = FrameRange(start=0, end=frames)
    still = (whole,) if all(one.is_still for one in pictures[-1:]) else ()
    return SceneSequence((scene,), backdrop, static=still, notes=tuple(colours.notes))


def _over_pictures(parts: Sequence[CardPart], canvas: Canvas, safe_area: Rect[int]) -> tuple[list[CardPart], int]:
    """The parts below each other in the upper part of the frame, and where the pictures below them begin."""
    total = _height(parts, SMALL_GAP)
    top = 2 * round(max(PICTURE_TOP * canvas.height, safe_area.top + total + PICTURE_GAP) / 2)
    y = safe_area.top + (top - PICTURE_GAP - safe_area.top - total) / 2
    return _below_each_other(parts, y, SMALL_GAP), top


def _stacked(parts: Sequence[CardPart], canvas: Canvas, safe_area: Rect[int]) -> tuple[list[CardPart], int]:
    """The parts below each other around the optical centre, and where the floor below them begins."""
    gap, disc_top = _scaled(GAP, canvas), _scaled(DISC_TOP, canvas)
    total = _height(parts, gap)
    y = max(CENTRE * canvas.height - total / 2, min(safe_area.top, (canvas.height - total) / 2))
    # The handle stands on the disc, which begins below the other parts: on short frames these stand higher.
    on_disc = DISC_GAP + HANDLE_Y - DISC_TOP
    own = next((part.height for part in parts if part.y is not None), None)
    if own is not None:
        y = max(safe_area.top, min(y, safe_area.bottom - own / 2 - on_disc - total))
    parts = [_below(part, y + total + on_disc, safe_area.bottom) for part in parts]
    handle = next((part.y for part in parts if part.y is not None), None)
    top = max(disc_top, round(y + total + DISC_GAP)) if handle is None else round(handle - (HANDLE_Y - DISC_TOP))
    return _below_each_other(parts, y, gap), top


def _height(parts: Sequence[CardPart], gap: int) -> float:
    """The height of the parts that have no place of their own."""
    heights = [part.height for part in parts if part.y is None and part.height]
    return sum(heights) + gap * (len(heights) - 1)


def _below_each_other(parts: Sequence[CardPart], y: float, gap: int) -> list[CardPart]:
    placed = []
    for part, following in zip_longest(parts, parts[1:]):
        height = part.height or following.height
        placed.append(part if part.y is not None else replace(part, y=y + height / 2))
        y += part.height + gap if part.height else 0
    return placed


def _ground(colours: CardColours, frames: int, canvas: Canvas) -> Background:
    """The brand's colours, over which light moves as it does in the rest of the video."""
    settings = BackgroundSettings(kind="gradient", colours=colours.ground, angle=20, shapes=colours.ground[1:])
    layers, _ = designed_background(settings, frames, canvas)
    return layers, lambda area: colour_backdrop(*colours.ground)


def _below(part: CardPart, lowest: float, bottom: int) -> CardPart:
    """A part with a place of its own, moved down to ``lowest`` as far as it stays above ``bottom``."""
    return part if part.y is None else replace(part, y=min(max(part.y, lowest), bottom - part.height / 2))


def _scaled(length: int, canvas: Canvas) -> int:
    """A vertical distance of the 9:16 card on another canvas."""
    return round(length * canvas.height / HEIGHT)
