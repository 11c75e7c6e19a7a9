"""Colour correction: what was measured in a source, and what is changed in its pictures.

Casts are in stops, log2 of ratios in linear light: ``temperature`` is half of red over blue, above 0 for a warm
picture; ``tint`` is that of red and blue together over green, above 0 for a magenta one.
"""

from pydantic import Field

from pytoon_pipeline.contracts.base import Record


class ColourMeasure(Record):
    """The light of a source: the median over its samples.

    ``disagreement`` is how far estimates of the cast are from it, or how much the cast changes over the source, in
    stops. ``exposure`` is the mean of the picture in stops from a mid grey, ``highlights`` the 99th percentile of
    luminance (0..1), and ``clipped`` the share of pixels with a channel at its end.
    """

    temperature: float
    tint: float
    disagreement: float = Field(ge=0)
    exposure: float
    highlights: float = Field(ge=0)
    clipped: float = Field(ge=0, le=1)


class ColourCorrection(Record):
    """The change of a source's pictures, in stops: a cast that is added to them, and an exposure.

    ``media/colour_balance.py`` defines what this means for a pixel.
    """

    temperature: float = Field(default=0, ge=-1, le=1)
    tint: float = Field(default=0, ge=-1, le=1)
    exposure: float = Field(default=0, ge=-2, le=2)
