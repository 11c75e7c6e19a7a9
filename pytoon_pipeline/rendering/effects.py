"""What each effect does to an image. A new effect joins ``Effect`` and registers its function here."""

from dataclasses import replace
from functools import lru_cache, singledispatch
from math import ceil
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pytoon_pipeline.contracts.spec.effects import Blur, EffectKind, Feather, Grade, Rounded, Shadow
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering import shapes
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage, blend, transparent_image, with_mask

# Standard deviations after which a blur has no visible effect.
BLUR_SIGMAS = 2.5
# From this radius on, a move of two pixels changes no value by more than one level.
SOFT_RADIUS = 60.0
# Soft shapes are computed with this many values per level, and interpolated with weights in this many steps.
FINE, WEIGHTS, UNIT_BITS = 64, 64, 18
NOISE_SIDE = 256


@singledispatch
def apply(effect: EffectKind, image: YuvaImage) -> YuvaImage:
    """Returns ``image`` with ``effect`` applied."""
    raise NotImplementedError(f"No function is registered for {type(effect).__name__}.")


@apply.register
def _(effect: Blur, image: YuvaImage) -> YuvaImage:
    if image.a is None:
        # An opaque image keeps its edges: it does not fade towards the frame.
        return YuvaImage(*(_blur(p, effect.radius / step) for p, step in ((image.y, 1), (image.u, 2), (image.v, 2))))
    grown = _padded(image, 2 * ceil(BLUR_SIGMAS * effect.radius / 2))
    assert grown.a is not None
    assert grown.h is not None
    planes = ((grown.y, 1), (grown.u, 2), (grown.v, 2), (grown.a, 1), (grown.h, 2))
    if effect.radius < SOFT_RADIUS:
        return YuvaImage(*(_blur(plane, effect.radius / step) for plane, step in planes), box=grown.box)
    blurred = (_soft_blur(plane, effect.radius / step, seed) for seed, (plane, step) in enumerate(planes))
    return YuvaImage(*blurred, box=grown.box, soft=True)


@apply.register
def _(effect: Grade, image: YuvaImage) -> YuvaImage:
    import cv2

    if image.a is None or image.h is None:
        luma, chroma = _grade_tables(effect)
        y, u, v = (cv2.LUT(plane, table) for plane, table in ((image.y, luma), (image.u, chroma), (image.v, chroma)))
    else:
        full, half = (mask.astype(np.float32) / 255 for mask in (image.a, image.h))
        y = _graded_luma(effect, image.y, full)
        u, v = (_graded_chroma(effect, plane, half) for plane in (image.u, image.v))
    return YuvaImage(
        np.asarray(y, np.uint8), np.asarray(u, np.uint8), np.asarray(v, np.uint8), image.a, image.h, box=image.box
    )


@apply.register
def _(effect: Rounded, image: YuvaImage) -> YuvaImage:
    x, y, w, h = (round(value) for value in image.nominal)
    mask = np.zeros(image.y.shape, np.float32)
    mask[y : y + h, x : x + w] = shapes.rounded(w, h, effect.radius, effect.corners)
    return with_mask(image, mask)


@apply.register
def _(effect: Feather, image: YuvaImage) -> YuvaImage:
    _, y, _, h = image.nominal
    rows = [effect.opacity_at(row + 0.5 - y, h) for row in range(len(image.y))]
    return with_mask(image, np.repeat(np.array(rows, np.float32)[:, None], image.y.shape[1], axis=1))


@apply.register
def _(effect: Shadow, image: YuvaImage) -> YuvaImage:
    reach = 2 * ceil((BLUR_SIGMAS * effect.radius + max(abs(effect.x), abs(effect.y))) / 2)
    grown = _padded(image, reach, 2 * round(effect.x / 2), 2 * round(effect.y / 2))
    assert grown.a is not None
    assert grown.h is not None
    full = _blur(grown.a, effect.radius).astype(np.float32) / 255 * effect.opacity
    half = _blur(grown.h, effect.radius / 2).astype(np.float32) / 255 * effect.opacity
    y, u, v = yuv(effect.colour)
    shadow = (y * full, u * half, v * half, 255 * full, 255 * half)
    left, top, box_w, box_h = image.nominal
    box = (left + reach, top + reach, box_w, box_h)
    output = YuvaImage(*(np.round(plane).astype(np.uint8) for plane in shadow), box=box)
    blend(output, Sprite(reach, reach, image))
    return output


@lru_cache(maxsize=8)
def _grade_tables(effect: Grade) -> tuple[Plane, Plane]:
    """What an opaque image has in place of each value from 0 to 255, in luma and in chroma."""
    values = np.arange(256, dtype=np.uint8)
    return _graded_luma(effect, values, 1.0), _graded_chroma(effect, values, 1.0)


def _graded_luma(effect: Grade, y: Plane, opacity: NDArray[np.float32] | float) -> Plane:
    middle = 16 + 219 * 0.5
    graded = (y - middle * opacity) * effect.contrast + (middle + 219 * effect.brightness) * opacity
    return np.clip(np.round(graded), 16 * opacity, 235 * opacity).astype(np.uint8)


def _graded_chroma(effect: Grade, plane: Plane, opacity: NDArray[np.float32] | float) -> Plane:
    graded = (plane - 128 * opacity) * effect.saturation + 128 * opacity
    return np.clip(np.round(graded), 0, 255).astype(np.uint8)


def _padded(image: YuvaImage, reach: int, x: int = 0, y: int = 0) -> YuvaImage:
    """The image with ``reach`` transparent pixels on every side, moved by ``x`` and ``y`` within them."""
    width, height = image.size
    grown = transparent_image(width + 2 * reach, height + 2 * reach)
    blend(grown, Sprite(reach + x, reach + y, image))
    left, top, box_w, box_h = image.nominal
    return replace(grown, box=(left + reach, top + reach, box_w, box_h))


def _blur(plane: Plane, radius: float) -> Plane:
    """Gaussian blur with standard deviation ``radius``. A wide one is computed at a smaller size."""
    import cv2

    if radius < 0.3:
        return plane
    height, width = plane.shape
    small, step = _blurred_small(plane, radius)
    if step > 1:
        small = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(small, np.uint8)


def _soft_blur(plane: Plane, radius: float, seed: int) -> Plane:
    """The same for soft shapes, in which contours of one level would show: with finer values, and dithered."""
    small, step = _blurred_small(plane, radius, FINE)
    height, width = plane.shape
    rows, columns = (np.stack(_between(length, step)) for length in (height, width))
    out = np.empty((height, width), np.uint8)
    _enlarge(small, rows, columns, _noise(seed, 1 << UNIT_BITS), out)
    return out


@lru_cache(maxsize=5)
def _noise(seed: int, unit: int) -> NDArray[np.int32]:
    """A tile of noise between ``-unit`` and ``unit``."""
    return np.random.default_rng(seed).integers(-unit, unit, (NOISE_SIDE, NOISE_SIDE), np.int32)


def _blurred_small(plane: Plane, radius: float, factor: int = 1) -> tuple[Any, int]:
    """The blurred plane, its values multiplied by ``factor``, at a size that is smaller by the second result."""
    import cv2

    step = max(1, int(radius / 4))
    height, width = plane.shape
    small: Any = plane
    if step > 1:
        small = cv2.resize(plane, (ceil(width / step), ceil(height / step)), interpolation=cv2.INTER_AREA)
    if factor > 1:
        small = small.astype(np.uint16) * np.uint16(factor)
    return cv2.GaussianBlur(small, (0, 0), radius / step, borderType=cv2.BORDER_REPLICATE), step


def _between(length: int, step: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each of ``length`` pixels, the one before it of values ``step`` apart, and the share of the next one."""
    positions = (2 * np.arange(length, dtype=np.int32) + 1) * WEIGHTS // (2 * step) - WEIGHTS // 2
    positions = np.clip(positions, 0, (ceil(length / step) - 1) * WEIGHTS)
    return positions // WEIGHTS, positions % WEIGHTS


@njit(nogil=True, cache=True)
def _enlarge(small: Any, rows: Any, columns: Any, noise: Any, out: Any) -> None:  # pragma: no cover
    """Fills ``out`` with values between those of ``small``, and noise where it is not transparent.

    In whole numbers, so that every processor gets the same.
    """
    half, bits = np.int32(1 << (UNIT_BITS - 1)), np.int32(UNIT_BITS)
    last, side = len(small) - 1, NOISE_SIDE - 1
    middle = np.empty(small.shape[1] + 1, np.int32)
    for i in range(len(out)):
        above, share = rows[0, i], np.int32(rows[1, i])
        a, b = small[above], small[min(above + 1, last)]
        for k in range(len(a)):
            middle[k] = np.int32(a[k]) * (np.int32(WEIGHTS) - share) + np.int32(b[k]) * share
        middle[len(a)] = middle[len(a) - 1]
        row, grain = out[i], noise[i & side]
        for j in range(len(row)):
            k, part = columns[0, j], np.int32(columns[1, j])
            value = middle[k] * (np.int32(WEIGHTS) - part) + middle[k + 1] * part
            if value >= half:
                value += grain[j & side]
            row[j] = np.uint8(min(max((value + half) >> bits, 0), 255))
