"""Sprites off the canvas: moved, masked and combined. Their positions may be negative."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pytoon_pipeline.contracts.geometry import WHOLE, Rect
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering.effects import apply
from pytoon_pipeline.rendering.placement import place_image
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage, blend, transparent_image, with_mask

# Sprites are placed on a canvas that extends this far beyond the origin in every direction.
REACH = 4096


def bounds(sprites: Sequence[Sprite]) -> Rect[int]:
    """The smallest rectangle around all sprites; two pixels where there are none."""
    if not sprites:
        return Rect(0, 0, 2, 2)
    return Rect(
        min(one.left for one in sprites),
        min(one.top for one in sprites),
        max(one.left + one.image.size[0] for one in sprites),
        max(one.top + one.image.size[1] for one in sprites),
    )


def combined(sprites: Sequence[Sprite]) -> Sprite:
    """All sprites in one, blended in order."""
    area = bounds(sprites)
    canvas = transparent_image(*area.size)
    for one in sprites:
        blend(canvas, Sprite(one.left - area.left, one.top - area.top, one.image))
    return Sprite(area.left, area.top, canvas)


def moved(
    sprite: Sprite, pivot: tuple[float, float], x: float, y: float, scale: tuple[float, float], rotation: float,
    opacity: float,
) -> Sprite | None:  # fmt: skip
    """The sprite scaled by ``scale`` (across, down) and turned clockwise about ``pivot``, then moved by ``x``, ``y``.

    None where nothing of it is visible.
    """
    width, height = sprite.image.size
    across, down = sprite.left + width / 2 - pivot[0], sprite.top + height / 2 - pivot[1]
    angle = np.radians(rotation)
    across, down = across * scale[0], down * scale[1]
    transform = LayerTransform(
        REACH + pivot[0] + x + float(np.cos(angle) * across - np.sin(angle) * down),
        REACH + pivot[1] + y + float(np.sin(angle) * across + np.cos(angle) * down),
        1.0,
        rotation,
        opacity,
    )
    size = (width * scale[0], height * scale[1])
    if min(size) < 1:
        return None
    image = replace(sprite.image, box=(0, 0, width, height))
    placed = place_image(image, WHOLE, size, transform, (2 * REACH, 2 * REACH))
    return None if placed is None else Sprite(placed.left - REACH, placed.top - REACH, placed.image)


def soft(sprite: Sprite, sigma: float) -> Sprite:
    """The sprite, blurred with standard deviation ``sigma`` in pixels."""
    image = apply(Blur(radius=sigma), sprite.image)
    margin = (image.size[0] - sprite.image.size[0]) // 2
    return Sprite(sprite.left - margin, sprite.top - margin, image)


def clipped(sprite: Sprite, top: float, bottom: float) -> Sprite | None:
    """The rows of the sprite between ``top`` and ``bottom``, to the nearest even row; None where there are none."""
    first, last = (min(max(2 * round((edge - sprite.top) / 2), 0), sprite.image.size[1]) for edge in (top, bottom))
    if last <= first:
        return None
    image = sprite.image

    def rows(plane: Plane, step: int) -> Plane:
        return plane[first // step : last // step]

    assert image.a is not None
    assert image.h is not None
    part = YuvaImage(rows(image.y, 1), rows(image.u, 2), rows(image.v, 2), rows(image.a, 1), rows(image.h, 2))
    return Sprite(sprite.left, sprite.top + first, part)


def revealed(sprite: Sprite, share: float, edge: float, from_right: bool = False) -> Sprite:
    """The sprite from its left side to ``share`` of its width, with an edge that fades over ``edge`` pixels."""
    width, height = sprite.image.size
    x = np.arange(width, dtype=np.float32) + 0.5
    along = width - x if from_right else x
    mask = np.clip((share * (width + edge) - along) / max(1.0, edge), 0, 1).astype(np.float32)
    return replace(sprite, image=with_mask(sprite.image, np.broadcast_to(mask, (height, width))))
