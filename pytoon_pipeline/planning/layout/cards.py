"""Cards: pictures with round corners and a soft shadow on a designed ground, below their text."""

from dataclasses import dataclass, replace
from typing import Any

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import LayoutSettings
from pytoon_pipeline.contracts.spec.effects import Effect, Rounded, Shadow
from pytoon_pipeline.contracts.spec.layers import CropPath, Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.recrops import eased, marks

CARD_WIDTH = 968
# Cards crop a picture to these shares of the free height, the first at which its subject stays in view.
HEIGHT_SHARES = (1.0, 0.86, 0.72, 0.6, 0.48)
# Distance from a text to its card, in pixels.
GAP = 72
# Distance from a card to the lower edge of the frame: that to the sides.
EDGE = 56
# Height of the optical centre.
CENTRE = 0.48
# A shadow has the ground's hue at this share of its brightness.
SHADOW_TINT = 0.3
# A tilted card leans to either side by turns: by these shares of its tilt, at these sizes, each from the first value to
# the second.
LEANS, SIZES = ((1.0, 0.8), (-0.6, -0.4)), ((1.0, 1.01), (1.04, 1.05))
# The plate that throws a card's shadow ends so many pixels within the card, which hides it.
PLATE_INSET = 8


@dataclass(frozen=True)
class CardPlan:
    """Where a card and the text above it stand, whether the card crops its picture, and whether it is as wide as the
    frame.
    """

    card: Rect[int]
    above: Rect[int]
    crops: bool
    flat: bool


def plan_card(
    material: AnalysedMedia, text_height: int, area: Rect[int], canvas: Canvas, *, whole: bool, band: bool = False
) -> CardPlan:
    """The places of a card and of a text of ``text_height`` above it, centred together.

    ``area`` is where texts may stand. A ``whole`` picture is never cropped; a ``band`` is as wide as the frame.
    """
    width = canvas.width if band else CARD_WIDTH
    above = text_height + GAP if text_height else 0
    # Only text keeps clear of the platform's own elements: a card fills the frame.
    top, bottom = area.top if above else min(area.top, 2 * EDGE), canvas.height - EDGE
    free = bottom - top - above
    size, crops = _cropped(material, width, free), True
    if whole or size is None:
        across, down, _ = stills.fit_box(material, width, free)
        size, crops = (across, down), False
    used = above + size[1]
    first = max(top, min(round(CENTRE * canvas.height - used / 2), bottom - used))
    left = (canvas.width - size[0]) // 2
    return CardPlan(
        card=Rect(left=left, top=first + above, right=left + size[0], bottom=first + used),
        above=replace(area, top=first, bottom=first + max(1, text_height)),
        crops=crops,
        flat=band,
    )


def card_layers(
    material: AnalysedMedia,
    plan: CardPlan,
    settings: LayoutSettings,
    ground: Colour,
    frames: int,
    source_start: int = 0,
    phase: int = 0,
    crops: CropPath | None = None,
    turns: int = 1,
) -> tuple[Layer, ...]:
    """The picture as a card, with the plate that throws its shadow behind it.

    A card moves as a whole, unless the picture moves inside it by ``crops``. A tilted card leans to
    either side by turns, so many times.
    """
    width, height = plan.card.width, plan.card.height
    camera = crops or stills.fit_box(material, width, height)[2]
    flat = plan.flat
    rounded: tuple[Effect, ...] = ()
    if not flat and settings.corner_radius:
        rounded = (Rounded(radius=min(settings.corner_radius, width / 2, height / 2)),)
    shadow = (soft_shadow(settings.shadow, ground),) if settings.shadow else ()
    inside = crops is not None and len(crops.keyframes) > 1
    placed: dict[str, Any] = {"width": width, "height": height, "transform": _movement(
        plan, settings, frames, phase, turns if material.is_still and not flat else 0, rests=flat or inside
    )}  # fmt: skip
    if crops is None or not shadow:
        return (stills.layer_of(material, camera, (*rounded, *shadow), source_start, "product", **placed),)
    # The shadow of a picture that moves inside its card stays as it is.
    fill = Fill(colours=(shade_of(ground),))
    smaller = {**placed, "width": width - 2 * PLATE_INSET, "height": height - 2 * PLATE_INSET}
    plate = ShapeLayer(name="card shadow", fill=fill, effects=(*rounded, *shadow), **smaller)
    return plate, stills.layer_of(material, camera, rounded, source_start, "product", **placed)


def _movement(
    plan: CardPlan, settings: LayoutSettings, frames: int, phase: int, turns: int, *, rests: bool
) -> Transform:
    """How a card stands and moves: a tilted one leans to either side by ``turns``, others go gently up and down unless
    they rest.
    """
    x, y = (plan.card.left + plan.card.right) / 2, (plan.card.top + plan.card.bottom) / 2
    if settings.tilt and turns:
        side = settings.tilt if phase % 2 else -settings.tilt
        times = marks([round(n * frames / turns) for n in range(turns)], frames)
        leans = [side * value for n in range(turns) for value in LEANS[n % 2]]
        sizes = [value for n in range(turns) for value in SIZES[n % 2]]
        return Transform(x=constant(x), y=constant(y), rotation=eased(times, leans), scale=eased(times, sizes))
    moving = constant(y) if rests else stills.bobbing(y, settings.bob_amplitude, frames, phase)
    return Transform(x=constant(x), y=moving)


def soft_shadow(opacity: float, ground: Colour) -> Shadow:
    """A soft shadow in a dark tone of the ground."""
    return Shadow(y=30, radius=46, opacity=opacity, colour=shade_of(ground))


def shade_of(ground: Colour) -> Colour:
    """A dark tone of a ground's colour."""
    return "#{:02X}{:02X}{:02X}".format(*(round(SHADOW_TINT * channel) for channel in rgb(ground)))


def _cropped(material: AnalysedMedia, width: int, free: int) -> tuple[int, int] | None:
    """The tallest size at which a card shows all of its subject; none where cropping would hide some of it."""
    for share in HEIGHT_SHARES:
        height = 2 * round(free * share / 2)
        if stills.covers_well(material, width / height, stills.CARD_MARGIN):
            return width, height
    return None
