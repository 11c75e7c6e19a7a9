"""Words as images: letters filled with a colour or a gradient, over their outline and shadows."""

from dataclasses import replace
from functools import cached_property, lru_cache
from math import ceil, floor

import numpy as np

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.style import TextShadow, WordStyle
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.media.word_layout import Typography
from pytoon_pipeline.rendering import glyph_masks
from pytoon_pipeline.rendering.glyph_masks import GlyphMask
from pytoon_pipeline.rendering.yuva import Values, YuvaImage, from_coverage, from_premultiplied, from_values

BLACK = "#000000"
# Standard deviations after which a blur has no visible effect.
BLUR_SIGMAS = 2.5
# From this standard deviation on, half the size shows no difference.
WIDE_BLUR = 4.0
# Letters are drawn this much larger for measuring distances to them, which take the edge of a pixel for that of a
# letter.
OUTLINE_DETAIL = 2
# Words of the captions that segments show side by side, in all their looks: 0.4 MB each.
MAX_CACHED_WORDS = 96


@lru_cache(maxsize=MAX_CACHED_WORDS)
def word_layers(text: str, style: WordStyle, x: float = 0.0, y: float = 0.0) -> tuple[YuvaImage | None, YuvaImage]:
    """``text`` on one line: what lies below its letters, if anything does, and its letters; two images of one size.

    ``box`` of the images is the text's advance by its size, from ascender to descender. It lies ``x``, ``y`` pixels
    (0 ≤ x, y < 2) right of and below an even position. Letters, outline and shadows may overhang it.
    Emoji are among the letters, without outline.
    """
    area = _Area(text, style, x, y)
    letters = replace(_letters(style, area), box=area.box)
    if not style.shadows and not style.outline:
        return None, letters
    return _below(text, style.model_copy(update={"colour": BLACK, "gradient_colour": None}), x, y), letters


@lru_cache(maxsize=MAX_CACHED_WORDS)
def _below(text: str, style: WordStyle, x: float, y: float) -> YuvaImage:
    """What lies below the letters of a word, whatever their colour: a word that lights up keeps it."""
    area = _Area(text, style, x, y)
    layers = [(_shadow(area, style.outline, one), one.colour) for one in style.shadows]
    if style.outline:
        layers.append((area.widened(style.outline), style.outline_colour))
    return _flattened(layers, area)


class _Area:
    """The even pixel rectangle that a word covers with its outline and shadows. Planes have its ``shape``."""

    def __init__(self, text: str, style: WordStyle, x: float, y: float) -> None:
        face = fonts.load(style.font)
        self._text, self._style, self._x = text, style, x
        self.baseline = y + style.size * face.ascent / face.height
        self._mask = self._draw(1)
        reach = ceil(max([style.outline, *(_reach(one, style.outline) for one in style.shadows)])) + 1
        left, top, right, bottom = self._mask.bounds
        self.left, self.top = 2 * floor((left - reach) / 2), 2 * floor((top - reach) / 2)
        right, bottom = right + reach, bottom + reach
        self.shape = (2 * ceil((bottom - self.top) / 2), 2 * ceil((right - self.left) / 2))
        self.box = (x - self.left, y - self.top, self._mask.advance, style.size)

    def coverage(self) -> Values:
        """Coverage of the letters, 0..1."""
        return self._placed(self._mask, 1).astype(np.float32) / 255

    def emoji(self) -> list[Values] | None:
        """Planes Y, U, V and coverage 0..1 of the emoji, premultiplied; none without emoji."""
        if not self._mask.emoji:
            return None
        total = [np.zeros(self.shape, np.float32) for _ in range(4)]
        for one in self._mask.emoji:
            height, width = one.rgba.shape[:2]
            top, left = one.top - self.top, one.left - self.left
            for plane, values in zip(total, one.planes(), strict=True):
                plane[top : top + height, left : left + width] += values
        return total

    def silhouette(self, reach: float) -> Values:
        """Coverage of the letters widened by ``reach`` pixels, and of the emoji."""
        emoji = self.emoji()
        letters = self.widened(reach)
        return letters if emoji is None else np.maximum(letters, emoji[3])

    def widened(self, reach: float) -> Values:
        """Coverage of the letters widened by ``reach`` pixels on all sides, 0..1."""
        import cv2

        if not reach:
            return self.coverage()
        large = np.clip(OUTLINE_DETAIL * reach + 0.5 - self._distance, 0, 1)
        return np.asarray(cv2.resize(large, self.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)

    @cached_property
    def _distance(self) -> Values:
        """Distance of the centre of each pixel from the letters, in pixels, both ``OUTLINE_DETAIL`` times as fine."""
        import cv2

        outside = (self._placed(self._draw(OUTLINE_DETAIL), OUTLINE_DETAIL) < 128).astype(np.uint8)
        return np.asarray(cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)

    def _draw(self, detail: int) -> GlyphMask:
        style, size = self._style, self._style.size * detail
        spacing = Typography(style.font, size, letter_spacing=style.letter_spacing).spacing(self._text)
        return glyph_masks.draw(
            self._text, style.font, size, letter_spacing=spacing, x=self._x * detail, y=self.baseline * detail,
            engine=style.text_engine,
        )  # fmt: skip

    def _placed(self, mask: GlyphMask, detail: int) -> Plane:
        plane = np.zeros((self.shape[0] * detail, self.shape[1] * detail), np.uint8)
        height, width = mask.coverage.shape
        top, left = mask.top - self.top * detail, mask.left - self.left * detail
        plane[top : top + height, left : left + width] = mask.coverage
        return plane


def _reach(shadow: TextShadow, outline: float) -> float:
    """How far a shadow reaches beyond the letters."""
    return outline + shadow.spread + BLUR_SIGMAS * shadow.blur + max(abs(shadow.x), abs(shadow.y))


def _shadow(area: _Area, outline: float, shadow: TextShadow) -> Values:
    """Coverage of the shadow of letters with an outline."""
    import cv2

    coverage = area.silhouette(outline + shadow.spread)
    move = np.array([[1, 0, shadow.x], [0, 1, shadow.y]], np.float32)
    moved = cv2.warpAffine(coverage, move, area.shape[::-1], flags=cv2.INTER_LINEAR)
    blurred = _blurred(np.asarray(moved, np.float32), shadow.blur)
    return np.asarray(blurred * shadow.opacity, np.float32)


def _letters(style: WordStyle, area: _Area) -> YuvaImage:
    """The letters in their colour, and the emoji in theirs."""
    coverage, emoji = area.coverage(), area.emoji()
    if emoji is None and style.gradient_colour is None:
        return from_coverage(yuv(style.colour), coverage)
    values = _fill(style, area)
    if emoji is None:
        return from_values(values, coverage)
    layers = zip([*values, np.ones_like(coverage)], emoji, strict=True)
    return from_premultiplied(*(value * coverage * (1 - emoji[3]) + over for value, over in layers))


def _blurred(coverage: Values, sigma: float) -> Values:
    """Gaussian blur with standard deviation ``sigma``. A wide one is computed at half the size."""
    import cv2

    if not sigma:
        return coverage
    if sigma < WIDE_BLUR:
        return np.asarray(cv2.GaussianBlur(coverage, (0, 0), sigma), np.float32)
    size = coverage.shape[::-1]
    small = cv2.resize(coverage, (size[0] // 2, size[1] // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / 2), size), np.float32)


def _fill(style: WordStyle, area: _Area) -> list[Values]:
    """Planes Y, U, V of the colour of the letters."""
    first, last = yuv(style.colour), yuv(style.gradient_colour or style.colour)
    face = fonts.load(style.font)
    height = style.size * face.cap_height / face.height
    rows = np.arange(area.shape[0], dtype=np.float32) + 0.5 + area.top
    share = np.clip((rows - area.baseline + height) / height, 0, 1)[:, None]
    flat = np.ones(area.shape, np.float32)
    return [flat * (start + share * (end - start)).astype(np.float32) for start, end in zip(first, last, strict=True)]


def _flattened(layers: list[tuple[Values, Colour]], area: _Area) -> YuvaImage:
    """Coverages with their colours, from back to front, in one image."""
    colours = {colour for _, colour in layers}
    if len(colours) == 1:
        clear = np.prod([1 - coverage for coverage, _ in layers], axis=0, dtype=np.float32)
        return replace(from_coverage(yuv(colours.pop()), 1 - clear), box=area.box)
    total = [np.zeros(area.shape, np.float32) for _ in range(4)]
    for coverage, colour in layers:
        for plane, value in zip(total, (*yuv(colour), 1.0), strict=True):
            plane *= 1 - coverage
            plane += np.float32(value) * coverage
    return replace(from_premultiplied(*total), box=area.box)
