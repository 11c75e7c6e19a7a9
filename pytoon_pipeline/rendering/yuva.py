"""Images in BT.709 planes with coverage (alpha), and how one is blended over another.

Values of an image with coverage are premultiplied, offsets included. Blending is the same for every plane:
``canvas · (1 - coverage) + image``.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.colour import ColourCorrection, Lut
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.media.colour import OFFSET, TO_YUV, yuv
from pytoon_pipeline.media.frames import Plane, SourceFrame, YuvFrame
from pytoon_pipeline.media.rgb_planes import planes_from_rgb
from pytoon_pipeline.rendering.blending import blend_plane
from pytoon_pipeline.rendering.colour import correct
from pytoon_pipeline.rendering.resampling import resample, sample_window

Values = NDArray[np.float32]


@dataclass(frozen=True)
class YuvaImage:
    """Planes Y, U, V (4:2:0, 8 bits), and coverage: ``a`` at the size of Y, ``h`` at the size of U and V.

    Coverage is None when the image is opaque. ``box`` (left, top, width, height in pixels of Y) is the part that fills
    a layer's nominal size; the rest overhangs it, such as an outline or a shadow, and ends in a transparent border.
    A ``soft`` image has no detail that would reveal a move in whole pixels. An image of one colour has it as ``tint``
    (Y, U, V): its planes follow from its coverage.
    """

    y: Plane
    u: Plane
    v: Plane
    a: Plane | None = None
    h: Plane | None = None
    box: tuple[float, float, float, float] | None = field(default=None, kw_only=True)
    soft: bool = field(default=False, kw_only=True)
    tint: tuple[float, float, float] | None = field(default=None, kw_only=True)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of Y."""
        return self.y.shape[1], self.y.shape[0]

    @property
    def nominal(self) -> tuple[float, float, float, float]:
        """``box``, or the whole image when it has no overhang."""
        return self.box or (0.0, 0.0, *self.size)

    def crop(
        self, part: tuple[float, float, float, float], width: int, height: int, out: "YuvaImage | None" = None
    ) -> "YuvaImage":
        """The rectangle ``part`` (left, top, width, height in pixels) resampled to ``width`` × ``height`` pixels.

        It is written to the planes of ``out``, where one is given and anything is computed; else it is a view.
        """
        left, top, across, down = part
        # Chroma lies on every other luma column (the default siting of H.264): scaling must keep it there.
        half = ((left - 0.5 - across / width / 2) / 2 + 0.5, top / 2, across / 2, down / 2)
        luma, chroma = (*part, width, height), (*half, width // 2, height // 2)
        targets = (None,) * 5 if out is None else (out.y, out.u, out.v, out.a, out.h)
        a, h = (
            None if plane is None else resample(plane, *where, target)
            for plane, where, target in zip((self.a, self.h), (luma, chroma), targets[3:], strict=True)
        )
        if self.tint is not None and a is not None and h is not None:
            return tinted(self.tint, a, h, out)
        y, u, v = (
            resample(plane, *where, target)
            for plane, where, target in zip((self.y, self.u, self.v), (luma, chroma, chroma), targets[:3], strict=True)
        )
        return YuvaImage(y, u, v, a, h)

    @property
    def opaque(self) -> bool:
        """Whether the image covers everything below it."""
        return self.a is None

    def drawn(self) -> "YuvaImage":
        """The image itself."""
        return self


@dataclass(frozen=True, eq=False)
class FootageImage:
    """The opaque image of a decoded frame. Only what is shown of it is ever converted, and corrected by ``colour``
    and ``lut``.
    """

    frame: SourceFrame
    colour: ColourCorrection | None = None
    lut: Lut | None = None

    # As of an image without overhang.
    box = None
    opaque = True
    soft = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of Y."""
        return self.frame.size

    @property
    def nominal(self) -> tuple[float, float, float, float]:
        """The whole image."""
        return (0.0, 0.0, *self.size)

    def crop(
        self, part: tuple[float, float, float, float], width: int, height: int, out: YuvaImage | None = None
    ) -> YuvaImage:
        """The rectangle ``part`` (left, top, width, height in pixels) resampled to ``width`` × ``height`` pixels.

        It is written to the planes of ``out``, where one is given and anything is computed.
        """
        shown = sample_window(self.frame, _window(part, self.size), width, height, _planes(out))
        if self.colour is not None:
            shown = correct(shown, self.colour, self.lut, None if out is None else out.y)
        return _opaque(shown)

    def drawn(self) -> YuvaImage:
        """The whole image, with even sides."""
        columns, rows = self.size
        return self.crop((0, 0, columns, rows), columns + columns % 2, rows + rows % 2)


class LayerImage(Protocol):
    """What a layer shows: see ``YuvaImage`` for the meaning of each part."""

    @property
    def box(self) -> tuple[float, float, float, float] | None: ...
    @property
    def nominal(self) -> tuple[float, float, float, float]: ...
    @property
    def size(self) -> tuple[float, float]: ...
    @property
    def opaque(self) -> bool: ...
    @property
    def soft(self) -> bool: ...
    def crop(
        self, part: tuple[float, float, float, float], width: int, height: int, out: YuvaImage | None = None
    ) -> YuvaImage: ...
    def drawn(self) -> YuvaImage: ...


class ImageBuffer:
    """Memory for the image of a layer that changes with each frame: new pages would take as long as drawing."""

    def __init__(self) -> None:
        self._memory = np.empty(0, np.uint8)

    def image(self, width: int, height: int) -> YuvaImage:
        """An image with coverage, of which no value is set. It is valid until the next one."""
        full, half = width * height, (width // 2) * (height // 2)
        if len(self._memory) < 2 * full + 3 * half:
            self._memory = np.empty(2 * full + 3 * half, np.uint8)
        large, small = (height, width), (height // 2, width // 2)

        def plane(first: int, shape: tuple[int, int]) -> Plane:
            return self._memory[first : first + shape[0] * shape[1]].reshape(shape)

        y, a = (plane(first, large) for first in (0, full))
        u, v, h = (plane(2 * full + n * half, small) for n in range(3))
        return YuvaImage(y, u, v, a, h)


@dataclass(frozen=True)
class Sprite:
    """An image at its place on the canvas: its upper left corner, at even pixel positions."""

    left: int
    top: int
    image: YuvaImage


def solid_image(colour: str, width: int, height: int) -> YuvaImage:
    """An opaque image of one colour."""
    half = (height // 2, width // 2)
    y, u, v = (round(value) for value in yuv(colour))
    return YuvaImage(np.full((height, width), y, np.uint8), np.full(half, u, np.uint8), np.full(half, v, np.uint8))


def transparent_image(width: int, height: int) -> YuvaImage:
    """A fully transparent image."""
    full, half = (height, width), (height // 2, width // 2)
    return YuvaImage(*(np.zeros(shape, np.uint8) for shape in (full, half, half, full, half)))


def empty_image(width: int, height: int, transparent: bool = False) -> YuvaImage:
    """An image to draw on, of which no value is set."""
    full, half = (height, width), (height // 2, width // 2)
    return YuvaImage(
        *(np.empty(shape, np.uint8) for shape in (full, half, half, full, half)[: 5 if transparent else 3])
    )


def draw_onto(canvas: YuvaImage, image: YuvaImage) -> YuvaImage:
    """``canvas`` with the planes of ``image``, of the same size. Planes that both share are left as they are."""
    pairs = ((canvas.y, image.y), (canvas.u, image.u), (canvas.v, image.v), (canvas.a, image.a), (canvas.h, image.h))
    for target, values in pairs:
        if target is not None and values is not None and target is not values:
            target[:] = values
    return canvas


def copy_image(image: YuvaImage) -> YuvaImage:
    """A copy whose planes can be drawn on."""
    a, h = (None if plane is None else plane.copy() for plane in (image.a, image.h))
    return YuvaImage(image.y.copy(), image.u.copy(), image.v.copy(), a, h, box=image.box)


def corrected(image: YuvaImage, colour: ColourCorrection, lut: Lut | None) -> YuvaImage:
    """An opaque image without overhang, after a colour correction and ``lut``."""
    return _opaque(correct(YuvFrame(image.y, image.u, image.v), colour, lut))


def from_pixels(pixels: NDArray[np.uint8], factor: float = 1.0) -> YuvaImage:
    """The planes of RGB or RGBA ``pixels``, downscaled by ``factor`` when it is below 1. Sizes become even numbers."""
    import cv2

    height, width, channels = pixels.shape
    size = tuple(max(2, 2 * round(length * min(1.0, factor) / 2)) for length in (width, height))
    transparent = channels == 4 and bool(pixels[:, :, 3].min() < 255)
    values: Any = pixels if transparent else pixels[:, :, :3]
    if transparent or size != (width, height):
        values = values.astype(np.float32)
    if transparent:
        values[:, :, :3] *= values[:, :, 3:] / 255
    if size != (width, height):
        values = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    if not transparent:
        return YuvaImage(*planes_from_rgb(values))
    coverage = values[:, :, 3] / 255
    y, u, v = cv2.split(cv2.transform(values[:, :, :3], TO_YUV.astype(np.float32)))
    y, u, v = (plane + np.float32(offset) * coverage for plane, offset in zip((y, u, v), OFFSET, strict=True))
    return from_premultiplied(y, u, v, coverage)


def from_values(values: list[Values], coverage: Values) -> YuvaImage:
    """The image of full-size planes Y, U, V, not premultiplied, with ``coverage`` 0..1."""
    y, u, v = (value * coverage for value in values)
    return from_premultiplied(y, u, v, coverage)


def from_coverage(colour: tuple[float, float, float], coverage: Values) -> YuvaImage:
    """The image of one colour (Y, U, V) with ``coverage`` 0..1."""
    return tinted(colour, to_bytes(coverage * 255), to_bytes(chroma_plane(coverage) * 255))


def from_premultiplied(y: Values, u: Values, v: Values, coverage: Values) -> YuvaImage:
    """The image of full-size planes Y, U, V that are premultiplied by ``coverage`` 0..1."""
    full, half = coverage * 255, chroma_plane(coverage) * 255
    return YuvaImage(to_bytes(y), to_bytes(chroma_plane(u)), to_bytes(chroma_plane(v)), to_bytes(full), to_bytes(half))


def tinted(colour: tuple[float, float, float], a: Plane, h: Plane, out: YuvaImage | None = None) -> YuvaImage:
    """The image of one colour (Y, U, V) with coverage ``a`` and ``h``, in the planes of ``out`` where it is given."""
    import cv2

    targets = (None, None, None) if out is None else (out.y, out.u, out.v)
    y, u, v = (
        np.asarray(cv2.LUT(coverage, _tint_table(value), target), np.uint8)
        for coverage, value, target in zip((a, h, h), colour, targets, strict=True)
    )
    return YuvaImage(y, u, v, a, h, tint=colour)


@lru_cache(maxsize=64)
def _tint_table(value: float) -> Plane:
    """``value`` premultiplied by each coverage."""
    return to_bytes(value * np.arange(256) / 255)


def chroma_plane(values: Values) -> Values:
    """A plane at half its size, sampled where H.264 places chroma by default: on every other column, between rows."""
    import cv2

    across = cv2.sepFilter2D(values, cv2.CV_32F, np.array([0.25, 0.5, 0.25]), np.ones(1))[:, ::2]
    return np.asarray((across[::2] + across[1::2]) / 2, np.float32)


def blend(canvas: YuvaImage, sprite: Sprite) -> None:
    """Blends ``sprite`` over ``canvas``, in place. The sprite must lie inside the canvas."""
    image = sprite.image
    layers: list[tuple[Plane, Plane | None, Plane | None, int]] = [
        (canvas.y, image.y, image.a, 1), (canvas.u, image.u, image.h, 2), (canvas.v, image.v, image.h, 2),
    ]  # fmt: skip
    if canvas.a is not None and canvas.h is not None:
        # Coverage is blended like colour; an opaque sprite covers everything.
        layers += [
            (canvas.a, image.a, image.a, 1),
            (canvas.h, image.h, image.h, 2),
        ]
    width, height = image.size
    for plane, values, coverage, step in layers:
        left, top = sprite.left // step, sprite.top // step
        region = plane[top : top + height // step, left : left + width // step]
        if coverage is None or values is None:
            region[:] = 255 if values is None else values
        else:
            blend_plane(region, values, coverage)


def with_opacity(image: YuvaImage, opacity: float) -> YuvaImage:
    """The image with its coverage multiplied by ``opacity``."""
    import cv2

    if opacity >= 1:
        return image
    full, half = image.a, image.h
    if full is None or half is None:
        full, half = np.full_like(image.y, 255), np.full_like(image.u, 255)
    planes = (image.y, image.u, image.v, full, half)
    return YuvaImage(
        *(np.asarray(cv2.convertScaleAbs(p, alpha=opacity), np.uint8) for p in planes), box=image.box, soft=image.soft
    )


def half_mask(mask: Values) -> Values:
    """A mask of the size of Y, for U and V."""
    import cv2

    height, width = mask.shape
    return np.asarray(cv2.resize(mask, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.float32)


def with_mask(image: YuvaImage, mask: Values) -> YuvaImage:
    """The image with its coverage multiplied by ``mask`` (0..1, same size as Y)."""
    small = half_mask(mask)
    full = 255.0 if image.a is None else image.a
    half = 255.0 if image.h is None else image.h
    return YuvaImage(
        to_bytes(image.y * mask), to_bytes(image.u * small), to_bytes(image.v * small),
        to_bytes(full * mask), to_bytes(half * small),
        box=image.box,
    )  # fmt: skip


def _opaque(frame: YuvFrame) -> YuvaImage:
    return YuvaImage(frame.y, frame.u, frame.v)


def _planes(image: YuvaImage | None) -> YuvFrame | None:
    return None if image is None else YuvFrame(image.y, image.u, image.v)


def _window(part: tuple[float, float, float, float], size: tuple[int, int]) -> Box:
    columns, rows = size
    return Box(part[0] / columns, part[1] / rows, part[2] / columns, part[3] / rows)


def to_bytes(values: Any) -> Plane:
    """Values rounded to 8 bits."""
    rounded = np.round(values)
    return np.clip(rounded, 0, 255, out=rounded).astype(np.uint8)
