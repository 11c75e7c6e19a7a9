"""Grounds that go on where a picture ends: in the colour of its edge, as light or dark as its text needs."""

from dataclasses import dataclass

import numpy as np

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.layers import ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.colour import contrast, luminance_of, rgb
from pytoon_pipeline.media.oklch import Oklch, oklab, oklch
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import Backdrops, colour_backdrop, everywhere
from pytoon_pipeline.planning.shots.stills import full_frame

# An edge of at least this lightness (OKLCH) keeps it, with dark text; a darker one gets darker, with light text.
LIGHT_EDGE = 0.7
DARK_TEXT_LIGHTNESS, DARK_TEXT_CHROMA, LIGHT_TEXT = 0.24, 0.06, "#FFFFFF"
# Text of a lower relative luminance is dark.
DARK_TEXT = 0.18
# A ground's lightness changes in these steps until its text can be read with this reserve, and by so much from its far
# end to the picture.
STEP, RESERVE, DEPTH = 0.01, 1.15, 0.05
# More chroma than this is loud over a large area.
MAX_CHROMA = 0.11
# Edges whose colours differ by at most this (Euclidean, Oklab) are a plain background.
PLAIN = 0.06


@dataclass(frozen=True)
class PictureGround:
    """The colour far from the picture, that at its edge, and a colour of text for both."""

    far: Colour
    near: Colour
    text: Colour

    @property
    def backdrop(self) -> Backdrops:
        return everywhere(colour_backdrop(self.far, self.near))

    def layers(self, canvas: Canvas, picture: Rect[int]) -> tuple[ShapeLayer, ...]:
        """The ground over the whole frame. Its colour changes as far as a ``picture`` below it or at its right, and
        then stays.
        """
        width, height = (2 * (picture.left // 2), canvas.height) if picture.left else (canvas.width, picture.top)
        free = ShapeLayer(
            name="ground",
            width=width,
            height=2 * (height // 2),
            # At 270°, a fill runs to the right.
            fill=Fill(colours=(self.far, self.near), angle=270 if picture.left else 0),
            transform=Transform(x=constant(width / 2), y=constant(2 * (height // 2) / 2)),
        )
        return ShapeLayer(name="ground", fill=Fill(colours=(self.near,)), **full_frame(canvas)), free


def picture_ground(
    material: AnalysedMedia, window: Box, text: Colour, min_contrast: float, any_text: bool = True
) -> PictureGround:
    """The ground above a picture of which ``window`` is shown, for letters of the colour ``text``, or with ``any_text``
    of a dark or light colour that suits the edge better.
    """
    edge = oklch(_edge_colour(material, window))
    edge = edge._replace(chroma=min(edge.chroma, MAX_CHROMA))
    light, dark_text = edge.lightness >= LIGHT_EDGE, luminance_of(text) < DARK_TEXT
    if any_text and light and not dark_text:
        text = Oklch(DARK_TEXT_LIGHTNESS, min(edge.chroma, DARK_TEXT_CHROMA), edge.hue).hex
    elif any_text and not light and dark_text:
        text = LIGHT_TEXT
    elif light and not dark_text:
        # A light edge that gets dark would be grey.
        edge = oklch(material.sampled.tones.shade)
    away = 1 if luminance_of(text) < DARK_TEXT else -1
    near = edge
    while _contrast(near, text) < min_contrast * RESERVE and 0.02 < near.lightness < 0.99:
        near = near._replace(lightness=near.lightness + away * STEP)
    far = near._replace(lightness=min(0.985, max(0.06, near.lightness + away * DEPTH)))
    return PictureGround(far.hex, near.hex, text)


def has_plain_edges(material: AnalysedMedia) -> bool:
    """Whether a picture stands before a plain background, which can go on beyond its edges."""
    tones = material.sampled.tones
    colours = [*tones.top, tones.bottom[0], tones.bottom[-1]] if tones.top else []
    if not colours:
        return False
    values = oklab(np.array([rgb(one) for one in colours], np.float64))
    return float(np.linalg.norm(values - values.mean(axis=0), axis=1).max()) <= PLAIN


def _edge_colour(material: AnalysedMedia, window: Box) -> Colour:
    """The mean colour of the picture's upper edge, as far as the window shows it; without any, its dark tone."""
    tones = material.sampled.tones
    if not tones.top:
        return tones.shade
    columns = len(tones.top)
    first = min(columns - 1, max(0, int(window.x * columns)))
    last = min(columns, max(first + 1, round((window.x + window.width) * columns)))
    mean = np.mean([rgb(one) for one in tones.top[first:last]], axis=0)
    red, green, blue = np.round(mean).astype(int).tolist()
    return f"#{red:02X}{green:02X}{blue:02X}"


def _contrast(ground: Oklch, text: Colour) -> float:
    return contrast(luminance_of(ground.hex), luminance_of(text))
