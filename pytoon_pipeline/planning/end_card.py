"""The end card: a logo, a line of text, the call to action as a button, and a handle, one by one, over the pictures of
the video or a floor in the accent colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import HEIGHT, Canvas
from pytoon_pipeline.contracts.preset import BackgroundSettings, Edge
from pytoon_pipeline.contracts.spec.easing import Back, EaseInOut, EaseOut
from pytoon_pipeline.contracts.spec.effects import Effect, Rounded
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, ShapeLayer, TextLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.style import Fill, TextBackground, TextStyle
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.media.colour import luminance_of, opposite
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import Backdrops, colour_backdrop
from pytoon_pipeline.planning.card_colours import CardColours
from pytoon_pipeline.planning.closing_picture import ClosingLook, closing_picture
from pytoon_pipeline.planning.layout.backgrounds import Background, designed_background, disc
from pytoon_pipeline.planning.layout.beside import is_tall
from pytoon_pipeline.planning.layout.scrims import DARK, RESERVE, Scrim, plan_scrim, under_scrims
from pytoon_pipeline.planning.layout.text_fit import TextBox, TextLayout, clean, fit
from pytoon_pipeline.planning.logos import logo_contrast, logo_layer
from pytoon_pipeline.planning.sequences import SceneSequence
from pytoon_pipeline.planning.shots.stills import fit_box, fitted, fixed, layer_of, window

# The logo's largest size as shares of the frame, and the height that it has at least where texts leave less, in pixels;
# its plate reaches this many pixels beyond it.
LOGO_WIDTH, LOGO_HEIGHT, MIN_LOGO_HEIGHT = 0.44, 0.22, 120
# The same height above pictures.
LOGO_OVER_PICTURES = 0.15
PLATE_PADDING, PLATE_RADIUS = 48, 48
MIN_LOGO_CONTRAST = 2.0
# A picture in place of the logo is a square tile: its largest and its smallest side and its radius, in pixels.
TILE, MIN_TILE, TILE_RADIUS = 520, 220, 64
# Sizes of texts in pixels: preferred and smallest. Without a logo the text is the card's title.
TEXT_SIZES, BUTTON_SIZES, HANDLE_SIZES = (132, 52), (120, 52), (72, 48)
TITLE_SIZES, TITLE_LINES, LINE_HEIGHT = (250, 64), 4, 1.08
# A title above a button and pictures: the button is what matters.
SMALL_TITLE_SIZES = (112, 60)
# The largest height of a title as a share of the frame's: alone; over pictures without and with a button; below a tile.
TITLE_SHARE, TITLE_OVER_PICTURES, TITLE_BELOW_TILE = 0.4, (0.3, 0.2), 0.18
# Titles and buttons that can have these sizes are not smaller, whatever their lines then look like.
TITLE_SIZE, BUTTON_SIZE = 88, 76
# A title of at most so many characters is a number or a word, which may be larger.
SHORT_TITLE, SHORT_TITLE_SIZES = 6, (480, 200)
TEXT_LINES, BUTTON_LINES, LINES_OVER_PICTURES = 2, 2, 3
# A button's height in lines more than its text has; its space at the sides, its least width and its largest radius in
# pixels.
BUTTON_ROOM, BUTTON_PADDING, BUTTON_WIDTH, BUTTON_RADIUS = 0.85, 72, 760, 200
# Distance between the parts in pixels, and the height of their common centre as a share of the frame.
GAP, CENTRE = 124, 0.43
# Distances between the parts over pictures and from these to the pictures, in pixels; where the pictures begin at the
# earliest, as a share of the frame's height.
SMALL_GAP, PICTURE_GAP, PICTURE_TOP = 76, 88, 0.47
# A disc of the second colour rises into the lower part, in pixels: to its top, or below what stands above the handle,
# which stands on it.
DISC_SIZE, DISC_TOP, DISC_GAP, DISC_RISE, DISC_IN = 2200, 1300, 72, 700, 0.0
HANDLE_Y, HANDLE_WIDTH = 1386, 760
# When the parts come in, and for how long each moves, in seconds of a card of ``TYPICAL_SECONDS``.
TYPICAL_SECONDS = 1.8
LOGO_IN, TEXT_IN, BUTTON_IN, HANDLE_IN, PULSE_AT = 0.1, 0.14, 0.3, 0.46, 1.15
MOVE_SECONDS, FADE_SECONDS, PULSE_SECONDS = 0.42, 0.12, 0.36
LOGO_START_SCALE, TEXT_RISE, BUTTON_RISE, PULSE = 0.55, 48, 150, 1.05
# Parts get their places when all are known.
UNPLACED = Transform(x=constant(0), y=constant(0))


@dataclass(frozen=True)
class EndCard:
    """The closing scene of a brand. ``button`` says whether it shows the call to action."""

    sequence: SceneSequence
    button: bool


@dataclass(frozen=True)
class _Part:
    """A part of the card: its layer, its height in pixels with all around it, and how it moves in.

    Parts without a place ``y`` of their own are stacked. A part of height 0 stands where the next one does.
    """

    layer: Layer
    height: float
    start: float
    rise: float = 0.0
    scale: float = 1.0
    pulse: bool = False
    y: float | None = None


def end_card(
    brand: Brand | None,
    logo: AnalysedMedia | None,
    canvas: Canvas,
    safe_area: Rect[int],
    rate: FrameRate,
    min_contrast: float,
    call_to_action: str = "",
    pictures: Sequence[AnalysedMedia] = (),
    edge: Edge | None = "curve",
) -> EndCard | None:
    """The end card, with ``call_to_action`` or else the brand's on its button; none where the brand has none.

    ``pictures`` are those of the video: they stand below the texts where there is no handle; on frames that are not
    tall, the last one stands in place of the logo where there is none. They meet the ground at ``edge``; without one,
    the last goes on out of focus behind the texts. Pictures without any texts fill the frame.

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
    parts: list[_Part] = []
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
        box = _large(text, box, TITLE_SIZE) if titled and not beside else box
        parts.append(_text_part("end card", text, box, colours.text, "brand.end_card.text", TEXT_IN))
    if button:
        field = "text.cta" if asked else "brand.end_card.button"
        box = TextBox(brand.fonts.headline, *BUTTON_SIZES, width - 2 * BUTTON_PADDING, height, BUTTON_LINES)
        line = replace(box, lines=1, min_size=BUTTON_SIZE)
        box = line if fit(button, line) else _large(button, box, BUTTON_SIZE)
        parts.append(_button_part(button, box, colours, field))
    if handle:
        box = TextBox(brand.fonts.body, *HANDLE_SIZES, HANDLE_WIDTH, height, 1)
        part = _text_part("handle", handle, box, colours.handle, "brand.end_card.handle", HANDLE_IN)
        parts.append(replace(part, y=min(_scaled(HANDLE_Y, canvas), safe_area.bottom - part.height / 2)))
    free = _free_height(parts, canvas, safe_area)
    if logo is not None:
        highest = LOGO_OVER_PICTURES if below else LOGO_HEIGHT
        parts = [*_logo_parts(logo, colours, canvas, min(free, highest * canvas.height)), *parts]
    elif picture is not None:
        parts = [*_tile(picture, free), *parts]
    if not parts and not below:
        return None
    # A card is never empty: what comes first is seen from its first frame.
    first = min((part.start for part in parts), default=0.0)
    parts = [replace(part, start=0.0) if part.start == first else part for part in parts]
    look = ClosingLook(edge, colours.ground, colours.button)
    return EndCard(_sequence(parts, brand, colours, rate, canvas, safe_area, below, look, min_contrast), bool(asked))


def _free_height(below: Sequence[_Part], canvas: Canvas, safe_area: Rect[int]) -> float:
    """The height that is left for what stands above other parts."""
    return safe_area.height - sum(part.height + _scaled(GAP, canvas) for part in below)


def _logo_parts(logo: AnalysedMedia, colours: CardColours, canvas: Canvas, free: float) -> list[_Part]:
    """The logo, on a plate where it would hardly be seen."""
    highest = min(LOGO_HEIGHT * canvas.height, max(MIN_LOGO_HEIGHT, free - 2 * PLATE_PADDING))
    width, height = fitted(logo, LOGO_WIDTH * canvas.width, highest)
    effects = () if logo.transparent else (Rounded(radius=min(24.0, height / 2)),)
    layer = logo_layer(logo, "logo", (width, height), (0.0, 0.0), effects=effects)
    lowest = min(logo_contrast(logo, luminance_of(colour)) for colour in colours.ground)
    if not logo.transparent or lowest >= MIN_LOGO_CONTRAST:
        return [_Part(layer, height, LOGO_IN, scale=LOGO_START_SCALE)]
    plate = ShapeLayer(
        name="plate",
        width=width + 2 * PLATE_PADDING,
        height=height + 2 * PLATE_PADDING,
        fill=Fill(colours=(opposite(colours.ground[0]),)),
        effects=(Rounded(radius=min(PLATE_RADIUS, height / 2 + PLATE_PADDING)),),
        transform=layer.transform,
    )
    return [
        _Part(plate, 0.0, LOGO_IN, scale=LOGO_START_SCALE),
        _Part(layer, plate.height, LOGO_IN, scale=LOGO_START_SCALE),
    ]


def _tile(picture: AnalysedMedia, free: float) -> list[_Part]:
    """A picture at most ``free`` pixels high: a cut-out in its own shape, others as a square tile."""
    if free < MIN_TILE:
        return []
    side = 2 * int(min(free, TILE) / 2)
    width, height, camera = fit_box(picture, side, side)
    effects: tuple[Effect, ...] = ()
    if not picture.transparent:
        width, height, camera = side, side, fixed(*window(picture, 1.0))
        effects = (Rounded(radius=TILE_RADIUS),)
    layer = layer_of(picture, camera, effects, 0, "tile", width=width, height=height, transform=UNPLACED)
    return [_Part(layer, height, LOGO_IN, scale=LOGO_START_SCALE)]


def _text_part(name: str, text: str, box: TextBox, colour: Colour, field: str, start: float) -> _Part:
    page = _fitted(text, box, field)
    layer = TextLayer(
        name=name,
        lines=page.lines,
        style=TextStyle(font=box.font, size=page.size, colour=colour, line_height=box.line_height),
        width=page.width,
        height=page.height,
        transform=UNPLACED,
    )
    return _Part(layer, page.height, start, rise=TEXT_RISE)


def _button_part(text: str, box: TextBox, colours: CardColours, field: str) -> _Part:
    page = _fitted(text, box, field)
    height = round((len(page.lines) + BUTTON_ROOM) * page.size)
    plate = TextBackground(colour=colours.button, opacity=1, padding=0, radius=min(BUTTON_RADIUS, height // 2))
    layer = TextLayer(
        name="button",
        role="cta",
        lines=page.lines,
        style=TextStyle(font=box.font, size=page.size, colour=colours.label, background=plate),
        width=max(BUTTON_WIDTH, page.width + 2 * BUTTON_PADDING),
        height=height,
        transform=UNPLACED,
    )
    # At the height of its pulse the button is still inside the safe area.
    return _Part(layer, round(height * PULSE), BUTTON_IN, rise=BUTTON_RISE, pulse=True)


def _large(text: str, box: TextBox, size: int) -> TextBox:
    """``box`` with the smallest size ``size``, where ``text`` then fits."""
    larger = replace(box, min_size=size)
    return box if fit(text, larger) is None else larger


def _fitted(text: str, box: TextBox, field: str) -> TextLayout:
    page = fit(text, box)
    if page is None:
        raise field_error(field, "text_too_long", f"“{text[:40]}” does not fit on the end card.", "Shorten it.")
    return page


def _sequence(
    parts: Sequence[_Part],
    brand: Brand,
    colours: CardColours,
    rate: FrameRate,
    canvas: Canvas,
    safe_area: Rect[int],
    pictures: Sequence[AnalysedMedia],
    look: ClosingLook,
    min_contrast: float,
) -> SceneSequence:
    frames = rate.nearest(brand.end_card.seconds)
    ground, backdrop = _ground(colours, frames, canvas)
    below: tuple[Layer, ...] = ()
    fills = False
    if pictures:
        placed, top = _over_pictures(parts, canvas, safe_area)
        picture = closing_picture(pictures, top if parts else 0, canvas, frames, look)
        below, floor_top, fills = picture.layers, picture.floor or canvas.height, picture.fills
        if parts and picture.behind_text is not None:
            behind = picture.behind_text
            placed, scrims = _over_picture(placed, colours, behind, min_contrast, frames, canvas)
            below = (*below, *(scrim.layer(0, frames) for scrim in scrims))
            backdrop = under_scrims(behind, scrims)
    else:
        placed, floor_top = _stacked(parts, canvas, safe_area)
    has_handle = any(part.y is not None for part in parts)
    rising = disc(brand.colours.secondary if has_handle else colours.button, DISC_SIZE, 0, 0)
    floor = _Part(rising, 0.0, DISC_IN, rise=DISC_RISE, y=floor_top + DISC_SIZE / 2)
    moving = [_coming(part, canvas.centre[0], frames, brand.end_card.seconds, rate) for part in (floor, *placed)]
    # The disc is part of the ground: it does not move with what stands before it.
    behind_all = () if fills else (*ground, moving[0])
    layers, count = (*behind_all, *below, *moving[1:]), len(behind_all)
    scene = Scene(start=0, frames=frames, background=colours.ground[0], layers=layers, background_layers=count)
    whole = FrameRange(start=0, end=frames)
    return SceneSequence((scene,), backdrop, static=(whole,), notes=tuple(colours.notes))


def _over_picture(
    parts: Sequence[_Part], colours: CardColours, behind: Backdrops, min_contrast: float, frames: int, canvas: Canvas
) -> tuple[list[_Part], list[Scrim]]:
    """The parts with a text that can be read on a picture: in a dark colour on a light one, else over a scrim."""
    text = next((part for part in parts if part.layer.name == "end card"), None)
    if text is None or text.y is None or not isinstance(text.layer, TextLayer):
        return list(parts), []
    area = Rect(0, round(text.y - text.height / 2), canvas.width, round(text.y + text.height / 2))
    if behind(area).min_contrast(DARK) >= min_contrast * RESERVE:
        style = text.layer.style.model_copy(update={"colour": DARK})
        dark = replace(text, layer=text.layer.model_copy(update={"style": style}))
        return [dark if part is text else part for part in parts], []
    whole, tone = FrameRange(start=0, end=frames), colours.ground[0]
    scrim = plan_scrim([area], colours.text, behind, tone, min_contrast, whole, canvas, or_dark=False)
    return list(parts), [scrim] if scrim else []


def _over_pictures(parts: Sequence[_Part], canvas: Canvas, safe_area: Rect[int]) -> tuple[list[_Part], int]:
    """The parts below each other in the upper part of the frame, and where the pictures below them begin."""
    total = _height(parts, SMALL_GAP)
    top = 2 * round(max(PICTURE_TOP * canvas.height, safe_area.top + total + PICTURE_GAP) / 2)
    y = safe_area.top + (top - PICTURE_GAP - safe_area.top - total) / 2
    return _below_each_other(parts, y, SMALL_GAP), top


def _stacked(parts: Sequence[_Part], canvas: Canvas, safe_area: Rect[int]) -> tuple[list[_Part], int]:
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


def _height(parts: Sequence[_Part], gap: int) -> float:
    """The height of the parts that have no place of their own."""
    heights = [part.height for part in parts if part.y is None and part.height]
    return sum(heights) + gap * (len(heights) - 1)


def _below_each_other(parts: Sequence[_Part], y: float, gap: int) -> list[_Part]:
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


def _below(part: _Part, lowest: float, bottom: int) -> _Part:
    """A part with a place of its own, moved down to ``lowest`` as far as it stays above ``bottom``."""
    return part if part.y is None else replace(part, y=min(max(part.y, lowest), bottom - part.height / 2))


def _scaled(length: int, canvas: Canvas) -> int:
    """A vertical distance of the 9:16 card on another canvas."""
    return round(length * canvas.height / HEIGHT)


def _coming(part: _Part, x: float, frames: int, seconds: float, rate: FrameRate) -> Layer:
    """The layer of a part in its place, with its entrance; shorter cards move faster."""
    assert part.y is not None
    y = part.y
    pace = min(1.0, seconds / TYPICAL_SECONDS)

    def frame(at: float) -> int:
        return min(frames - 1, rate.nearest(at * pace))

    start = frame(part.start)
    landed, seen = max(start + 1, frame(part.start + MOVE_SECONDS)), max(start + 1, frame(part.start + FADE_SECONDS))
    overshoot = Back(overshoot=0.1)
    values: dict[str, tuple[Keyframe, ...]] = {
        "opacity": (Keyframe(frame=start, value=0), Keyframe(frame=seen, value=1)) if start else constant(1),
        "x": constant(x),
        "y": constant(y),
    }
    if part.rise:
        easing = overshoot if part.pulse else EaseOut()
        below, there = round(y + part.rise, 2), round(y, 2)
        values["y"] = (Keyframe(frame=start, value=below), Keyframe(frame=landed, value=there, easing=easing))
    if part.scale != 1:
        values["scale"] = (
            Keyframe(frame=start, value=part.scale),
            Keyframe(frame=landed, value=1, easing=overshoot),
        )
    pulse, over = frame(PULSE_AT), frame(PULSE_AT + PULSE_SECONDS)
    if part.pulse and landed < pulse and over - pulse > 2:
        beat = ((pulse, 1.0), ((pulse + over) // 2, PULSE), (over, 1.0))
        values["scale"] = tuple(Keyframe(frame=at, value=value, easing=EaseInOut()) for at, value in beat)
    # Before its start a part cannot be seen: it needs no frames there.
    transform = part.layer.transform.model_copy(update=values)
    return part.layer.model_copy(update={"transform": transform, "start": start, "frames": frames - start})
