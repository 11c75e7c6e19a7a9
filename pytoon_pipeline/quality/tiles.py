"""Small images of fills and source samples: their position, coverage, grading and warping."""

from collections.abc import Sequence
from math import cos, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.effects import Effect, Feather, Grade, Rounded
from pytoon_pipeline.contracts.spec.layers import Layer
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.colour import rgb

Values = NDArray[np.float32]
# A homogeneous affine map, shape (3, 3).
Matrix = NDArray[np.float64]
# BGR, 0..255, premultiplied by the coverage, 0..1; the coverage is None for an opaque tile.
Tile = tuple[NDArray[Any], Values | None]


def filled(fill: Fill, matrix: Matrix, layer: Layer, area: Rect[int]) -> Tile:
    """A colour or a gradient over the box of a layer, on the pixels ``area``. ``matrix`` maps its unit box to them."""
    width, height = area.size
    share = _share(fill.angle, matrix, area)
    first, last = (np.array(rgb(colour)[::-1], np.float32) for colour in (fill.colours[0], fill.colours[-1]))
    values = np.empty((height, width, 3), np.float32)
    values[:] = first
    if len(fill.colours) > 1:
        values += share[:, :, None] * (last - first)
    if not fill.opacity:
        return values, None
    marks = np.linspace(0, 1, 257)
    alpha = np.interp(share, marks, [fill.opacity_at(float(mark)) for mark in marks]).astype(np.float32)
    return values * alpha[:, :, None], alpha


def _share(turn: float, matrix: Matrix, area: Rect[int]) -> Values:
    """How far along a gradient with the angle ``turn`` each pixel of ``area`` is, 0..1."""
    across, down = -sin(radians(turn)), cos(radians(turn))
    inverse = shift(-0.5, -0.5) @ inverted(matrix)
    columns, rows = np.arange(area.left, area.right) + 0.5, np.arange(area.top, area.bottom)[:, None] + 0.5
    x = inverse[0, 0] * columns + inverse[0, 1] * rows + inverse[0, 2]
    y = inverse[1, 0] * columns + inverse[1, 1] * rows + inverse[1, 2]
    return np.clip((x * across + y * down) / (abs(across) + abs(down)) + 0.5, 0, 1).astype(np.float32)


def coverage(matrix: Matrix, layer: Layer, effects: Sequence[Effect], area: Rect[int], ellipse: bool) -> Values | None:
    """Coverage, 0..1, of a layer's box with rounded or feathered edges, or of its ellipse; none when it covers all of
    ``area``.
    """
    cover = _shape(matrix, layer, effects, area, ellipse)
    for effect in effects:
        if isinstance(effect, Feather):
            inverse = np.diag((1.0, layer.height, 1.0)) @ inverted(matrix)
            rows = inverse[1, 1] * (np.arange(area.top, area.bottom) + 0.5) + inverse[1, 2]
            fade = np.array([effect.opacity_at(float(y), layer.height) for y in rows], np.float32)[:, None]
            cover = np.repeat(fade, area.width, axis=1) if cover is None else cover * fade
    return cover


def _shape(matrix: Matrix, layer: Layer, effects: Sequence[Effect], area: Rect[int], ellipse: bool) -> Values | None:
    # The centre of each pixel in layer pixels, relative to the layer's centre.
    inverse = np.diag((layer.width, layer.height, 1.0)) @ shift(-0.5, -0.5) @ inverted(matrix)
    columns, rows = np.arange(area.left, area.right) + 0.5, np.arange(area.top, area.bottom) + 0.5
    # Layer pixels per small pixel.
    pixel = float(np.hypot(inverse[0, 0], inverse[1, 0]))
    half_w, half_h = layer.width / 2, layer.height / 2
    rounded = next((one for one in effects if isinstance(one, Rounded)), None)
    upper = rounded is not None and rounded.corners == "upper"
    corner = 0.0 if rounded is None else min(rounded.radius, half_w, layer.height if upper else half_h)
    if not ellipse and not corner and abs(inverse[0, 1]) + abs(inverse[1, 0]) < 1e-9:
        across = half_w - np.abs(inverse[0, 0] * columns + inverse[0, 2])
        down = half_h - np.abs(inverse[1, 1] * rows + inverse[1, 2])
        if min(across[0], across[-1], down[0], down[-1]) >= pixel / 2 - 1e-6:
            return None
        cover = np.clip(down / pixel + 0.5, 0, 1)[:, None] * np.clip(across / pixel + 0.5, 0, 1)
        return cover.astype(np.float32)
    x = inverse[0, 0] * columns + inverse[0, 1] * rows[:, None] + inverse[0, 2]
    y = inverse[1, 0] * columns + inverse[1, 1] * rows[:, None] + inverse[1, 2]
    if ellipse:
        inside = (1 - np.hypot(x / half_w, y / half_h)) * min(half_w, half_h)
    else:
        # Without round lower corners, only the upper edge cuts them.
        out_x, out_y = np.abs(x) - (half_w - corner), (-y if upper else np.abs(y)) - (half_h - corner)
        outside = np.hypot(np.maximum(out_x, 0), np.maximum(out_y, 0)) + np.minimum(np.maximum(out_x, out_y), 0)
        inside = corner - outside
        if upper:
            inside = np.minimum(inside, half_h - y)
    return np.clip(inside / pixel + 0.5, 0, 1).astype(np.float32)


def graded(values: NDArray[Any], alpha: Values | None, effects: Sequence[Effect]) -> NDArray[Any]:
    """BGR values, premultiplied by ``alpha``, after the grades among ``effects``."""
    for effect in effects:
        if isinstance(effect, Grade):
            full = np.float32(1) if alpha is None else alpha[:, :, None]
            grey = values @ np.array([[0.0722], [0.7152], [0.2126]], np.float32)
            values = grey + (values - grey) * effect.saturation
            values = (values - 127.5 * full) * effect.contrast + (127.5 + 255 * effect.brightness) * full
            values = np.clip(values, 0, 255 * full).astype(np.float32)
    return values


def warped(image: NDArray[Any], matrix: Matrix, area: Rect[int]) -> NDArray[Any]:
    """``image`` on the pixels ``area``. ``matrix`` maps its pixels, counted from corners, to small pixels."""
    import cv2

    # Linear interpolation reads four pixels: an image that shrinks a lot is averaged down first.
    shrink = 1 / max(1e-6, float(np.hypot(matrix[0, 0], matrix[1, 0])))
    if shrink > 1.5:
        height, width = image.shape[:2]
        size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        matrix = matrix @ np.diag((width / size[0], height / size[1], 1.0))
    # OpenCV counts from the centres of pixels.
    matrix = shift(-0.5 - area.left, -0.5 - area.top) @ matrix @ shift(0.5, 0.5)
    options: dict[str, Any] = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    return np.asarray(cv2.warpAffine(image, matrix[:2], area.size, **options))


def inverted(matrix: Matrix) -> Matrix:
    """The inverse map."""
    import cv2

    return np.vstack((cv2.invertAffineTransform(matrix[:2]), (0, 0, 1)))


def shift(x: float, y: float) -> Matrix:
    """A translation."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)
