"""From a sheet to a patch of the canvas: any size, any place between pixels, turned, and cut at the canvas's edge."""

from dataclasses import replace
from math import ceil, cos, floor, radians, sin

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import WHOLE, Box
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform
from pytoon_pipeline.media.frames import Plane, YuvFrame
from pytoon_pipeline.rendering.resampling import sample_window
from pytoon_pipeline.rendering.yuva import Sprite, Values, YuvaImage, faded, masked

# Edges nearer than this to a whole pixel count as lying on it.
NEAR = 1e-3


def place_image(
    sheet: YuvaImage, window: Box, size: tuple[float, float], state: LayerTransform, canvas: tuple[int, int]
) -> Sprite | None:
    """``window`` of ``sheet``'s box as a layer of ``size`` in the given state; none when nothing of it is visible."""
    if state.opacity <= 0 or state.scale <= 0:
        return None
    width, height = size[0] * state.scale, size[1] * state.scale
    if state.rotation % 360:
        return _turned(_sized(sheet, window, size), (width, height), state, canvas)
    box_x, box_y, box_w, box_h = sheet.nominal
    # Pixels of the canvas for one pixel of the sheet, and where the sheet's own corner comes to lie.
    fx, fy = width / (box_w * window.width), height / (box_h * window.height)
    origin_x = state.x - width / 2 - (box_x + window.x * box_w) * fx
    origin_y = state.y - height / 2 - (box_y + window.y * box_h) * fy
    if sheet.soft and abs(fx - 1) < NEAR and abs(fy - 1) < NEAR:
        return _moved(sheet, origin_x, origin_y, state.opacity, canvas)
    # A layer with overhang shows all of its sheet, one without only its window.
    if sheet.box is not None:
        left, top, right, bottom = origin_x, origin_y, origin_x + sheet.size[0] * fx, origin_y + sheet.size[1] * fy
    else:
        left, top = state.x - width / 2, state.y - height / 2
        right, bottom = left + width, top + height
    region = _region(left, top, right, bottom, canvas)
    if region is None:
        return None
    x0, y0, x1, y1 = region
    part = ((x0 - origin_x) / fx, (y0 - origin_y) / fy, (x1 - x0) / fx, (y1 - y0) / fy)
    done = cut(sheet, part, x1 - x0, y1 - y0)
    # Where there is overhang, the sheet's own rim is clear.
    if sheet.box is None and (left > x0 + NEAR or top > y0 + NEAR or right < x1 - NEAR or bottom < y1 - NEAR):
        done = masked(done, _coverage(left - x0, right - x0, top - y0, bottom - y0, x1 - x0, y1 - y0))
    return Sprite(x0, y0, faded(done, state.opacity))


def cut(sheet: YuvaImage, part: tuple[float, float, float, float], width: int, height: int) -> YuvaImage:
    """The rectangle ``part`` (left, top, width, height in pixels of the sheet) as ``width`` × ``height`` pixels."""
    columns, rows = sheet.size
    window = Box(part[0] / columns, part[1] / rows, part[2] / columns, part[3] / rows)
    picture = sample_window(YuvFrame(sheet.y, sheet.u, sheet.v), window, width, height)
    if sheet.a is None or sheet.h is None:
        return YuvaImage(picture.y, picture.u, picture.v)
    coverage = sample_window(YuvFrame(sheet.a, sheet.h, sheet.h), window, width, height)
    return YuvaImage(picture.y, picture.u, picture.v, coverage.y, coverage.u)


def sized(sheet: YuvaImage, window: Box, width: int, height: int) -> YuvaImage:
    """``window`` of a picture without overhang, as a picture of its own."""
    columns, rows = sheet.size
    part = (window.x * columns, window.y * rows, window.width * columns, window.height * rows)
    return cut(sheet, part, width, height)


def even_size(value: float) -> int:
    """The nearest even number, at least 2."""
    return max(2, 2 * round(value / 2))


def _moved(sheet: YuvaImage, x: float, y: float, opacity: float, canvas: tuple[int, int]) -> Sprite | None:
    """A soft sheet moved by whole even pixels: nothing is calculated, its part inside the canvas is shown."""
    left, top = 2 * round(x / 2), 2 * round(y / 2)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(canvas[0], left + sheet.size[0]), min(canvas[1], top + sheet.size[1])
    if x1 <= x0 or y1 <= y0:
        return None

    def part(plane: Plane, step: int) -> Plane:
        return plane[(y0 - top) // step : (y1 - top) // step, (x0 - left) // step : (x1 - left) // step]

    assert sheet.a is not None
    assert sheet.h is not None
    u, v, half = (part(plane, 2) for plane in (sheet.u, sheet.v, sheet.h))
    return Sprite(x0, y0, faded(YuvaImage(part(sheet.y, 1), u, v, part(sheet.a, 1), half), opacity))


def _sized(sheet: YuvaImage, window: Box, size: tuple[float, float]) -> YuvaImage:
    """What is to be turned: the window alone, at about its final size."""
    if window == WHOLE:
        return sheet
    return sized(sheet, window, even_size(size[0]), even_size(size[1]))


def _region(
    left: float, top: float, right: float, bottom: float, canvas: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """Whole even pixels of the canvas around a rectangle."""
    x0, y0 = max(0, 2 * floor((left + NEAR) / 2)), max(0, 2 * floor((top + NEAR) / 2))
    x1, y1 = min(canvas[0], 2 * ceil((right - NEAR) / 2)), min(canvas[1], 2 * ceil((bottom - NEAR) / 2))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _coverage(left: float, right: float, top: float, bottom: float, width: int, height: int) -> Values:
    """The share of each pixel that lies between the edges."""
    across = _overlap(left, right, width)
    return np.outer(_overlap(top, bottom, height), across).astype(np.float32)


def _overlap(first: float, last: float, count: int) -> Values:
    pixels = np.arange(count)
    return np.clip(np.minimum(pixels + 1, last) - np.maximum(pixels, first), 0, 1).astype(np.float32)


def _turned(
    sheet: YuvaImage, size: tuple[float, float], state: LayerTransform, canvas: tuple[int, int]
) -> Sprite | None:
    box_x, box_y, box_w, box_h = sheet.nominal
    fx, fy = size[0] / box_w, size[1] / box_h
    angle = radians(state.rotation)
    turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]]) @ np.diag((fx, fy))
    middle = np.array([box_x + box_w / 2, box_y + box_h / 2])
    shift = np.array([state.x, state.y]) - turn @ middle
    columns, rows = sheet.size
    corners = np.array([[0, 0], [columns, 0], [0, rows], [columns, rows]]) @ turn.T + shift
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    region = _region(left, top, right, bottom, canvas)
    if region is None:
        return None
    x0, y0, x1, y1 = region
    full = sheet
    if sheet.a is None:
        full = replace(sheet, a=np.full_like(sheet.y, 255), h=np.full_like(sheet.u, 255))
    assert full.a is not None
    assert full.h is not None
    shift = shift - (x0, y0)
    # Centres of pixels: p → turn·(p + ½) + shift - ½; chroma lies on even columns, between rows.
    luma = np.column_stack((turn, turn @ (0.5, 0.5) + shift - 0.5))
    chroma = np.column_stack((turn, (turn @ (0.5, 1.0) + shift - (0.5, 1.0)) / 2))
    width, height = x1 - x0, y1 - y0
    planes = [_warp(plane, luma, width, height) for plane in (full.y, full.a)]
    small = [_warp(plane, chroma, width // 2, height // 2) for plane in (full.u, full.v, full.h)]
    return Sprite(x0, y0, faded(YuvaImage(planes[0], small[0], small[1], planes[1], small[2]), state.opacity))


def _warp(plane: Plane, matrix: NDArray[np.float64], width: int, height: int) -> Plane:
    """Nothing lies outside the plane: its edge fades over one pixel."""
    import cv2

    warped = cv2.warpAffine(plane, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(warped, np.uint8)
