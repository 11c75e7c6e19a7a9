"""Colour correction: what was measured in a source, and what is changed in its pictures.

Casts are in stops, log2 of ratios in linear light: ``temperature`` is half of red over blue, above 0 for a warm
picture; ``tint`` is that of red and blue together over green, above 0 for a magenta one.
"""

import base64
import zlib
from typing import Literal

from pydantic import Field, model_validator

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
    """The change of a source's pictures, in stops: a cast that is added to them, and an exposure. ``lut`` is how
    strongly the LUT of the video is applied then.

    ``media/colour_balance.py`` defines what this means for a pixel.
    """

    temperature: float = Field(default=0, ge=-1, le=1)
    tint: float = Field(default=0, ge=-1, le=1)
    exposure: float = Field(default=0, ge=-2, le=2)
    lut: float = Field(default=0, ge=0, le=1)


class Lut(Record):
    """A look-up table of coded R, G and B (0..1), of one dimension or of three with ``size`` values a side.

    ``values`` are numbers of 32 bits, little-endian, deflated, in base64: red, green and blue of each entry, blue
    changing fastest.
    """

    dimensions: Literal[1, 3]
    size: int = Field(ge=2, le=256)
    values: str = Field(max_length=1 << 20)

    @classmethod
    def of(cls, dimensions: Literal[1, 3], size: int, values: bytes) -> "Lut":
        return cls(dimensions=dimensions, size=size, values=base64.b64encode(zlib.compress(values, 9)).decode())

    def decoded(self) -> bytes:
        """The numbers. Raises ``ValueError`` when there are more or fewer than there should be."""
        expected = 12 * self.size**self.dimensions
        inflater = zlib.decompressobj()
        try:
            values = inflater.decompress(base64.b64decode(self.values, validate=True), expected + 1)
        except zlib.error as error:
            raise ValueError("the values of the LUT are damaged") from error
        if len(values) != expected:
            raise ValueError(f"the LUT has not the {expected // 4} numbers that its size says")
        return values

    @model_validator(mode="after")
    def _complete(self) -> "Lut":
        if self.dimensions == 3 and self.size > 33:
            raise ValueError("a LUT of three dimensions has at most 33 values a side")
        self.decoded()
        return self
