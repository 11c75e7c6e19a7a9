"""What lies behind the words of a text: boxes behind the block or its lines, and the marks of key words."""

from collections.abc import Sequence

import numpy as np

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.style import TextBackground
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.media.word_layout import PlacedWord, Typography, mark_box, padded_lines
from pytoon_pipeline.rendering.yuva import Sprite, Values, from_premultiplied

# Polygons and rounded boxes are drawn this much larger, then downscaled.
OVERSAMPLING = 4
# The slant of a marker and the radius of a box behind a word, in em.
SLANT, BOX_RADIUS = 0.12, 0.16


def background_boxes(
    background: TextBackground, words: Sequence[PlacedWord], type_: Typography, box: Rect[float], detail: float
) -> list[Sprite]:
    """The box that fills ``box``, the text's own one, or one box for each line."""
    radius = background.radius * detail
    if background.shape == "block":
        return [_filled(box, radius, background.colour, background.opacity)]
    lines = padded_lines(words, type_, background.padding * detail)
    return [_filled(line, radius, background.colour, background.opacity) for line in lines]


def mark(kind: str, words: Sequence[PlacedWord], type_: Typography, colour: str) -> Sprite:
    """The box, marker stroke or underline of key words that are neighbours on one line."""
    area, slant = mark_box(kind, words, type_), SLANT * type_.em / 2
    if kind != "marker":
        return _filled(area, BOX_RADIUS * type_.em, colour, 1.0)
    left, top, right, bottom = area
    corners = (
        (left + slant, top),
        (right, top - slant / 3),
        (right - slant, bottom),
        (left, bottom + slant / 3),
    )
    return _polygon(corners, colour)


def _filled(area: Rect[float], radius: float, colour: str, opacity: float) -> Sprite:
    """A rectangle with round corners at exact edges."""
    radius = min(radius, (area.right - area.left) / 2, (area.bottom - area.top) / 2)
    left, top, width, height = _outer(area)
    x = np.arange(width, dtype=np.float32) + 0.5 + left
    y = np.arange(height, dtype=np.float32) + 0.5 + top
    across = np.maximum(area.left + radius - x, x - area.right + radius)
    down = np.maximum(area.top + radius - y, y - area.bottom + radius)
    # Signed distance from a rectangle with round corners (I. Quilez).
    outside = np.hypot(np.maximum(across, 0)[None, :], np.maximum(down, 0)[:, None])
    distance = outside + np.minimum(np.maximum(across[None, :], down[:, None]), 0) - radius
    return _painted(np.clip(0.5 - distance, 0, 1) * np.float32(opacity), left, top, colour)


def _polygon(corners: Sequence[tuple[float, float]], colour: str) -> Sprite:
    import cv2

    across, down = ([corner[axis] for corner in corners] for axis in (0, 1))
    left, top, width, height = _outer(Rect(min(across), min(down), max(across), max(down)))
    large = np.zeros((height * OVERSAMPLING, width * OVERSAMPLING), np.float32)
    points = np.round([[(x - left) * OVERSAMPLING, (y - top) * OVERSAMPLING] for x, y in corners]).astype(np.int32)
    cv2.fillPoly(large, [points], 1.0)
    coverage = np.asarray(cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    return _painted(coverage, left, top, colour)


def _outer(area: Rect[float]) -> tuple[int, int, int, int]:
    """Left, top, width and height of the even pixel rectangle around ``area``, with a transparent border."""
    left, top = 2 * int(np.floor(area.left / 2)) - 2, 2 * int(np.floor(area.top / 2)) - 2
    right, bottom = 2 * int(np.ceil(area.right / 2)) + 2, 2 * int(np.ceil(area.bottom / 2)) + 2
    return left, top, right - left, bottom - top


def _painted(coverage: Values, left: int, top: int, colour: str) -> Sprite:
    y, u, v = (np.float32(value) for value in yuv(colour))
    coverage = np.asarray(coverage, np.float32)
    return Sprite(left, top, from_premultiplied(y * coverage, u * coverage, v * coverage, coverage))
