"""Text as coverage: shaped by HarfBuzz and rasterised from the outlines of its glyphs, at exact positions.

With the plain text engine, Pillow draws the characters instead, without shaping.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from pytoon_pipeline.contracts.style import TextEngine
from pytoon_pipeline.media import bidi, fonts
from pytoon_pipeline.media.frames import Plane

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

EMPTY = np.zeros((1, 1), np.uint8)


@dataclass(frozen=True, eq=False)
class GlyphMask:
    """Coverage 0..255, shape (height, width). ``left`` and ``top`` are its upper left corner on the pixel grid, and
    ``advance`` is the width of the text in pixels.
    """

    coverage: Plane
    left: int
    top: int
    advance: float


def draw(
    text: str, font: str, size: float, *, letter_spacing: float = 0.0, x: float = 0.0, y: float = 0.0,
    engine: TextEngine = "shaped",
) -> GlyphMask:  # fmt: skip
    """``text`` on one line at ``size`` pixels from ascender to descender, with its start on the baseline at ``x``,
    ``y`` on the pixel grid, where y counts downwards. ``letter_spacing`` pixels stand between glyphs.
    """
    draw_line = _draw_plain if engine == "plain" else _draw_shaped
    return draw_line(text, font, size, letter_spacing, x, y)


def _draw_shaped(text: str, name: str, size: float, letter_spacing: float, x: float, y: float) -> GlyphMask:
    import uharfbuzz

    start, raster = x, uharfbuzz.RasterDraw()
    for part, direction in bidi.visual_runs(text):
        for word, font in _font_runs(part, name, direction):
            scale = size / font.height
            shaper, buffer = font.shape(word, direction)
            for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
                # HarfBuzz counts rows upwards.
                raster.transform = (scale, 0, 0, scale, x + place.x_offset * scale, place.y_offset * scale - y)
                raster.draw_glyph(shaper, glyph.codepoint)
                x += place.x_advance * scale + (letter_spacing if place.x_advance else 0)
    advance = max(0.0, x - start - letter_spacing)
    image = raster.render()
    extents = image.extents
    if not extents.width or not extents.height:
        return GlyphMask(EMPTY, 0, 0, advance)
    rows = np.frombuffer(image.buffer, np.uint8).reshape(extents.height, extents.stride)
    coverage = np.ascontiguousarray(rows[::-1, : extents.width])
    return GlyphMask(coverage, extents.x_origin, -extents.y_origin - extents.height, advance)


def _font_runs(text: str, name: str, direction: str) -> Iterator[tuple[str, fonts.Font]]:
    """Parts of ``text`` from left to right, each with the font that has its characters: fallbacks are word by word."""
    font = fonts.load(name)
    if not font.missing(text):
        yield text, font
        return
    words = text.split(" ")
    for number, word in enumerate(reversed(words) if direction == "rtl" else words):
        if number:
            yield " ", font
        if word:
            yield word, fonts.fitting(word, name)


def _draw_plain(text: str, name: str, size: float, letter_spacing: float, x: float, y: float) -> GlyphMask:
    from PIL import Image, ImageDraw

    font, start = _pillow_font(name, size), x
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    corner_x, corner_y = floor(left + x) - 1, floor(top + y) - 1
    width = ceil(right + x + letter_spacing * len(text)) + 1 - corner_x
    picture = Image.new("L", (width, ceil(bottom + y) + 1 - corner_y))
    pen = ImageDraw.Draw(picture)
    for part in text if letter_spacing else [text]:
        pen.text((x - corner_x, y - corner_y), part, fill=255, font=font, anchor="ls")
        x += font.getlength(part) + letter_spacing
    return GlyphMask(np.asarray(picture, np.uint8), corner_x, corner_y, x - start - letter_spacing)


@lru_cache(maxsize=64)
def _pillow_font(name: str, size: float) -> "FreeTypeFont":
    from PIL import ImageFont

    font = fonts.load(name)
    # Sizes are from ascender to descender; Pillow takes that of the em square.
    return ImageFont.truetype(str(font.file), max(1.0, size * font.em / font.height))
