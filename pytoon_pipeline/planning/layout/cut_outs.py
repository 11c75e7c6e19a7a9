"""Cut-out products: on a floor in a second colour, with a shadow where they touch it, and a move for each page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import hypot

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import LayoutSettings
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import Backdrop, Backdrops, colour_backdrop, everywhere, together
from pytoon_pipeline.planning.layout.beside import SEAM, column, is_landscape, is_tall
from pytoon_pipeline.planning.layout.cards import shade_of
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.recrops import eased, marks

# Sizes of a product: its largest width as a share of the frame, tall and wide; and the aspect from which it is wide.
TALL_WIDTH, WIDE_WIDTH, WIDE = 0.7, 0.8, 1.25
# Titles have the height of the frame down to this share of it, in frames that are not tall to the second one; the floor
# begins at the third one. Heights are shares of the frame's.
TITLES_SHARE, SHORT_TITLES_SHARE, FLOOR_SHARE = 0.44, 0.37, 0.655
# A product stands below the floor's edge with this share of its height.
STANDING_SHARE = 0.3
# Distances between the product and texts, and from the frame's lower edge, in pixels; and those above and below it in
# frames that are not tall.
GAP, EDGE = 72, 90
SHORT_GAP, SHORT_EDGE = 48, 60
# The floor is a disc of so many widths of the frame, so that its edge is a gentle arc. On a landscape frame it is so
# much wider than the product's half, at the lower edge of the frame.
FLOOR_WIDTH, PODIUM_WIDTH = 2.4, 1.0
# The contact shadow's size as shares of the product's width, its softness in pixels, its opacity, and how far it is
# above the product's lowest row, as a share of its height.
CONTACT_WIDTH, CONTACT_HEIGHT, CONTACT_BLUR, CONTACT_OPACITY, CONTACT_RISE = 0.8, 0.09, 16.0, 0.55, 0.02
# How large the product is, and how far it is turned (degrees), at the beginning and the end of its first page, of its
# second, and so on by turns. It comes so near, at the end of a page; on tall frames it is a close-up, which ends at the
# lower edge of the frame and this little beyond its sides.
FAR, NEAR_START, TURNS = (1.0, 1.04), 0.97, ((0.0, -2.0), (3.0, 1.5))
NEAREST, CLOSE_UP, BEYOND = 1.16, 1.42, 1.06
# Titles have at least this height, in pixels: that of a number and the line below it.
MIN_TITLES = 330


@dataclass(frozen=True)
class Stage:
    """Where a product and its texts stand, the disc that is the floor, and how much larger the product is when it is
    near.
    """

    product: Rect[int]
    titles: Rect[int]
    floor: Rect[int]
    near: float


def plan_stage(
    material: AnalysedMedia, area: Rect[int], canvas: Canvas, safe_area: Rect[int], stage_height: int
) -> Stage:
    """The places of a product and its texts in the upper ``stage_height`` pixels. ``area`` is where texts may stand.

    All products of a video stand on one floor.
    """
    # Only text keeps clear of the platform's own elements: a product reaches half into their zone.
    gap, edge = (GAP, EDGE) if is_tall(canvas) else (SHORT_GAP, SHORT_EDGE)
    lowest = min(canvas.height - edge, stage_height)
    bottom = min(lowest, (safe_area.bottom + canvas.height) // 2)
    if is_landscape(canvas):
        titles = column(area, canvas, SEAM)
        # ``area`` leaves out a logo in a corner; so does the product.
        place = Rect(titles.right + GAP, max(area.top, EDGE), canvas.width - EDGE, min(area.bottom, bottom))
    else:
        share = TITLES_SHARE if is_tall(canvas) else SHORT_TITLES_SHARE
        titles_end = max(area.top + MIN_TITLES, round(share * stage_height))
        titles = replace(area, bottom=min(area.bottom, titles_end))
        place = Rect(0, titles_end + gap, canvas.width, bottom)
    picture = material.sampled.picture
    wide = material.size[0] * picture.width > WIDE * material.size[1] * picture.height
    # Its top stays where it is while it is near, so it needs space below.
    free = min(place.height, (lowest - place.top) / NEAREST)
    width, height, _ = stills.fit_box(material, place.width * (WIDE_WIDTH if wide else TALL_WIDTH), free)
    floor = _floor(place, titles, canvas, stage_height)
    standing = round(floor.top + STANDING_SHARE * height)
    foot = max(place.top + height, min(bottom, standing, int(lowest - (NEAREST - 1) * height)))
    left = (place.left + place.right - width) // 2
    tall = is_tall(canvas) and stage_height == canvas.height
    near = max(NEAREST, min(CLOSE_UP, BEYOND * canvas.width / width)) if tall else NEAREST
    return Stage(Rect(left, foot - height, left + width, foot), titles, floor, near)


def _floor(place: Rect[int], titles: Rect[int], canvas: Canvas, stage_height: int) -> Rect[int]:
    """The disc on which products stand; on a landscape frame it stays beside the titles."""
    top, x, radius = round(FLOOR_SHARE * stage_height), (place.left + place.right) // 2, FLOOR_WIDTH * canvas.width / 2
    if is_landscape(canvas):
        # The circle through its top and through the lower edge of the frame beside the titles.
        half, depth = PODIUM_WIDTH * (x - titles.right), canvas.height - top
        radius = (half**2 + depth**2) / (2 * depth)
    side = round(radius)
    return Rect(x - side, top, x + side, top + 2 * side)


def behind_cut_out(stage: Stage, settings: LayoutSettings, accent: Colour, frames: int, pages: int) -> Iterator[Layer]:
    """What is behind a product: a floor in the ``accent`` colour, then the contact shadow."""
    place, floor = stage.product, stage.floor
    yield ShapeLayer(
        name="floor",
        shape="ellipse",
        width=floor.width,
        height=floor.height,
        fill=Fill(colours=(accent,)),
        transform=Transform(x=constant((floor.left + floor.right) / 2), y=constant((floor.top + floor.bottom) / 2)),
    )
    if settings.shadow:
        movement = product_movement(stage, frames, pages)
        yield ShapeLayer(
            name="contact shadow",
            shape="ellipse",
            width=2 * round(CONTACT_WIDTH * place.width / 2),
            height=2 * max(8, round(CONTACT_HEIGHT * place.width / 2)),
            fill=Fill(colours=(shade_of(accent),)),
            effects=(Blur(radius=CONTACT_BLUR),),
            transform=Transform(
                x=constant((place.left + place.right) / 2),
                y=tuple(_at(key, place.bottom + (scale.value - 1 - CONTACT_RISE) * place.height) for key, scale in
                        zip(movement.y, movement.scale, strict=True)),
                scale=movement.scale,
                opacity=constant(CONTACT_OPACITY),
            ),
        )  # fmt: skip


def over_floor(behind: Backdrops, stage: Stage, accent: Colour) -> Backdrops:
    """The backdrops of texts over a ground with a floor in the ``accent`` colour."""
    floor, disc = everywhere(colour_backdrop(accent)), stage.floor
    x, y, radius = (disc.left + disc.right) / 2, (disc.top + disc.bottom) / 2, disc.width / 2
    both = together([behind, floor])

    def over(area: Rect[int]) -> Backdrop:
        nearest = hypot(max(area.left - x, 0, x - area.right), max(area.top - y, 0, y - area.bottom))
        furthest = hypot(max(x - area.left, area.right - x), max(y - area.top, area.bottom - y))
        return (behind if nearest >= radius else floor if furthest <= radius else both)(area)

    return over


def product_movement(stage: Stage, frames: int, pages: int) -> Transform:
    """A product that comes in, and is near and far by turns with the pages of its texts. Its top keeps its height."""
    place, sizes = stage.product, (FAR, (NEAR_START * stage.near, stage.near))
    starts = [round(n * frames / max(1, pages)) for n in range(max(1, pages))]
    times = marks(starts, frames)
    scales = [value for n in range(len(starts)) for value in sizes[n % 2]]
    turns = [value for n in range(len(starts)) for value in TURNS[n % 2]]
    y = (place.top + place.bottom) / 2
    x = (place.left + place.right) / 2
    return Transform(
        x=constant(x),
        y=eased(times, [y + (scale - 1) * place.height / 2 for scale in scales]),
        scale=eased(times, scales),
        rotation=eased(times, turns),
    )


def _at(key: Keyframe, value: float) -> Keyframe:
    return key.model_copy(update={"value": round(value, 4)})
