"""The parts of an end card: the logo, texts and the button."""

from dataclasses import dataclass, replace
from typing import Literal

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.effects import Rounded
from pytoon_pipeline.contracts.spec.layers import Layer, ShapeLayer, TextLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill, TextBackground, TextStyle
from pytoon_pipeline.media.colour import luminance_of, opposite
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.card_colours import CardColours
from pytoon_pipeline.planning.layout.text_fit import TextBox, TextLayout, fit
from pytoon_pipeline.planning.logos import logo_contrast, logo_layer
from pytoon_pipeline.planning.shots.stills import fitted

# The logo's largest size as shares of the frame, its largest width as a share of its area, and the height that it has
# at least where texts leave less, in pixels; its plate reaches this many pixels beyond it.
LOGO_WIDTH, LOGO_HEIGHT, LOGO_SHARE, MIN_LOGO_HEIGHT = 0.44, 0.22, 0.75, 120
PLATE_PADDING, PLATE_RADIUS = 48, 48
MIN_LOGO_CONTRAST = 2.0
# A button's height in lines more than its text has; its space at the sides and its largest radius in pixels.
BUTTON_ROOM, BUTTON_PADDING, BUTTON_RADIUS = 0.85, 72, 200
# When the parts come in, in seconds of a card of ``TYPICAL_SECONDS``; how far and from which size, and the size of the
# button at the height of its pulse.
LOGO_IN, TEXT_IN, BUTTON_IN, HANDLE_IN = 0.1, 0.14, 0.3, 0.46
LOGO_START_SCALE, TEXT_RISE, BUTTON_RISE, PULSE = 0.55, 48, 150, 1.05
# Parts get their places when all are known.
UNPLACED = Transform(x=constant(0), y=constant(0))


@dataclass(frozen=True)
class CardPart:
    """A part of the card: its layer, its height in pixels with all around it, and how it moves in.

    Parts without a place ``y`` of their own are stacked, those without ``x`` stand in the middle of the frame. A part
    of height 0 stands where the next one does.
    """

    layer: Layer
    height: float
    start: float
    rise: float = 0.0
    scale: float = 1.0
    pulse: bool = False
    y: float | None = None
    x: float | None = None


def logo_parts(logo: AnalysedMedia, colours: CardColours, canvas: Canvas, area: float, free: float) -> list[CardPart]:
    """The logo in an area of the width ``area`` with ``free`` pixels of height, on a plate where it would hardly be
    seen.
    """
    highest = min(LOGO_HEIGHT * canvas.height, max(MIN_LOGO_HEIGHT, free - 2 * PLATE_PADDING))
    width, height = fitted(logo, min(LOGO_WIDTH * canvas.width, LOGO_SHARE * area), highest)
    effects = () if logo.transparent else (Rounded(radius=min(24.0, height / 2)),)
    layer = logo_layer(logo, "logo", (width, height), (0.0, 0.0), effects=effects)
    lowest = min(logo_contrast(logo, luminance_of(colour)) for colour in colours.ground)
    if not logo.transparent or lowest >= MIN_LOGO_CONTRAST:
        return [CardPart(layer, height, LOGO_IN, scale=LOGO_START_SCALE)]
    plate = ShapeLayer(
        name="plate",
        width=width + 2 * PLATE_PADDING,
        height=height + 2 * PLATE_PADDING,
        fill=Fill(colours=(opposite(colours.ground[0]),)),
        effects=(Rounded(radius=min(PLATE_RADIUS, height / 2 + PLATE_PADDING)),),
        transform=layer.transform,
    )
    return [
        CardPart(plate, 0.0, LOGO_IN, scale=LOGO_START_SCALE),
        CardPart(layer, plate.height, LOGO_IN, scale=LOGO_START_SCALE),
    ]


def text_part(
    name: str,
    text: str,
    box: TextBox,
    colour: Colour,
    field: str,
    start: float,
    align: Literal["left", "centre"] = "centre",
) -> CardPart:
    """A text that rises into its place. Raises ``InvalidInput`` with its ``field`` where it does not fit ``box``."""
    page = _fitted(text, box, field)
    layer = TextLayer(
        name=name,
        lines=page.lines,
        style=TextStyle(font=box.font, size=page.size, colour=colour, line_height=box.line_height, align=align),
        width=page.width,
        height=page.height,
        transform=UNPLACED,
    )
    return CardPart(layer, page.height, start, rise=TEXT_RISE)


def button_part(text: str, box: TextBox, colours: CardColours, field: str, least: float) -> CardPart:
    """The button, at least ``least`` pixels wide, which pulses.

    Raises ``InvalidInput`` with its ``field`` where its text does not fit ``box``.
    """
    page = _fitted(text, box, field)
    height = round((len(page.lines) + BUTTON_ROOM) * page.size)
    plate = TextBackground(colour=colours.button, opacity=1, padding=0, radius=min(BUTTON_RADIUS, height // 2))
    layer = TextLayer(
        name="button",
        role="cta",
        lines=page.lines,
        style=TextStyle(font=box.font, size=page.size, colour=colours.label, background=plate),
        width=max(round(least), page.width + 2 * BUTTON_PADDING),
        height=height,
        transform=UNPLACED,
    )
    # At the height of its pulse the button is still inside the safe area.
    return CardPart(layer, round(height * PULSE), BUTTON_IN, rise=BUTTON_RISE, pulse=True)


def at_least(text: str, box: TextBox, size: int) -> TextBox:
    """``box`` with the smallest size ``size``, where ``text`` then fits."""
    larger = replace(box, min_size=size)
    return box if fit(text, larger) is None else larger


def _fitted(text: str, box: TextBox, field: str) -> TextLayout:
    page = fit(text, box)
    if page is None:
        raise field_error(field, "text_too_long", f"“{text[:40]}” does not fit on the end card.", "Shorten it.")
    return page
