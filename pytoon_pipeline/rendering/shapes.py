"""Rectangles and ellipses, filled with a colour or a gradient, with soft edges."""

from functools import lru_cache
from math import ceil, cos, radians, sin
from typing import Literal

import numpy as np

from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.colour import OFFSET, TO_YUV, rgb
from pytoon_pipeline.rendering.yuva import Values, YuvaImage, chroma_plane, to_bytes

# A wide gradient in eight bits shows banding; noise of one level hides it, also after encoding (half a level does not).
# It is repeated after so many pixels, which cannot be seen.
DITHER, NOISE_SIDE = 1.0, 256


def draw(shape: str, width: int, height: int, fill: Fill) -> YuvaImage:
    """The rectangle or ellipse of ``width`` × ``height`` pixels."""
    y, u, v = filled(fill, width, height)
    if shape == "rectangle" and not fill.opacity:
        return YuvaImage(to_bytes(y), to_bytes(u), to_bytes(v))
    cover = opacity(fill, width, height) if fill.opacity else np.ones((height, width), np.float32)
    if shape == "ellipse":
        cover *= ellipse(width, height)
    half = chroma_plane(cover)
    planes = (y * cover, u * half, v * half, 255 * cover, 255 * half)
    return YuvaImage(*(to_bytes(plane) for plane in planes))


def filled(fill: Fill, width: int, height: int) -> list[Values]:
    """Planes Y, U, V (4:2:0) of a colour or gradient, not rounded."""
    first, last = (TO_YUV @ np.array(rgb(colour)) + OFFSET for colour in (fill.colours[0], fill.colours[-1]))
    shapes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
    if len(fill.colours) == 1:
        return [np.full(shape, value, np.float32) for shape, value in zip(shapes, first, strict=True)]
    noise = _noise()
    # Chroma has the noise of the luma pixels of which it is the mean.
    noises = (noise, small := chroma_plane(noise), small)
    return [
        _share(fill.angle, *shape[::-1]) * np.float32(end - start) + np.float32(start) + _tiled(grain, shape)
        for shape, start, end, grain in zip(shapes, first, last, noises, strict=True)
    ]


def opacity(fill: Fill, width: int, height: int) -> Values:
    """Coverage of a fill with opacity stops, with noise of half a level, shape (height, width)."""
    marks = np.linspace(0, 1, 513)
    curve = np.array([fill.opacity_at(float(mark)) for mark in marks])
    cover = np.interp(_share(fill.angle, width, height), marks, curve).astype(np.float32)
    return np.clip(cover + _tiled(_noise(), (height, width)) / np.float32(255), 0, 1)


def _share(angle: float, width: int, height: int) -> Values:
    """How far along a gradient each pixel is, 0..1, shape (height, width); (height, 1) where all columns are alike."""
    across, down = -sin(radians(angle)), cos(radians(angle))
    x = (np.arange(width) + 0.5) / width - 0.5 if abs(across) > 1e-6 else np.zeros(1)
    y = (np.arange(height) + 0.5) / height - 0.5
    scale = abs(across) + abs(down)
    rows, columns = (y * down / scale + 0.5).astype(np.float32), (x * across / scale).astype(np.float32)
    return np.asarray(rows[:, None] + columns[None, :], np.float32)


@lru_cache(maxsize=1)
def _noise() -> Values:
    """A tile of noise."""
    return np.random.default_rng(0).uniform(-DITHER, DITHER, (NOISE_SIDE, NOISE_SIDE)).astype(np.float32)


def _tiled(tile: Values, shape: tuple[int, int]) -> Values:
    """Copies of ``tile`` side by side, cut to ``shape``."""
    rows, columns = (ceil(length / side) for length, side in zip(shape, tile.shape, strict=True))
    return np.tile(tile, (rows, columns))[: shape[0], : shape[1]]


def ellipse(width: int, height: int) -> Values:
    """Coverage of the ellipse that touches all four sides."""
    x = (np.arange(width) + 0.5 - width / 2) / (width / 2)
    y = (np.arange(height) + 0.5 - height / 2) / (height / 2)
    distance = np.sqrt(x[None, :] ** 2 + y[:, None] ** 2)
    return np.clip((1 - distance) * min(width, height) / 2 + 0.5, 0, 1).astype(np.float32)


def rounded(width: int, height: int, radius: float, corners: Literal["all", "upper"] = "all") -> Values:
    """Coverage of a rectangle with rounded ``corners``."""
    if corners == "upper":
        radius = min(radius, width / 2, height)
        return rounded(width, height + ceil(radius), radius)[:height]
    radius = min(radius, width / 2, height / 2)
    x = np.maximum(0, np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - radius))
    y = np.maximum(0, np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - radius))
    distance = np.sqrt(x[None, :] ** 2 + y[:, None] ** 2)
    return np.clip(radius - distance + 0.5, 0, 1).astype(np.float32)
