"""The shapes behind captions: boxes behind a block, a line or a word, marker strokes and underlines."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import ceil, floor

import numpy as np

from pytoon_pipeline.contracts.captions import CaptionBox, CaptionStyle
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.caption_states import WordState, box_of
from pytoon_pipeline.contracts.spec.render_spec import Cue, WordPlace
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.rendering.caption_geometry import PagePlacement
from pytoon_pipeline.rendering.yuva import Sprite, Values, from_premultiplied, with_opacity

# A marker's stroke covers this part of a box's height, and leans by this share of its own height.
MARKER_TOP, MARKER_BOTTOM, MARKER_LEAN = 0.08, 0.92, 0.16
# An underline lies this far up from the lower edge of a box, and is so thick, as shares of the height.
UNDERLINE_RISE, UNDERLINE_THICKNESS = 0.16, 0.11
# Edges are rounded to this share of a pixel, so that boxes at rest are drawn once.
STEPS = 8
# Small shapes grow in from this share of their size.
GROW_FROM = 0.86


def box_sprites(
    cue: Cue, states: Sequence[WordState], style: CaptionStyle, page: PagePlacement, canvas: tuple[int, int]
) -> Iterator[Sprite]:
    """The shapes behind a page, from back to front."""
    places = list(cue.places)
    shapes: list[tuple[Rect[float], CaptionBox, float, float]] = []
    if (box := style.block_box) is not None:
        shapes.append((page.text_box(places, box), box, page.radius(places[0], box), 1.0))
    if (box := style.line_box) is not None:
        for number in sorted({place.line for place in places}):
            line = [place for place in places if place.line == number]
            shapes.append((page.text_box(line, box), box, page.radius(line[0], box), 1.0))
    shapes += _word_shapes(places, states, style, page)
    for rect, box, radius, opacity in shapes:
        sprite = _shape(box.shape, rect, radius, box.colour, canvas)
        share = box.opacity * opacity * page.opacity
        if sprite is not None and share > 0:
            yield Sprite(sprite.left, sprite.top, with_opacity(sprite.image, share))


def _word_shapes(
    places: Sequence[WordPlace], states: Sequence[WordState], style: CaptionStyle, page: PagePlacement
) -> Iterator[tuple[Rect[float], CaptionBox, float, float]]:
    slides = style.motion.box == "slide"
    for place, state in zip(places, states, strict=True):
        box = box_of(state.look)
        if box is None or state.opacity <= 0:
            continue
        rect = page.word_box(place, box, state.scale, state.y)
        opacity = state.opacity
        if state.active and state.progress < 1:
            before = [one for one in places if one.last == place.first - 1]
            if slides and before:
                rect = _between(page.word_box(before[0], box, state.scale, state.y), rect, state.progress)
            elif box.shape == "box":
                rect = _grown(rect, GROW_FROM + (1 - GROW_FROM) * state.progress)
            else:
                rect = Rect(rect.left, rect.top, rect.left + rect.width * state.progress, rect.bottom)
        yield rect, box, page.radius(place, box), opacity


def _between(a: Rect[float], b: Rect[float], share: float) -> Rect[float]:
    return Rect(*(first + (last - first) * share for first, last in zip(a, b, strict=True)))


def _grown(rect: Rect[float], scale: float) -> Rect[float]:
    x, y = (rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2
    return Rect(*(middle + (edge - middle) * scale for edge, middle in zip(rect, (x, y, x, y), strict=True)))


def _shape(shape: str, rect: Rect[float], radius: float, colour: Colour, canvas: tuple[int, int]) -> Sprite | None:
    """A shape in one colour, cropped to the canvas."""
    height = rect.height
    if shape == "marker":
        rect = Rect(rect.left, rect.top + MARKER_TOP * height, rect.right, rect.top + MARKER_BOTTOM * height)
        radius = 0.0
    elif shape == "underline":
        bottom = rect.bottom - (UNDERLINE_RISE - UNDERLINE_THICKNESS) * height
        rect = Rect(rect.left, bottom - UNDERLINE_THICKNESS * height, rect.right, bottom)
        radius = height
    clipped = Rect(max(0.0, rect.left), max(0.0, rect.top), min(canvas[0], rect.right), min(canvas[1], rect.bottom))
    if clipped.right - clipped.left < 1 or clipped.bottom - clipped.top < 1:
        return None
    edges = tuple(round(edge * STEPS) / STEPS for edge in clipped)
    return _drawn(edges, round(radius, 2), colour, MARKER_LEAN if shape == "marker" else 0.0)


@lru_cache(maxsize=256)
def _drawn(edges: tuple[float, ...], radius: float, colour: Colour, lean: float) -> Sprite:
    left, top, right, bottom = edges
    x0, y0, x1, y1 = 2 * floor(left / 2), 2 * floor(top / 2), 2 * ceil(right / 2), 2 * ceil(bottom / 2)
    x, y = np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5
    coverage = _coverage(x, y, edges, radius, lean)
    luma, u, v = yuv(colour)
    return Sprite(x0, y0, from_premultiplied(luma * coverage, u * coverage, v * coverage, coverage))


def _coverage(x: Values, y: Values, edges: tuple[float, ...], radius: float, lean: float) -> Values:
    """The share of each pixel inside a rectangle with rounded corners, or inside a stroke that leans."""
    left, top, right, bottom = edges
    width, height = right - left, bottom - top
    columns, rows = x[None, :] - (left + right) / 2, y[:, None] - (top + bottom) / 2
    if lean:
        inner = width / 2 - lean * height / 2
        columns = columns + rows * lean
        return np.asarray(
            np.clip(inner - np.abs(columns) + 0.5, 0, 1) * np.clip(height / 2 - np.abs(rows) + 0.5, 0, 1), np.float32
        )
    radius = min(radius, width / 2, height / 2)
    across = np.abs(columns) - (width / 2 - radius)
    down = np.abs(rows) - (height / 2 - radius)
    outside = np.sqrt(np.maximum(across, 0) ** 2 + np.maximum(down, 0) ** 2)
    distance = outside + np.minimum(np.maximum(across, down), 0) - radius
    return np.asarray(np.clip(0.5 - distance, 0, 1), np.float32)
