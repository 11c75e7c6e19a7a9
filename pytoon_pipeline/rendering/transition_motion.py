"""What transitions are made of: images that move with motion blur, soft edges and shadows, zooms, and masks."""

from collections.abc import Callable
from functools import lru_cache
from math import ceil, cos, hypot, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import WHOLE
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering.placement import place_image
from pytoon_pipeline.rendering.resampling import CONTEXT, resample
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage, blend

# Blurs shorter than this are not seen, in pixels.
MIN_BLUR = 8.0
# Depth of the shadow that a moving edge casts, and its reach as a share of the frame's short side.
SHADOW_DEPTH, SHADOW_REACH = 0.45, 110 / 1080
# Zooms faster than this per frame are blurred: their image is the mean of this many steps.
MIN_ZOOM_SPEED, ZOOM_STEPS = 0.02, 6

Coordinate = tuple[NDArray[np.float32], NDArray[np.float32]]


def even(pixels: float) -> int:
    """The nearest even number: chroma has half the size."""
    return 2 * round(pixels / 2)


def draw_shifted(canvas: YuvaImage, image: YuvaImage, x: int, y: int) -> None:
    """Blends ``image`` over ``canvas``, moved by an even number of pixels; what leaves the canvas is cut off."""
    width, height = canvas.size
    left, top, right, bottom = max(0, x), max(0, y), min(width, x + width), min(height, y + height)
    if left < right and top < bottom:
        blend(canvas, Sprite(left, top, _part(image, left - x, top - y, right - x, bottom - y)))


def extend_edges(sheet: YuvaImage, x: int, y: int) -> None:
    """Repeats the last column or row of what was moved to the left by ``x`` or up by ``y`` pixels, in place.

    A content that reaches the edge of the frame still does so when it overshoots.
    """
    for plane, step in ((sheet.y, 1), (sheet.u, 2), (sheet.v, 2), (sheet.a, 1), (sheet.h, 2)):
        if plane is not None and x > 0:
            plane[:, -(x // step) :] = plane[:, -(x // step) - 1, None]
        if plane is not None and y > 0:
            plane[-(y // step) :] = plane[-(y // step) - 1]


def draw_scaled(canvas: YuvaImage, image: YuvaImage, scale: float, opacity: float) -> None:
    """Blends ``image`` over ``canvas``, scaled about the centre."""
    width, height = canvas.size
    transform = LayerTransform(width / 2, height / 2, scale, 0.0, opacity)
    if sprite := place_image(image, WHOLE, (width, height), transform, canvas.size):
        blend(canvas, sprite)


def blurred(image: YuvaImage, across: float = 0.0, down: float = 0.0) -> YuvaImage:
    """The image as it looks when it moves by so many pixels while the shutter is open."""
    import cv2

    if max(abs(across), abs(down)) < MIN_BLUR:
        return image

    def blur(plane: Plane, step: int) -> Plane:
        kernel = (max(1, round(abs(across) / step)), max(1, round(abs(down) / step)))
        return np.asarray(cv2.blur(plane, kernel, borderType=cv2.BORDER_REPLICATE), np.uint8)

    a, h = (None if p is None else blur(p, step) for p, step in ((image.a, 1), (image.h, 2)))
    return YuvaImage(blur(image.y, 1), blur(image.u, 2), blur(image.v, 2), a, h)


def draw_over(canvas: YuvaImage, image: YuvaImage, left: int, softness: float, shadow: float) -> None:
    """Draws the left part of an opaque ``image`` from column ``left`` of ``canvas`` on.

    Its edge is soft over ``softness`` pixels and casts a shadow to the left, whose depth is the share ``shadow`` of
    the deepest.
    """
    width, _ = canvas.size
    if left >= width:
        return
    _cast_shadow(canvas, left, shadow)
    soft = min(width - left, even(softness))
    for plane, values, step in ((canvas.y, image.y, 1), (canvas.u, image.u, 2), (canvas.v, image.v, 2)):
        first, ramp = left // step, soft // step
        behind = plane[:, first : first + ramp].astype(np.float32)
        plane[:, first:] = values[:, : plane.shape[1] - first]
        share = (np.arange(ramp, dtype=np.float32) + 0.5) / max(1, ramp)
        front = plane[:, first : first + ramp]
        front[:] = np.round(behind + (front - behind) * share)


def _cast_shadow(canvas: YuvaImage, left: int, shadow: float) -> None:
    length = round(SHADOW_REACH * min(canvas.size))
    first = max(0, left - length)
    reach = np.arange(first - left + length, length) / length
    light = (1 - SHADOW_DEPTH * shadow * reach**2).astype(np.float32)
    region = canvas.y[:, first:left]
    region[:] = np.round((region - np.float32(16)) * light + 16)


def darkened(image: YuvaImage, light: float) -> YuvaImage:
    """An opaque image at the share ``light`` of its luma."""
    import cv2

    y = cv2.convertScaleAbs(image.y, alpha=light, beta=16 * (1 - light))
    return YuvaImage(np.asarray(y, np.uint8), image.u, image.v)


def zoomed(image: YuvaImage, scale: float, speed: float) -> YuvaImage:
    """The image scaled about its centre, mirrored beyond its edges, and blurred by the change of scale per frame."""
    if speed < MIN_ZOOM_SPEED:
        return _map_planes(image, lambda plane: _scaled(plane, scale))
    # What moves fast shows no detail: half the size is enough.
    scales = [scale * (1 + speed * (n / (ZOOM_STEPS - 1) - 0.5)) for n in range(ZOOM_STEPS)]
    return _map_planes(image, lambda plane: _mean_of_scales(plane, scales))


def _mean_of_scales(plane: Plane, scales: list[float]) -> Plane:
    import cv2

    height, width = plane.shape
    small = cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    total = np.zeros(small.shape, np.float32)
    for scale in scales:
        cv2.accumulate(_scaled(small, scale), total)
    mean = cv2.convertScaleAbs(total, alpha=1 / len(scales))
    return np.asarray(cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _scaled(plane: Plane, scale: float) -> Plane:
    """The plane scaled about its centre, mirrored beyond its edges. At a scale of 1 it is the plane itself."""
    import cv2

    height, width = plane.shape
    across, down = width / scale, height / scale
    beyond = [ceil(max(0.0, inner - outer) / 2) for inner, outer in ((across, width), (down, height))]
    if any(beyond):
        x, y = (length + CONTEXT for length in beyond)
        mirrored = cv2.copyMakeBorder(plane, y, y, x, x, cv2.BORDER_REFLECT_101)
        plane = np.asarray(mirrored, np.uint8)
    rows, columns = plane.shape
    return resample(plane, (columns - across) / 2, (rows - down) / 2, across, down, width, height)


@lru_cache(maxsize=4)
def tilted(width: int, height: int, angle: float) -> Coordinate:
    """How far each pixel is from one corner towards the opposite one, 0..1, at the size of luma and of chroma.

    ``angle`` is in degrees from straight up, clockwise.
    """
    across, up = sin(radians(angle)), cos(radians(angle))
    x, y = np.arange(width, dtype=np.float32) + 0.5, height - np.arange(height, dtype=np.float32) - 0.5
    full = (x * across)[None, :] + (y * up)[:, None]
    return _with_half(full / (width * across + height * up))


@lru_cache(maxsize=4)
def distance(width: int, height: int, centre_y: float) -> Coordinate:
    """The distance of each pixel from the point at the share ``centre_y`` of the height, 0..1; as ``tilted``."""
    x, y = np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height * centre_y
    full = np.sqrt(x[None, :] ** 2 + y[:, None] ** 2) / hypot(width / 2, height * max(centre_y, 1 - centre_y))
    return _with_half(full.astype(np.float32))


def _with_half(full: NDArray[np.float32]) -> Coordinate:
    import cv2

    height, width = full.shape
    return full, np.asarray(cv2.resize(full, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.float32)


def masked(before: YuvaImage, after: YuvaImage, coordinate: Coordinate, edge: float, softness: float) -> YuvaImage:
    """``after`` where ``coordinate`` is below ``edge``, else ``before``; both opaque; mixed over ``softness``."""
    import cv2

    if edge <= 0 or edge >= 1:
        return before if edge <= 0 else after
    # The soft part lies before the edge at its start and behind it at its end.
    middle, slope = edge * (1 + softness) - softness / 2, -255 / softness
    masks = [
        cv2.addWeighted(one, slope, one, 0, 127.5 - middle * slope, dtype=cv2.CV_8U)  # saturates at 0 and 255
        for one in coordinate
    ]
    shares = [(mask, cv2.bitwise_not(mask)) for mask in masks]
    planes = ((before.y, after.y, 0), (before.u, after.u, 1), (before.v, after.v, 1))

    def mixed(old: Plane, new: Plane, size: int) -> Plane:
        front, back = shares[size]
        return np.asarray(
            cv2.add(cv2.multiply(new, front, scale=1 / 255), cv2.multiply(old, back, scale=1 / 255)), np.uint8
        )

    return YuvaImage(*(mixed(*one) for one in planes))


def _part(image: YuvaImage, left: int, top: int, right: int, bottom: int) -> YuvaImage:
    def cut(plane: Plane | None, step: int) -> Any:
        return None if plane is None else plane[top // step : bottom // step, left // step : right // step]

    return YuvaImage(cut(image.y, 1), cut(image.u, 2), cut(image.v, 2), cut(image.a, 1), cut(image.h, 2))


def _map_planes(image: YuvaImage, change: Callable[[Plane], Plane]) -> YuvaImage:
    a, h = (None if plane is None else change(plane) for plane in (image.a, image.h))
    return YuvaImage(change(image.y), change(image.u), change(image.v), a, h)
