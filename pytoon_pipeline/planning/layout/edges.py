"""How a picture in the lower or the right part of the frame meets the ground with its text above or beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot, radians, tan

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import Edge
from pytoon_pipeline.contracts.spec.effects import Effect, Rounded
from pytoon_pipeline.contracts.spec.layers import Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill

# An arch: its width in widths of its part of the frame and at most in its heights, and the line around it, in pixels
# from it and wide.
ARCH_WIDTH, ARCH_ASPECT, ARCH_GAP, ARCH_LINE = 0.86, 1.35, 20, 5
# A slant in degrees, and the width of the strip along it in pixels.
SLANT, STRIP = 4.0, 22
# A curve: the diameter of its circle in lengths of the seam, and the width of the rim along it in pixels.
CURVE, RIM = 2.4, 22
# It reaches so many pixels beyond the seam in its middle: less at its ends.
CURVE_BEYOND = 48
# An arch beside texts begins at this share of the frame's height.
ARCH_TOP = 0.07


@dataclass(frozen=True)
class PictureEdge:
    """Where the picture stands, what cuts it, and the layers behind and in front of it."""

    place: Rect[int]
    effects: tuple[Effect, ...] = ()
    behind: tuple[Layer, ...] = ()
    before: tuple[Layer, ...] = ()


def picture_edge(
    kind: Edge, region: Rect[int], ground: Sequence[Colour], accent: Colour, canvas: Canvas
) -> PictureEdge:
    """The edge of a picture in ``region``: the lower part of the frame, or its right part, which begins where texts
    end.

    ``ground`` are one or two colours from the upper edge of the frame down to the seam.
    """
    colours = tuple(ground)
    if kind == "arch":
        return _arch(region, colours, accent, canvas)
    return {"slant": _slant, "curve": _curve}[kind](region, colours, accent, canvas)


def _arch(region: Rect[int], ground: tuple[Colour, ...], accent: Colour, canvas: Canvas) -> PictureEdge:
    """The picture under a round arch, with a fine line around it."""
    outer = ARCH_GAP + ARCH_LINE
    top = region.top + outer if region.top else round(ARCH_TOP * canvas.height) + outer
    wanted = min(ARCH_WIDTH * region.width, ARCH_ASPECT * (canvas.height - top))
    # An even distance from both sides of the region.
    inset = 2 * round((region.width - wanted) / 4)
    left, width = region.left + inset, region.width - 2 * inset
    place = Rect(left, top, left + width, canvas.height)

    def arch(grown: int, colour: Colour) -> ShapeLayer:
        across, down = width + 2 * grown, place.height + grown
        return ShapeLayer(
            name="arch",
            width=across,
            height=down,
            fill=Fill(colours=(colour,)),
            effects=(Rounded(radius=min(across / 2, down), corners="upper"),),
            transform=Transform(x=constant(left + width / 2), y=constant(canvas.height - down / 2)),
        )

    lines = (arch(outer, accent), arch(ARCH_GAP, ground[-1]))
    return PictureEdge(place, (Rounded(radius=min(width / 2, place.height), corners="upper"),), lines)


def _slant(region: Rect[int], ground: tuple[Colour, ...], accent: Colour, canvas: Canvas) -> PictureEdge:
    """The ground cut at an angle over the picture, with a strip along the cut."""
    beside = region.left > 0
    seam, along = (region.left, canvas.height) if beside else (region.top, canvas.width)
    rise = along * tan(radians(SLANT))
    # The cut is at the seam at its upper or left end; from there it runs into the picture.
    length = 2 * round(hypot(along, rise) / 2) + 2 * STRIP + 400

    def panel(colours: tuple[Colour, ...], beyond: int, depth: int) -> ShapeLayer:
        # The middle of its edge lies at the middle of the cut.
        middle = seam + rise / 2 + beyond - depth / 2
        width, height = (depth, length) if beside else (length, depth)
        x, y = (middle, canvas.centre[1]) if beside else (canvas.centre[0], middle)
        at = Transform(x=constant(x), y=constant(y), rotation=constant(-SLANT if beside else SLANT))
        return ShapeLayer(name="slant", width=width, height=height, fill=Fill(colours=colours), transform=at)

    whole = 2 * round(seam + rise)
    return PictureEdge(_even(region), before=(panel((accent,), STRIP, 6 * STRIP), panel(ground, 0, whole)))


def _curve(region: Rect[int], ground: tuple[Colour, ...], accent: Colour, canvas: Canvas) -> PictureEdge:
    """The ground ends in a wide curve over the picture, with a rim along it."""
    beside = region.left > 0
    seam, along = (region.left, canvas.height) if beside else (region.top, canvas.width)
    size, end = CURVE * along, seam + CURVE_BEYOND
    sag = round(size / 2 - ((size / 2) ** 2 - (along / 2) ** 2) ** 0.5)
    place = replace(region, left=end - sag) if beside else replace(region, top=end - sag)

    def disc(colour: Colour, beyond: int) -> ShapeLayer:
        middle = end + beyond - size / 2
        x, y = (middle, canvas.centre[1]) if beside else (canvas.centre[0], middle)
        fill = Fill(colours=(colour,))
        at = Transform(x=constant(x), y=constant(y))
        return ShapeLayer(name="curve", shape="ellipse", width=size, height=size, fill=fill, transform=at)

    return PictureEdge(_even(place), before=(disc(accent, RIM), disc(ground[-1], 0)))


def _even(place: Rect[int]) -> Rect[int]:
    """The place from even pixels on, which need no resampling."""
    return replace(place, left=2 * (place.left // 2), top=2 * (place.top // 2))
