"""Emoji as coloured pixels: shaped like text, then painted from the vectors of the emoji font (OpenType COLR)."""

from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media.colour import OFFSET, TO_YUV
from pytoon_pipeline.media.fonts import FontRun

# Pixels around the vectors for smooth edges.
BORDER = 1


@dataclass(frozen=True, eq=False)
class ColourPixels:
    """Premultiplied RGBA, 8 bits, shape (height, width, 4). ``left`` and ``top`` are its upper left corner on the
    pixel grid.
    """

    rgba: NDArray[np.uint8]
    left: int
    top: int

    def planes(self) -> list[NDArray[np.float32]]:
        """Y, U and V in the limited range of BT.709, premultiplied, and coverage 0..1."""
        import cv2

        values = self.rgba.astype(np.float32)
        coverage = values[:, :, 3] / 255
        planes = cv2.split(cv2.transform(values[:, :, :3], TO_YUV.astype(np.float32)))
        offsets = zip(planes, OFFSET, strict=True)
        return [*(plane + np.float32(offset) * coverage for plane, offset in offsets), coverage]


def draw(
    run: FontRun, size: float, x: float, y: float, direction: str = "ltr", letter_spacing: float = 0.0
) -> ColourPixels:
    """A run of emoji for text of ``size`` pixels from ascender to descender, with its left end on the baseline at
    ``x``, ``y`` on the pixel grid, where y counts downwards. ``letter_spacing`` pixels stand between glyphs.
    """
    import uharfbuzz

    scale = size * run.scale
    shaper, buffer = run.font.shape(run.text, direction)
    glyphs, boxes = [], []
    for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
        # HarfBuzz counts rows upwards.
        transform = (scale, 0, 0, scale, x + place.x_offset * scale, place.y_offset * scale - y)
        box = shaper.get_glyph_extents(glyph.codepoint)
        left, top = transform[4] + box.x_bearing * scale, transform[5] + box.y_bearing * scale
        boxes.append((left, top + box.height * scale, left + box.width * scale, top))
        glyphs.append((glyph.codepoint, transform))
        x += place.x_advance * scale + letter_spacing
    paint = uharfbuzz.RasterPaint()
    left, bottom = (floor(min(box[side] for box in boxes)) - BORDER for side in (0, 1))
    right, top = (ceil(max(box[side] for box in boxes)) + BORDER for side in (2, 3))
    paint.extents = uharfbuzz.RasterExtents(left, bottom, right - left, top - bottom, 4 * (right - left))
    for codepoint, transform in glyphs:
        paint.transform = transform
        paint.paint_glyph(shaper, codepoint)
    return ColourPixels(_rgba(paint.render()), left, -top)


def _rgba(image: Any) -> NDArray[np.uint8]:
    extents = image.extents
    rows = np.frombuffer(image.buffer, np.uint8).reshape(extents.height, extents.stride)
    bgra = rows[::-1, : 4 * extents.width].reshape(extents.height, extents.width, 4)
    return np.ascontiguousarray(bgra[..., [2, 1, 0, 3]])
