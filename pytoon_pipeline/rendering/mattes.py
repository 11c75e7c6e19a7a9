"""Round corners and shadows of pictures that move inside them: drawn once, around another picture in each frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.effects import Effect, Rounded, Shadow
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering import shapes
from pytoon_pipeline.rendering.effects import apply
from pytoon_pipeline.rendering.placement import resize_window
from pytoon_pipeline.rendering.yuva import (
    ImageBuffer,
    LayerImage,
    Values,
    YuvaImage,
    copy_image,
    half_mask,
    to_bytes,
)


def is_matte(effects: Sequence[Effect]) -> bool:
    """Whether ``effects`` are round corners, a shadow, or both in this order: alike around every opaque picture."""
    return [type(one) for one in effects] in ([Rounded], [Shadow], [Rounded, Shadow])


class Matte:
    """What effects for which ``is_matte`` holds draw around the pictures of a layer of ``width`` × ``height`` pixels.

    Values are premultiplied. So those of a picture are added to what the effects make of a picture without any light.
    """

    def __init__(self, effects: Sequence[Effect], width: int, height: int) -> None:
        around = YuvaImage(*(np.zeros(shape, np.uint8) for shape in _plane_shapes(width, height)))
        for effect in effects:
            around = apply(effect, around)
        corners = next((one for one in effects if isinstance(one, Rounded)), None)
        mask = np.ones((height, width), np.float32)
        if corners is not None:
            mask = shapes.rounded(width, height, corners.radius, corners.corners)
        small = half_mask(mask)
        left, top = (round(value) for value in around.nominal[:2])
        self._size, self._buffer, self._output = (width, height), ImageBuffer(), copy_image(around)
        self._planes = tuple(
            _Plane.of(cover, before, out, left // step, top // step)
            for cover, before, out, step in zip(
                (mask, small, small),
                (around.y, around.u, around.v),
                (self._output.y, self._output.u, self._output.v),
                (1, 2, 2),
                strict=True,
            )
        )

    def around(self, image: LayerImage, window: Box) -> YuvaImage:
        """The part ``window`` of an opaque image, with the effects. It is valid until the next one."""
        picture = resize_window(image, window, *self._size, self._buffer.image(*self._size))
        for plane, values in zip(self._planes, (picture.y, picture.u, picture.v), strict=True):
            plane.fill(values)
        return self._output


@dataclass(frozen=True, eq=False)
class _Plane:
    """The part of a plane where the picture is; ``rows`` are those where ``mask`` hides some of it, and what is around
    the picture there.
    """

    region: Plane
    rows: NDArray[np.intp]
    mask: Values
    around: NDArray[np.uint16]

    @classmethod
    def of(cls, mask: Values, around: Plane, out: Plane, left: int, top: int) -> "_Plane":
        height, width = mask.shape
        part = slice(top, top + height), slice(left, left + width)
        rows = np.flatnonzero((mask < 1).any(axis=1))
        return cls(out[part], rows, mask[rows], around[part][rows].astype(np.uint16))

    def fill(self, values: Plane) -> None:
        self.region[:] = values
        self.region[self.rows] = np.minimum(self.around + to_bytes(values[self.rows] * self.mask), 255)


def _plane_shapes(width: int, height: int) -> tuple[tuple[int, int], ...]:
    half = (height // 2, width // 2)
    return (height, width), half, half
