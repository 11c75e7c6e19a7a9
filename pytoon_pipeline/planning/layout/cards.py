"""Cards: pictures with round corners and a soft shadow on a designed ground, below their text."""

from dataclasses import dataclass, replace
from typing import Any

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import LayoutSettings
from pytoon_pipeline.contracts.spec.effects import Effect, Rounded, Shadow
from pytoon_pipeline.contracts.spec.layers import Layer, Transform, constant
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.shots import stills

CARD_WIDTH, CUT_OUT_WIDTH = 940, 756
# Cards crop a picture to these shares of the free height, the first at which its subject stays in view.
HEIGHT_SHARES = (1.0, 0.86, 0.72, 0.6, 0.48)
# Distance from a text to its card, and from the card to the frame's edge, in pixels.
GAP, EDGE = 56, 90
# Height of the optical centre.
CENTRE = 0.45
# A shadow has the ground's hue at this share of its brightness.
SHADOW_TINT = 0.3


@dataclass(frozen=True)
class CardPlan:
    """Where a card and its texts stand, whether the card crops its picture, and whether it is as wide as the frame."""

    card: Rect[int]
    above: Rect[int]
    below: Rect[int]
    crops: bool
    flat: bool


def plan_card(
    material: AnalysedMedia,
    heights: tuple[int, int],
    area: Rect[int],
    canvas: Canvas,
    safe_area: Rect[int],
    *,
    whole: bool,
    band: bool = False,
) -> CardPlan:
    """The places of a card and of texts of these ``heights`` above and below it, centred together.

    ``area`` is where texts may stand. A ``whole`` picture is never cropped; a ``band`` is as wide as the frame.
    """
    width = canvas.width if band else CUT_OUT_WIDTH if material.transparent else CARD_WIDTH
    above, below = (height + GAP if height else 0 for height in heights)
    top = area.top if above else min(area.top, 2 * EDGE)
    # Only text keeps clear of the platform's own elements; a card may reach half into their zone.
    bottom = area.bottom - 4 if below else min(canvas.height - EDGE, (safe_area.bottom + canvas.height) // 2)
    free = bottom - top - above - below
    size, crops = _cropped(material, width, free), True
    if whole or size is None:
        across, down, _ = stills.fit_box(material, width, free)
        size, crops = (across, down), False
    used = above + size[1] + below
    first = max(top, min(round(CENTRE * canvas.height - used / 2), bottom - used))
    left, under = (canvas.width - size[0]) // 2, first + above + size[1]
    return CardPlan(
        card=Rect(left=left, top=first + above, right=left + size[0], bottom=under),
        above=replace(area, top=first, bottom=first + max(1, heights[0])),
        below=replace(
            area, top=min(under + GAP, area.bottom - 1), bottom=max(under + GAP + heights[1], under + GAP + 1)
        ),
        crops=crops,
        flat=band,
    )


def card_layer(
    material: AnalysedMedia,
    plan: CardPlan,
    settings: LayoutSettings,
    ground: Colour,
    frames: int,
    source_start: int = 0,
    phase: int = 0,
) -> Layer:
    """The picture as a card. A tilted card stands still; others move gently up and down."""
    width, height = plan.card.width, plan.card.height
    camera = stills.fit_box(material, width, height)[2]
    if plan.crops:
        camera = stills.fixed(*stills.window(material, width / height))
    flat = plan.flat
    effects: list[Effect] = []
    if not flat and not material.transparent and settings.corner_radius:
        effects.append(Rounded(radius=min(settings.corner_radius, width / 2, height / 2)))
    if settings.shadow:
        effects.append(soft_shadow(settings.shadow, ground))
    x, y = (plan.card.left + plan.card.right) / 2, (plan.card.top + plan.card.bottom) / 2
    tilt = settings.tilt * (1 if phase % 2 else -1) if material.is_still and not flat else 0.0
    moving = stills.bobbing(y, settings.bob_amplitude, frames, phase) if not tilt and not flat else constant(y)
    placed: dict[str, Any] = {
        "width": width,
        "height": height,
        "transform": Transform(x=constant(x), y=moving, rotation=constant(tilt)),
    }
    return stills.layer_of(material, camera, tuple(effects), source_start, "product", **placed)


def soft_shadow(opacity: float, ground: Colour) -> Shadow:
    """A soft shadow in a dark tone of the ground."""
    return Shadow(y=30, radius=46, opacity=opacity, colour=shade_of(ground))


def shade_of(ground: Colour) -> Colour:
    """A dark tone of a ground's colour."""
    return "#{:02X}{:02X}{:02X}".format(*(round(SHADOW_TINT * channel) for channel in rgb(ground)))


def _cropped(material: AnalysedMedia, width: int, free: int) -> tuple[int, int] | None:
    """The tallest size at which a card shows all of its subject; none where cropping would hide some of it."""
    if material.transparent:
        return None
    for share in HEIGHT_SHARES:
        height = 2 * round(free * share / 2)
        if stills.covers_well(material, width / height, stills.CARD_MARGIN):
            return width, height
    return None
