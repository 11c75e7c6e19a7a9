"""How a picture in the lower part of the frame meets the ground with its text above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, radians, tan

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import Edge
from pytoon_pipeline.contracts.spec.effects import Effect, Rounded
from pytoon_pipeline.contracts.spec.layers import Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill

# An arch: its width in widths of the frame, and the line around it, in pixels from it and wide.
ARCH_WIDTH, ARCH_GAP, ARCH_LINE = 0.86, 20, 5
# A slant in degrees, and the height of the strip along it in pixels.
SLANT, STRIP = 4.0, 22
# A curve: the diameter of its circle in widths of the frame, and the height of the rim along it in pixels.
CURVE, RIM = 2.4, 22
# Its lowest point lies so many pixels below the seam: at the sides it is higher.
CURVE_BELOW = 48


@dataclass(frozen=True)
class PictureEdge:
    """Where the picture stands, what cuts it, and the layers behind and in front of it."""

    place: Rect[int]
    effects: tuple[Effect, ...] = ()
    behind: tuple[Layer, ...] = ()
    before: tuple[Layer, ...] = ()


def picture_edge(kind: Edge, seam: int, ground: Sequence[Colour], accent: Colour, canvas: Canvas) -> PictureEdge:
    """The edge of a picture below row ``seam``, which texts above it do not cross.

    ``ground`` are one or two colours from the upper edge of the frame down to the seam.
    """
    return {"arch": _arch, "slant": _slant, "curve": _curve}[kind](seam, tuple(ground), accent, canvas)


def _arch(seam: int, ground: tuple[Colour, ...], accent: Colour, canvas: Canvas) -> PictureEdge:
    """The picture under a round arch, with a fine line around it."""
    width = 2 * round(ARCH_WIDTH * canvas.width / 2)
    left = (canvas.width - width) // 2
    outer = ARCH_GAP + ARCH_LINE
    place = Rect(left, seam + outer, left + width, canvas.height)

    def arch(grown: int, colour: Colour) -> ShapeLayer:
        across, down = width + 2 * grown, place.height + grown
        return ShapeLayer(
            name="arch",
            width=across,
            height=down,
            fill=Fill(colours=(colour,)),
            effects=(Rounded(radius=across / 2, corners="upper"),),
            transform=Transform(x=constant(canvas.centre[0]), y=constant(canvas.height - down / 2)),
        )

    lines = (arch(outer, accent), arch(ARCH_GAP, ground[-1]))
    return PictureEdge(place, (Rounded(radius=width / 2, corners="upper"),), lines)


def _slant(seam: int, ground: tuple[Colour, ...], accent: Colour, canvas: Canvas) -> PictureEdge:
    """The ground cut at an angle over the picture, with a strip along the cut."""
    rise = canvas.width * tan(radians(SLANT))
    place = Rect(0, 2 * (seam // 2), canvas.width, canvas.height)
    # At the left, the cut is at the seam; it falls to the right.
    width = 2 * round(hypot(canvas.width, rise) / 2) + 2 * STRIP + 400

    def panel(colours: tuple[Colour, ...], below: int, height: int) -> ShapeLayer:
        # The middle of the lower edge lies at the middle of the cut.
        middle = seam + rise / 2 + below - height / 2
        at = Transform(x=constant(canvas.centre[0]), y=constant(middle), rotation=constant(SLANT))
        return ShapeLayer(name="slant", width=width, height=height, fill=Fill(colours=colours), transform=at)

    whole = 2 * round(seam + rise)
    return PictureEdge(place, before=(panel((accent,), STRIP, 6 * STRIP), panel(ground, 0, whole)))


def _curve(seam: int, ground: tuple[Colour, ...], accent: Colour, canvas: Canvas) -> PictureEdge:
    """The ground ends in a wide curve over the picture, with a rim along it."""
    size, seam = CURVE * canvas.width, seam + CURVE_BELOW
    half = canvas.width / 2
    sag = round(size / 2 - ((size / 2) ** 2 - half**2) ** 0.5)
    place = Rect(0, 2 * ((seam - sag) // 2), canvas.width, canvas.height)

    def disc(colour: Colour, below: int) -> ShapeLayer:
        at = Transform(x=constant(canvas.centre[0]), y=constant(seam + below - size / 2))
        fill = Fill(colours=(colour,))
        return ShapeLayer(name="curve", shape="ellipse", width=size, height=size, fill=fill, transform=at)

    return PictureEdge(place, before=(disc(accent, RIM), disc(ground[-1], 0)))
