"""Cut-out products: on a floor in a second colour, with a shadow where they touch it, and a move for each page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import LayoutSettings
from pytoon_pipeline.contracts.spec.easing import EaseInOut, EaseOut
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import Backdrops, colour_backdrop, everywhere, together
from pytoon_pipeline.planning.layout.cards import shade_of
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.recrops import marks

# Sizes of a product: its largest width as a share of the frame, tall and wide; and the aspect from which it is wide.
TALL_WIDTH, WIDE_WIDTH, WIDE = 0.7, 0.8, 1.25
# Titles have the height of the frame down to this share of it; the floor begins at the second one. Heights are shares
# of the frame's.
TITLES_SHARE, FLOOR_SHARE = 0.44, 0.655
# A product stands below the floor's edge with this share of its height.
STANDING_SHARE = 0.3
# Distances between the product and texts, and from the frame's lower edge, in pixels.
GAP, EDGE = 72, 90
# The floor is a disc of so many widths of the frame, so that its edge is a gentle arc.
FLOOR_WIDTH = 2.4
# The contact shadow's size as shares of the product's width, its softness in pixels, its opacity, and how far it is
# above the product's lowest row, as a share of its height.
CONTACT_WIDTH, CONTACT_HEIGHT, CONTACT_BLUR, CONTACT_OPACITY, CONTACT_RISE = 0.8, 0.09, 16.0, 0.55, 0.02
# How large the product is, and how far it is turned (degrees), at the beginning and the end of its first page, of its
# second, and so on by turns.
SCALES, TURNS = ((1.0, 1.04), (1.13, 1.16)), ((0.0, -2.0), (4.0, 2.5))
# Titles have at least this height, in pixels.
MIN_TITLES = 200


@dataclass(frozen=True)
class Stage:
    """Where a product and its texts stand, and the highest row of the floor."""

    product: Rect[int]
    titles: Rect[int]
    floor: int


def plan_stage(material: AnalysedMedia, area: Rect[int], canvas: Canvas, safe_area: Rect[int]) -> Stage:
    """The places of a product and its texts. ``area`` is where texts may stand.

    All products of a video stand on one floor.
    """
    # Only text keeps clear of the platform's own elements: a product reaches half into their zone.
    bottom = min(canvas.height - EDGE, (safe_area.bottom + canvas.height) // 2)
    titles = replace(area, bottom=max(area.top + MIN_TITLES, round(TITLES_SHARE * canvas.height)))
    picture = material.sampled.picture
    wide = material.size[0] * picture.width > WIDE * material.size[1] * picture.height
    free = bottom - titles.bottom - GAP
    width, height, _ = stills.fit_box(material, canvas.width * (WIDE_WIDTH if wide else TALL_WIDTH), free)
    floor = round(FLOOR_SHARE * canvas.height)
    foot = max(titles.bottom + GAP + height, min(bottom, round(floor + STANDING_SHARE * height)))
    left = (canvas.width - width) // 2
    return Stage(Rect(left, foot - height, left + width, foot), titles, floor)


def behind_cut_out(
    stage: Stage, settings: LayoutSettings, accent: Colour, frames: int, pages: int, canvas: Canvas
) -> Iterator[Layer]:
    """What is behind a product: a floor in the ``accent`` colour, then the contact shadow."""
    place, size = stage.product, 2 * round(FLOOR_WIDTH * canvas.width / 2)
    yield ShapeLayer(
        name="floor",
        shape="ellipse",
        width=size,
        height=size,
        fill=Fill(colours=(accent,)),
        transform=Transform(x=constant(canvas.centre[0]), y=constant(stage.floor + size / 2)),
    )
    if settings.shadow:
        movement = product_movement(place, frames, pages)
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


def over_floor(behind: Backdrops, stage: Stage, accent: Colour, canvas: Canvas) -> Backdrops:
    """The backdrops of texts over a ground with a floor in the ``accent`` colour."""
    floor, radius = everywhere(colour_backdrop(accent)), FLOOR_WIDTH * canvas.width / 2
    # The arc is lower at the sides of the frame.
    whole = stage.floor + radius - (radius**2 - (canvas.width / 2) ** 2) ** 0.5
    both = together([behind, floor])
    return lambda area: behind(area) if area.bottom <= stage.floor else floor(area) if area.top >= whole else both(area)


def product_movement(place: Rect[int], frames: int, pages: int) -> Transform:
    """A product that comes in, and is near and far by turns with the pages of its texts. Its top keeps its height."""
    starts = [round(n * frames / max(1, pages)) for n in range(max(1, pages))]
    times = marks(starts, frames)
    scales = [value for n in range(len(starts)) for value in SCALES[n % 2]]
    turns = [value for n in range(len(starts)) for value in TURNS[n % 2]]
    y = (place.top + place.bottom) / 2
    x = (place.left + place.right) / 2
    return Transform(
        x=constant(x),
        y=_track(times, [y + (scale - 1) * place.height / 2 for scale in scales]),
        scale=_track(times, scales),
        rotation=_track(times, turns),
    )


def _track(times: Sequence[int], values: Sequence[float]) -> tuple[Keyframe, ...]:
    """A value for each time: quick from page to page, slow in between."""
    return tuple(
        Keyframe(frame=time, value=round(value, 4), easing=EaseInOut() if n % 2 else EaseOut())
        for n, (time, value) in enumerate(zip(times, values, strict=True))
    )


def _at(key: Keyframe, value: float) -> Keyframe:
    return key.model_copy(update={"value": round(value, 4)})
