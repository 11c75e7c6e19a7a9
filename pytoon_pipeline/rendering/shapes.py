"""Rectangles and ellipses, filled with a colour or a gradient, with soft edges."""

from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.colour import OFFSET, TO_YUV, rgb
from pytoon_pipeline.rendering.yuva import Values, YuvaImage, from_values

# A wide gradient in eight bits shows banding; noise of one level hides it, also after encoding (half a level does not).
DITHER = 1.0


def draw(shape: str, width: int, height: int, fill: Fill) -> YuvaImage:
    """The rectangle or ellipse of ``width`` × ``height`` pixels."""
    values = filled(fill, width, height)
    if fill.opacity:
        cover = opacity(fill, width, height)
        return from_values(values, cover if shape == "rectangle" else cover * ellipse(width, height))
    if shape == "rectangle":
        image = from_values(values, np.ones((height, width), np.float32))
        return YuvaImage(image.y, image.u, image.v)
    return from_values(values, ellipse(width, height))


def filled(fill: Fill, width: int, height: int) -> list[Values]:
    """Full-size planes Y, U, V of a colour or gradient, shape (height, width) each."""
    first, last = (np.array(rgb(colour), np.float32) for colour in (fill.colours[0], fill.colours[-1]))
    if len(fill.colours) == 1:
        y, u, v = TO_YUV @ first + OFFSET
        return [np.full((height, width), value, np.float32) for value in (y, u, v)]
    share, noise = _share(fill.angle, width, height), _noise(width, height)
    start, step = TO_YUV @ first + OFFSET, TO_YUV @ (last - first)
    return [(start[n] + share * step[n] + noise).astype(np.float32) for n in range(3)]


def opacity(fill: Fill, width: int, height: int) -> Values:
    """Coverage of a fill with opacity stops, with noise of half a level, shape (height, width)."""
    marks = np.linspace(0, 1, 513)
    curve = np.array([fill.opacity_at(float(mark)) for mark in marks])
    cover = np.interp(_share(fill.angle, width, height), marks, curve) + _noise(width, height) / 255
    return np.clip(cover, 0, 1).astype(np.float32)


def _share(angle: float, width: int, height: int) -> NDArray[np.float64]:
    """How far along a gradient each pixel is, 0..1."""
    across, down = -sin(radians(angle)), cos(radians(angle))
    x = (np.arange(width) + 0.5) / width - 0.5
    y = (np.arange(height) + 0.5) / height - 0.5
    return ((x * across)[None, :] + (y * down)[:, None]) / (abs(across) + abs(down)) + 0.5


def _noise(width: int, height: int) -> NDArray[np.float64]:
    return np.random.default_rng(0).uniform(-DITHER, DITHER, (height, width))


def ellipse(width: int, height: int) -> Values:
    """Coverage of the ellipse that touches all four sides."""
    x = (np.arange(width) + 0.5 - width / 2) / (width / 2)
    y = (np.arange(height) + 0.5 - height / 2) / (height / 2)
    distance = np.sqrt(x[None, :] ** 2 + y[:, None] ** 2)
    return np.clip((1 - distance) * min(width, height) / 2 + 0.5, 0, 1).astype(np.float32)


def rounded(width: int, height: int, radius: float) -> Values:
    """Coverage of a rectangle with rounded corners."""
    radius = min(radius, width / 2, height / 2)
    x = np.maximum(0, np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - radius))
    y = np.maximum(0, np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - radius))
    distance = np.sqrt(x[None, :] ** 2 + y[:, None] ** 2)
    return np.clip(radius - distance + 0.5, 0, 1).astype(np.float32)
