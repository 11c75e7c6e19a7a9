"""Text as coverage: shaped by HarfBuzz and rasterised from the outlines of its glyphs, at exact positions.

With the plain text engine, Pillow draws the characters instead, without shaping. Emoji are coloured pixels beside it.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from pytoon_pipeline.contracts.style import TextEngine
from pytoon_pipeline.media import bidi, fonts
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering import emoji
from pytoon_pipeline.rendering.emoji import ColourPixels

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

EMPTY = np.zeros((1, 1), np.uint8)


@dataclass(frozen=True, eq=False)
class GlyphMask:
    """Coverage 0..255 of the letters, shape (height, width). ``left`` and ``top`` are its upper left corner on the
    pixel grid, and ``advance`` is the width of the text with its ``emoji`` in pixels.
    """

    coverage: Plane
    left: int
    top: int
    advance: float
    emoji: tuple[ColourPixels, ...] = ()

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the letters and emoji on the pixel grid."""
        parts = [(one.left, one.top, one.rgba.shape) for one in self.emoji]
        if self.coverage is not EMPTY or not parts:
            parts.append((self.left, self.top, self.coverage.shape))
        return (
            min(left for left, _, _ in parts),
            min(top for _, top, _ in parts),
            max(left + shape[1] for left, _, shape in parts),
            max(top + shape[0] for _, top, shape in parts),
        )


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
    coloured = []
    for part, direction in bidi.visual_runs(text):
        runs = fonts.font_runs(part, name)
        for run in reversed(runs) if direction == "rtl" else runs:
            if run.font.colour:
                coloured.append(emoji.draw(run, size, x, y, direction, letter_spacing))
            scale = size * run.scale
            shaper, buffer = run.font.shape(run.text, direction)
            for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
                if not run.font.colour:
                    # HarfBuzz counts rows upwards.
                    raster.transform = (scale, 0, 0, scale, x + place.x_offset * scale, place.y_offset * scale - y)
                    raster.draw_glyph(shaper, glyph.codepoint)
                x += place.x_advance * scale + (letter_spacing if place.x_advance else 0)
    advance = max(0.0, x - start - letter_spacing)
    image = raster.render()
    extents = image.extents
    if not extents.width or not extents.height:
        return GlyphMask(EMPTY, 0, 0, advance, tuple(coloured))
    rows = np.frombuffer(image.buffer, np.uint8).reshape(extents.height, extents.stride)
    coverage = np.ascontiguousarray(rows[::-1, : extents.width])
    return GlyphMask(coverage, extents.x_origin, -extents.y_origin - extents.height, advance, tuple(coloured))


def _draw_plain(text: str, name: str, size: float, letter_spacing: float, x: float, y: float) -> GlyphMask:
    start, parts, coloured = x, [], []
    for run in fonts.font_runs(text, name):
        if run.font.colour:
            coloured.append(emoji.draw(run, size, x, y, "ltr", letter_spacing))
            x += run.width(size) + letter_spacing
            continue
        font = _pillow_font(run.font.name, size * run.scale)
        for part in run.text if letter_spacing else [run.text]:
            parts.append((part, font, x))
            x += font.getlength(part) + letter_spacing
    return _pillow_mask(parts, y, max(0.0, x - start - letter_spacing), tuple(coloured))


def _pillow_mask(
    parts: list[tuple[str, "FreeTypeFont", float]], y: float, advance: float, coloured: tuple[ColourPixels, ...]
) -> GlyphMask:
    """Parts of a text with their fonts and left edges on one plane."""
    from PIL import Image, ImageDraw

    boxes = [(x, font.getbbox(text, anchor="ls")) for text, font, x in parts]
    if not boxes:
        return GlyphMask(EMPTY, 0, 0, advance, coloured)
    left, top = floor(min(x + box[0] for x, box in boxes)) - 1, floor(y + min(box[1] for _, box in boxes)) - 1
    right, bottom = ceil(max(x + box[2] for x, box in boxes)) + 1, ceil(y + max(box[3] for _, box in boxes)) + 1
    picture = Image.new("L", (right - left, bottom - top))
    pen = ImageDraw.Draw(picture)
    for text, font, x in parts:
        pen.text((x - left, y - top), text, fill=255, font=font, anchor="ls")
    return GlyphMask(np.asarray(picture, np.uint8), left, top, advance, coloured)


@lru_cache(maxsize=64)
def _pillow_font(name: str, scale: float) -> "FreeTypeFont":
    """A font at ``scale`` pixels per unit."""
    from PIL import ImageFont

    font = fonts.load(name)
    return ImageFont.truetype(str(font.file), max(1.0, scale * font.em))
