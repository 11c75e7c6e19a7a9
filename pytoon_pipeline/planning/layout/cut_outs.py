"""Cut-out products: on a floor in a second colour, with a shadow where they touch it, and a move for each page."""

from collections.abc import Iterator, Sequence

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import LayoutSettings
from pytoon_pipeline.contracts.spec.easing import EaseInOut, EaseOut
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.planning.backdrops import Backdrops, colour_backdrop, everywhere, together
from pytoon_pipeline.planning.layout.cards import shade_of
from pytoon_pipeline.planning.shots.recrops import marks

# The floor is a disc of so many widths of the frame, so that its edge is a gentle arc. The product stands on it with
# this share of its height, and the floor moves down by this many pixels while the product is shown.
FLOOR_WIDTH, FLOOR_SHARE, FLOOR_DRIFT = 2.4, 0.3, 36
# The contact shadow's size as shares of the product's width, its softness in pixels, and its opacity.
CONTACT_WIDTH, CONTACT_HEIGHT, CONTACT_BLUR, CONTACT_OPACITY = 0.8, 0.09, 16.0, 0.55
# How large the product is, and how far it is turned (degrees), at the beginning and the end of its first page, of its
# second, and so on by turns.
SCALES, TURNS = ((1.0, 1.04), (1.13, 1.16)), ((0.0, -2.0), (4.0, 2.5))


def behind_cut_out(
    place: Rect[int], settings: LayoutSettings, accent: Colour, frames: int, pages: int, canvas: Canvas
) -> Iterator[Layer]:
    """What is behind a product in ``place``: a floor in the ``accent`` colour, and the contact shadow."""
    x, top = (place.left + place.right) / 2, floor_top(place)
    size = 2 * round(FLOOR_WIDTH * canvas.width / 2)
    yield ShapeLayer(
        name="floor",
        shape="ellipse",
        width=size,
        height=size,
        fill=Fill(colours=(accent,)),
        transform=Transform(
            x=constant(canvas.centre[0]), y=_slow(top + size / 2, top + FLOOR_DRIFT + size / 2, frames)
        ),
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
                x=constant(x),
                y=tuple(_at(key, place.bottom + (scale.value - 1) * place.height) for key, scale in
                        zip(movement.y, movement.scale, strict=True)),
                scale=movement.scale,
                opacity=constant(CONTACT_OPACITY),
            ),
        )  # fmt: skip


def floor_top(place: Rect[int]) -> int:
    """The highest row of the floor of a product in ``place``."""
    return round(place.bottom - FLOOR_SHARE * place.height)


def over_floor(behind: Backdrops, place: Rect[int], accent: Colour, canvas: Canvas) -> Backdrops:
    """The backdrops of texts over a ground with the floor of a product in ``place``."""
    floor, top = everywhere(colour_backdrop(accent)), floor_top(place)
    # The arc is lower at the sides of the frame.
    radius = FLOOR_WIDTH * canvas.width / 2
    whole = top + FLOOR_DRIFT + radius - (radius**2 - (canvas.width / 2) ** 2) ** 0.5

    both = together([behind, floor])
    return lambda area: behind(area) if area.bottom <= top else floor(area) if area.top >= whole else both(area)


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


def _slow(start: float, end: float, frames: int) -> tuple[Keyframe, ...]:
    last = max(1, frames - 1)
    return Keyframe(value=round(start, 2)), Keyframe(frame=last, value=round(end, 2), easing=EaseInOut())
