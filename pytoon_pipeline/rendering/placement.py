"""From an image to a sprite: scaled, rotated, placed between pixels, and cropped to the canvas."""

from dataclasses import replace
from math import ceil, cos, floor, radians, sin

import numpy as np

from pytoon_pipeline.contracts.geometry import WHOLE, Box, Rect
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering.rotation import warp
from pytoon_pipeline.rendering.yuva import ImageBuffer, LayerImage, Sprite, Values, YuvaImage, draw_onto, with_opacity

# Edges nearer than this to a whole pixel count as aligned.
EPSILON = 1e-3


def place_image(
    image: LayerImage, window: Box, size: tuple[float, float], transform: LayerTransform, canvas: tuple[int, int],
    out: YuvaImage | None = None, buffer: ImageBuffer | None = None,
) -> Sprite | None:  # fmt: skip
    """The part ``window`` of ``image``'s box as a layer of ``size`` (width, height), or none when it is not visible.

    An opaque layer that covers the canvas uses the planes of ``out``, which has the canvas's size; others use memory
    of ``buffer``.
    """
    if transform.opacity <= 0 or transform.scale <= 0:
        return None
    width, height = size[0] * transform.scale, size[1] * transform.scale
    if transform.rotation % 360:
        return _place_rotated(_window_alone(image, window, size), (width, height), transform, canvas)
    box_x, box_y, box_w, box_h = image.nominal
    # Canvas pixels per image pixel, and the position of the image's upper left corner on the canvas.
    fx, fy = width / (box_w * window.width), height / (box_h * window.height)
    origin_x = transform.x - width / 2 - (box_x + window.x * box_w) * fx
    origin_y = transform.y - height / 2 - (box_y + window.y * box_h) * fy
    if image.soft and abs(fx - 1) < EPSILON and abs(fy - 1) < EPSILON:
        return _place_soft(image.drawn(), origin_x, origin_y, transform.opacity, canvas)
    # A layer with overhang shows its whole image, a layer without only its window.
    if image.box is not None:
        left, top, right, bottom = origin_x, origin_y, origin_x + image.size[0] * fx, origin_y + image.size[1] * fy
    else:
        left, top = transform.x - width / 2, transform.y - height / 2
        right, bottom = left + width, top + height
    region = _even_region(left, top, right, bottom, canvas)
    if region is None:
        return None
    x0, y0, x1, y1 = region
    part = (
        _snapped((x0 - origin_x) / fx), _snapped((y0 - origin_y) / fy),
        _snapped((x1 - x0) / fx), _snapped((y1 - y0) / fy),
    )  # fmt: skip
    aligned = left <= x0 + EPSILON and top <= y0 + EPSILON and right >= x1 - EPSILON and bottom >= y1 - EPSILON
    covers = aligned and region == Rect(0, 0, *canvas) and transform.opacity >= 1 and image.opaque
    memory = out if covers else (buffer or ImageBuffer()).image(x1 - x0, y1 - y0)
    output = image.crop(part, x1 - x0, y1 - y0, memory)
    # An image with overhang ends in a transparent border and needs no soft edges.
    if image.box is None and not aligned:
        assert memory is not None
        across, down = _overlap(left - x0, right - x0, x1 - x0), _overlap(top - y0, bottom - y0, y1 - y0)
        output = _with_edges(output, across, down, memory)
    return Sprite(x0, y0, with_opacity(output, transform.opacity))


def resize_window(image: LayerImage, window: Box, width: int, height: int, out: YuvaImage | None = None) -> YuvaImage:
    """The part ``window`` of an image without overhang, resampled to ``width`` × ``height`` pixels.

    The planes of ``out`` are used as in ``crop``.
    """
    columns, rows = image.size
    part = (window.x * columns, window.y * rows, window.width * columns, window.height * rows)
    return image.crop(part, width, height, out)


def even_size(value: float) -> int:
    """The nearest even number, at least 2."""
    return max(2, 2 * round(value / 2))


def _place_soft(image: YuvaImage, x: float, y: float, opacity: float, canvas: tuple[int, int]) -> Sprite | None:
    """A soft image at whole even pixels: cropped to the canvas without resampling."""
    left, top = 2 * round(x / 2), 2 * round(y / 2)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(canvas[0], left + image.size[0]), min(canvas[1], top + image.size[1])
    if x1 <= x0 or y1 <= y0:
        return None

    def part(plane: Plane, step: int) -> Plane:
        return plane[(y0 - top) // step : (y1 - top) // step, (x0 - left) // step : (x1 - left) // step]

    assert image.a is not None
    assert image.h is not None
    u, v, half = (part(plane, 2) for plane in (image.u, image.v, image.h))
    return Sprite(x0, y0, with_opacity(YuvaImage(part(image.y, 1), u, v, part(image.a, 1), half), opacity))


def _window_alone(image: LayerImage, window: Box, size: tuple[float, float]) -> YuvaImage:
    """The window to rotate, at about its final size."""
    if window == WHOLE:
        return image.drawn()
    return resize_window(image, window, even_size(size[0]), even_size(size[1]))


def _snapped(value: float) -> float:
    """The nearest whole number where ``value`` counts as aligned: what is aligned is not resampled."""
    nearest = round(value)
    return float(nearest) if abs(value - nearest) < EPSILON else value


def _even_region(left: float, top: float, right: float, bottom: float, canvas: tuple[int, int]) -> Rect[int] | None:
    """The even pixel rectangle of the canvas around a rectangle, or none when they do not intersect."""
    x0, y0 = max(0, 2 * floor((left + EPSILON) / 2)), max(0, 2 * floor((top + EPSILON) / 2))
    x1, y1 = min(canvas[0], 2 * ceil((right - EPSILON) / 2)), min(canvas[1], 2 * ceil((bottom - EPSILON) / 2))
    return Rect(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _with_edges(image: YuvaImage, across: Values, down: Values, memory: YuvaImage) -> YuvaImage:
    """The image, in ``memory``, with the share of each column and row that the layer covers: 1 except at its edges."""
    assert memory.a is not None
    assert memory.h is not None
    draw_onto(memory, image)
    if image.a is None:
        memory.a[:], memory.h[:] = 255, 255
    small = across.reshape(-1, 2).mean(axis=1), down.reshape(-1, 2).mean(axis=1)
    for plane in (memory.y, memory.a):
        _fade_edges(plane, across, down)
    for plane in (memory.u, memory.v, memory.h):
        _fade_edges(plane, *small)
    return memory


def _fade_edges(plane: Plane, across: Values, down: Values) -> None:
    for row in np.flatnonzero(down < 1):
        plane[row] = np.round(plane[row] * (down[row] * across))
    whole = down >= 1
    for column in np.flatnonzero(across < 1):
        plane[whole, column] = np.round(plane[whole, column] * across[column])


def _overlap(first: float, last: float, count: int) -> Values:
    pixels = np.arange(count)
    return np.clip(np.minimum(pixels + 1, last) - np.maximum(pixels, first), 0, 1).astype(np.float32)


def _place_rotated(
    image: YuvaImage, size: tuple[float, float], transform: LayerTransform, canvas: tuple[int, int]
) -> Sprite | None:
    box_x, box_y, box_w, box_h = image.nominal
    fx, fy = size[0] / box_w, size[1] / box_h
    angle = radians(transform.rotation)
    turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]]) @ np.diag((fx, fy))
    middle = np.array([box_x + box_w / 2, box_y + box_h / 2])
    shift = np.array([transform.x, transform.y]) - turn @ middle
    columns, rows = image.size
    corners = np.array([[0, 0], [columns, 0], [0, rows], [columns, rows]]) @ turn.T + shift
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    region = _even_region(left, top, right, bottom, canvas)
    if region is None:
        return None
    x0, y0, x1, y1 = region
    full = image
    if image.a is None:
        full = replace(image, a=np.full_like(image.y, 255), h=np.full_like(image.u, 255))
    assert full.a is not None
    assert full.h is not None
    shift = shift - (x0, y0)
    # Centres of pixels: p → turn·(p + ½) + shift - ½; chroma lies on even columns, between rows.
    luma = np.column_stack((turn, turn @ (0.5, 0.5) + shift - 0.5))
    chroma = np.column_stack((turn, (turn @ (0.5, 1.0) + shift - (0.5, 1.0)) / 2))
    width, height = x1 - x0, y1 - y0
    planes = [warp(plane, luma, width, height) for plane in (full.y, full.a)]
    small = [warp(plane, chroma, width // 2, height // 2) for plane in (full.u, full.v, full.h)]
    rotated = YuvaImage(planes[0], small[0], small[1], planes[1], small[2])
    return Sprite(x0, y0, with_opacity(rotated, transform.opacity))
