"""Elements of an expected frame: small images of layers with coverage, effects and shadows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.effects import Blur, Effect, Grade, Shadow
from pytoon_pipeline.contracts.spec.layers import Layer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.quality.tiles import Matrix, Tile, Values, coverage

Kind = Literal["background", "image", "text", "text_background", "shape"]

# Grades beyond these clip so much that detail is lost.
MAX_BRIGHTNESS, MIN_CONTRAST, MAX_CONTRAST = 0.2, 0.5, 1.5
# What is less opaque than this is faded as a whole, which differs from fading its overlapping parts.
OPAQUE = 0.95
# Standard deviations after which a shadow has no visible effect.
SHADOW_SIGMAS = 2.5


@dataclass(frozen=True)
class Element:
    """One element of a frame: BGR ``values``, 0..255, of the part ``box`` of the frame that it may cover.

    ``alpha`` is its coverage, 0..1, by which the values are premultiplied; none means opaque. ``certain``: its
    appearance is known, and a source sample is of exactly this time. ``exact``: its detail is not blurred either.
    ``slack`` is its possible offset in small pixels. A ``loose`` element may be arranged in any way inside its box.
    ``magnified`` is the number of small pixels per pixel of a source sample.
    """

    kind: Kind
    name: str
    box: Rect[int]
    values: NDArray[Any]
    alpha: Values | None = None
    certain: bool = True
    exact: bool = False
    slack: int = 0
    loose: bool = False
    magnified: float = 1.0

    def over(self, backdrop: Values) -> NDArray[Any]:
        """The element blended over ``backdrop``."""
        if self.alpha is None:
            return self.values
        return np.asarray(self.values + backdrop * (1 - self.alpha)[:, :, None])


@dataclass(frozen=True)
class FrameView:
    """The frame ``frame`` of ``spec`` to draw on ``size`` small pixels (width, height)."""

    spec: RenderSpec
    frame: int
    size: tuple[int, int]
    references: References

    @property
    def scale(self) -> float:
        """Small pixels per video pixel."""
        return self.size[1] / self.spec.height

    def box_of(self, matrix: Matrix, margin: float) -> Rect[int] | None:
        """The pixels of a layer's box and ``margin`` video pixels around it; none when it is outside the frame."""
        corners = matrix @ np.array([[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]])
        (left, top, _), (right, bottom, _) = corners.min(axis=1), corners.max(axis=1)
        extra = margin * self.scale
        return Rect(left - extra, top - extra, right + extra, bottom + extra).pixels(self.size)


def layer_element(
    kind: Kind, name: str, tile: Tile, layer: Layer, effects: Sequence[Effect], matrix: Matrix, view: FrameView,
    box: Rect[int], opacity: float,
) -> Element:  # fmt: skip
    """A tile clipped to the box of its layer, after effects and at its opacity."""
    import cv2

    values, alpha = tile
    cover = coverage(matrix, layer, effects, box, kind == "shape" and getattr(layer, "shape", "") == "ellipse")
    if opacity < 1:
        cover = np.full(values.shape[:2], opacity, np.float32) if cover is None else cover * np.float32(opacity)
    if cover is not None:
        values = values * cover[:, :, None]
        alpha = cover if alpha is None else alpha * cover
    for effect in effects:
        if isinstance(effect, Blur):
            sigma = effect.radius * view.scale
            values = np.asarray(cv2.GaussianBlur(values, (0, 0), sigma))
            alpha = None if alpha is None else np.asarray(cv2.GaussianBlur(alpha, (0, 0), sigma))
    return Element(kind, name, box, values, alpha)


def shadows(element: Element, layer: Layer, view: FrameView) -> Iterator[Element]:
    """The shadows of an element: accurate enough for comparing what is below them, but not to be checked themselves."""
    import cv2

    for effect in layer.effects:
        if isinstance(effect, Shadow):
            sigma, right, down = (length * view.scale for length in (effect.radius, effect.x, effect.y))
            margin = ceil(SHADOW_SIGMAS * sigma + max(abs(right), abs(down)))
            left, top, width, height = element.box.left, element.box.top, *element.box.size
            box = Rect(left - margin, top - margin, left + width + margin, top + height + margin).pixels(view.size)
            if box is None:
                continue
            shape = np.ones((height, width), np.float32) if element.alpha is None else element.alpha
            offset = np.array([[1, 0, left - box.left + right], [0, 1, top - box.top + down]], np.float64)
            alpha = cv2.warpAffine(shape, offset, box.size, flags=cv2.INTER_LINEAR) * np.float32(effect.opacity)
            alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), sigma) if sigma > 0 else alpha, np.float32)
            colour = np.array(rgb(effect.colour)[::-1], np.float32)
            yield Element("shape", f"{element.name} shadow", box, alpha[:, :, None] * colour, alpha, certain=False)


def uncertain_area(view: FrameView, matrix: Matrix, margin: float) -> Iterator[Element]:
    """A placeholder for a box, with ``margin`` video pixels around it, whose appearance is unknown."""
    if (box := view.box_of(matrix, margin)) is not None:
        width, height = box.size
        yield Element("shape", "", box, np.zeros((height, width, 3), np.float32), certain=False)


def clipped_by(element: Element, cover: Values) -> Element:
    """The element with its coverage multiplied by ``cover``."""
    alpha = cover if element.alpha is None else element.alpha * cover
    return replace(element, values=element.values * cover[:, :, None], alpha=alpha)


def blur_margin(effects: Sequence[Effect]) -> float:
    """How far a blur spreads, in video pixels."""
    return max((2 * effect.radius for effect in effects if isinstance(effect, Blur)), default=0.0)


def shadow_margin(effects: Sequence[Effect]) -> float:
    """How far shadows extend, in video pixels."""
    found = (one for one in effects if isinstance(one, Shadow))
    return max((one.radius * SHADOW_SIGMAS + max(abs(one.x), abs(one.y)) for one in found), default=0.0)


def alters_detail(effect: Effect) -> bool:
    """Whether an effect changes the detail of an image, not only its tones."""
    if isinstance(effect, Grade):
        return abs(effect.brightness) > MAX_BRIGHTNESS or not MIN_CONTRAST <= effect.contrast <= MAX_CONTRAST
    return isinstance(effect, Blur)
