"""What a frame should show, drawn small from the plan and the source pictures alone.

This is a second, simple renderer: it shares with the real one only the meaning of plans (keyframes, camera windows) and
the font files. It is exact in where things are, and near enough in how they look.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, cos, floor, radians, sin
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.effects import Blur, Effect, Grade, Rounded, Shadow
from pytoon_pipeline.contracts.layers import (
    GroupLayer,
    ImageLayer,
    Layer,
    ShapeLayer,
    TextLayer,
    VideoLayer,
)
from pytoon_pipeline.contracts.spec import RenderSpec, Scene
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.planning.motion import Window, state_at, window_at
from pytoon_pipeline.quality import lettering
from pytoon_pipeline.quality.references import References, Tile

Values = NDArray[np.float32]
Kind = Literal["ground", "picture", "text", "plate", "shape"]

# Of a time at which analysis kept no picture, a moving one may differ by more than this, in seconds.
SAME_MOMENT = 0.03


class Area(NamedTuple):
    """Pixels ``[left, right)`` × ``[top, bottom)`` of the small picture."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        return self.right - self.left, self.bottom - self.top

    def of(self, picture: NDArray[Any]) -> NDArray[Any]:
        """This part of a picture."""
        return picture[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True)
class Element:
    """One thing on the frame: BGR ``values``, 0..255, of the part of the frame that it may cover.

    ``alpha`` is its coverage there, 0..1, by which the values are multiplied already; none where it covers all.
    ``certain``: its source picture is of just this moment; ``exact``: its detail is not blurred either. ``slack`` is by
    how many small pixels it may lie elsewhere.
    """

    kind: Kind
    name: str
    area: Area
    values: NDArray[Any]
    alpha: Values | None = None
    certain: bool = True
    exact: bool = False
    slack: int = 0

    def over(self, under: Values) -> NDArray[Any]:
        """The element over what lies under it."""
        if self.alpha is None:
            return self.values
        return np.asarray(self.values + under * (1 - self.alpha)[:, :, None])


@dataclass(frozen=True)
class View:
    """How the frame is drawn: ``frame`` of ``spec``, on ``size`` pixels (width, height)."""

    spec: RenderSpec
    frame: int
    size: tuple[int, int]
    references: References

    @property
    def scale(self) -> float:
        return self.size[1] / self.spec.height


def moments(spec: RenderSpec, frame: int) -> Iterator[tuple[str, float]]:
    """Items of the plan that a frame shows, and at which second of each."""
    for begin, layer in _layers(spec, frame):
        yield from _items(layer, begin, frame, spec)


def _items(layer: Layer, begin: int, frame: int, spec: RenderSpec) -> Iterator[tuple[str, float]]:
    if isinstance(layer, GroupLayer):
        for child in layer.layers:
            yield from _items(child, begin + layer.start, frame, spec)
    elif isinstance(layer, VideoLayer | ImageLayer):
        yield layer.item, _seconds(layer, begin, frame, spec)


def _seconds(layer: VideoLayer | ImageLayer, begin: int, frame: int, spec: RenderSpec) -> float:
    if isinstance(layer, ImageLayer):
        return 0.0
    return spec.rate.seconds(layer.source_start + frame - begin - layer.start)


def scene_of(spec: RenderSpec, frame: int) -> Scene | None:
    """The scene that a frame shows; none while one gives way to another."""
    shown = [scene for scene in spec.scenes if scene.start <= frame < scene.end]
    return shown[0] if len(shown) == 1 else None


def ground(spec: RenderSpec, frame: int, size: tuple[int, int]) -> Values:
    """The colour behind all layers, BGR, 0..255, shape (height, width, 3)."""
    scene = scene_of(spec, frame)
    canvas = np.empty((size[1], size[0], 3), np.float32)
    canvas[:] = rgb(scene.background if scene else "#000000")[::-1]
    return canvas


def elements(view: View) -> list[Element]:
    """All that the frame should show, from back to front; layers at their place, captions last."""
    spec, frame = view.spec, view.frame
    whole = np.diag((view.scale, view.scale, 1.0))
    found = [one for begin, layer in _layers(spec, frame) for one in _drawn(view, layer, begin, whole, 1.0)]
    for cue in spec.captions.cues:
        if cue.start <= frame < cue.end:
            letters = lettering.cue_letters(cue, frame, spec.captions.style, spec.width, spec.height)
            # While it grows to its size, a caption is known to be there, but not where its letters are.
            grown = spec.rate.seconds(frame - cue.start) >= spec.captions.style.pop
            lines = (one for line in letters for one in _letters(view, cue.text, line, 1.0))
            found += [one if grown else replace(one, certain=False) for one in lines]
    return found


def _layers(spec: RenderSpec, frame: int) -> Iterator[tuple[int, Layer]]:
    """Layers that a frame shows, from back to front, and the frame of the video from which each counts."""
    scene = scene_of(spec, frame)
    stacks: list[tuple[int, int, Sequence[Layer]]] = [(scene.start, scene.end, scene.layers)] if scene else []
    for begin, end, layers in (*stacks, (0, spec.frames, spec.overlays)):
        for layer in layers:
            if _shown(layer, begin, end, frame):
                yield begin, layer


def _shown(layer: Layer, begin: int, end: int, frame: int) -> bool:
    first = begin + layer.start
    return first <= frame < (end if layer.frames is None else min(end, first + layer.frames))


def _drawn(view: View, layer: Layer, begin: int, onto: NDArray[np.float64], opacity: float) -> Iterator[Element]:
    """The elements of a layer; ``onto`` maps pixels of what holds it to those of the small picture."""
    state = state_at(layer.motion, view.frame - begin)
    opacity *= state.opacity
    if opacity <= 0.02 or state.scale <= 0:
        return
    turn = radians(state.rotation)
    place = np.array([[cos(turn), -sin(turn), state.x], [sin(turn), cos(turn), state.y], [0, 0, 1]])
    # From the layer's own box, 0..1 in both directions, to the small picture.
    box = np.diag((layer.width * state.scale, layer.height * state.scale, 1.0)) @ _shift(-0.5, -0.5)
    matrix = onto @ place @ box
    name = layer.name or layer.kind
    if isinstance(layer, GroupLayer):
        inner = matrix @ np.diag((1 / layer.width, 1 / layer.height, 1.0))
        for child in layer.layers:
            if _shown(child, begin + layer.start, view.spec.frames, view.frame):
                yield from _drawn(view, child, begin + layer.start, inner, opacity)
    elif (area := _area(matrix, view, _reach(layer.effects))) is None:
        return
    elif isinstance(layer, VideoLayer | ImageLayer):
        seconds = _seconds(layer, begin, view.frame, view.spec)
        if (known := view.references.picture(layer.item, seconds)) is not None:
            picture, off = known
            window = window_at(layer.camera, view.frame - begin - layer.start, view.frame)
            tile = _picture(picture, window, matrix, layer, area)
            drawn = _element("picture", name, tile, layer, layer.effects, matrix, view, area, opacity)
            certain = off < SAME_MOMENT
            yield from _shadows(drawn, layer, view)
            yield replace(drawn, certain=certain, exact=certain and not _reach(layer.effects))
    elif isinstance(layer, ShapeLayer):
        tile = _filled(layer.fill, matrix, layer, area)
        drawn = _element("shape", name, tile, layer, layer.effects, matrix, view, area, opacity)
        yield from _shadows(drawn, layer, view)
        yield drawn
    elif isinstance(layer, TextLayer):
        if (behind := layer.style.box) is not None and behind.opacity > 0:
            tile = _filled(Fill(colours=(behind.colour,)), matrix, layer, area)
            round_corners = (Rounded(radius=max(1, behind.radius)),)
            share = opacity * behind.opacity
            yield _element("plate", layer.text, tile, layer, round_corners, matrix, view, area, share)
        # Letters that stand at an angle are not compared.
        if not state.rotation % 360:
            x, y, _ = matrix @ (0.5, 0.5, 1) / view.scale
            scale = float(matrix[0, 0] / layer.width / view.scale)
            for letters in lettering.text_letters(layer.lines, layer.style, float(x), float(y), layer.width, scale):
                yield from _letters(view, layer.text, letters, opacity)


def _letters(view: View, name: str, letters: lettering.Letters, opacity: float) -> Iterator[Element]:
    left, top, right, bottom = (edge * view.scale for edge in letters.extent)
    area = _clipped(left, top, right, bottom, view.size)
    if area is not None:
        values, alpha = lettering.draw(letters, area, view.scale)
        yield Element("text", name, area, values * opacity, alpha * opacity, slack=letters.slack)


def _element(
    kind: Kind, name: str, tile: Tile, layer: Layer, effects: Sequence[Effect], matrix: NDArray[np.float64], view: View,
    area: Area, opacity: float,
) -> Element:  # fmt: skip
    """A tile inside the box of its layer, after effects and at its opacity."""
    import cv2

    values, alpha = tile
    cover = _cover(matrix, layer, effects, area, kind == "shape" and getattr(layer, "shape", "") == "ellipse")
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
    return Element(kind, name, area, values, alpha)


def _shadows(one: Element, layer: Layer, view: View) -> Iterator[Element]:
    """The shadows of an element. They are near enough to compare what lies under them, not to be judged themselves."""
    import cv2

    for effect in layer.effects:
        if isinstance(effect, Shadow):
            sigma, right, down = (length * view.scale for length in (effect.radius, effect.x, effect.y))
            margin = ceil(2.5 * sigma + max(abs(right), abs(down)))
            left, top, width, height = one.area.left, one.area.top, *one.area.size
            area = _clipped(left - margin, top - margin, left + width + margin, top + height + margin, view.size)
            if area is None:
                continue
            shape = np.ones((height, width), np.float32) if one.alpha is None else one.alpha
            moved = np.array([[1, 0, left - area.left + right], [0, 1, top - area.top + down]], np.float64)
            alpha = cv2.warpAffine(shape, moved, area.size, flags=cv2.INTER_LINEAR) * np.float32(effect.opacity)
            alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), sigma) if sigma > 0 else alpha, np.float32)
            colour = np.array(rgb(effect.colour)[::-1], np.float32)
            yield Element("shape", f"{one.name} shadow", area, alpha[:, :, None] * colour, alpha, certain=False)


def _area(matrix: NDArray[np.float64], view: View, reach: float) -> Area | None:
    """The pixels that a layer's box covers, and ``reach`` pixels of the video around it; none outside the frame."""
    corners = matrix @ np.array([[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]])
    (left, top, _), (right, bottom, _) = corners.min(axis=1), corners.max(axis=1)
    more = reach * view.scale
    return _clipped(left - more, top - more, right + more, bottom + more, view.size)


def _clipped(left: float, top: float, right: float, bottom: float, size: tuple[int, int]) -> Area | None:
    area = Area(max(0, floor(left)), max(0, floor(top)), min(size[0], ceil(right)), min(size[1], ceil(bottom)))
    return area if min(area.size) > 0 else None


def _reach(effects: Sequence[Effect]) -> float:
    """How far a blur spreads, in pixels of the video."""
    return max((2 * effect.radius for effect in effects if isinstance(effect, Blur)), default=0.0)


def _picture(picture: Tile, window: Window, matrix: NDArray[np.float64], layer: Layer, area: Area) -> Tile:
    """A source picture seen through ``window`` at its place."""
    height, width = picture[0].shape[:2]
    to_box = _shift(-window.x / window.width, -window.y / window.height) @ np.diag(
        (1 / (width * window.width), 1 / (height * window.height), 1.0)
    )
    values, alpha = (None if one is None else _warped(one, matrix @ to_box, area) for one in picture)
    assert values is not None
    return _graded(values, alpha, layer.effects), alpha


def _filled(fill: Fill, matrix: NDArray[np.float64], layer: Layer, area: Area) -> Tile:
    """A colour or a gradient over the box of a layer."""
    width, height = area.size
    first, last = (np.array(rgb(colour)[::-1], np.float32) for colour in (fill.colours[0], fill.colours[-1]))
    values = np.empty((height, width, 3), np.float32)
    values[:] = first
    if len(fill.colours) > 1:
        angle = radians(fill.angle)
        across, down = -sin(angle), cos(angle)
        inverse = _shift(-0.5, -0.5) @ _inverse(matrix)
        columns, rows = np.arange(area.left, area.right) + 0.5, np.arange(area.top, area.bottom)[:, None] + 0.5
        x = inverse[0, 0] * columns + inverse[0, 1] * rows + inverse[0, 2]
        y = inverse[1, 0] * columns + inverse[1, 1] * rows + inverse[1, 2]
        share = np.clip((x * across + y * down) / (abs(across) + abs(down)) + 0.5, 0, 1)
        values += share[:, :, None].astype(np.float32) * (last - first)
    return values, None


def _cover(
    matrix: NDArray[np.float64], layer: Layer, effects: Sequence[Effect], area: Area, ellipse: bool
) -> Values | None:
    """Coverage of a layer's box, 0..1: with round corners, or the ellipse in it; none where it covers all."""
    # The middle of each pixel in the layer's own box, from its centre.
    inverse = np.diag((layer.width, layer.height, 1.0)) @ _shift(-0.5, -0.5) @ _inverse(matrix)
    columns, rows = np.arange(area.left, area.right) + 0.5, np.arange(area.top, area.bottom) + 0.5
    # Pixels of the layer for one of the small picture.
    pixel = float(np.hypot(inverse[0, 0], inverse[1, 0]))
    half_w, half_h = layer.width / 2, layer.height / 2
    corner = next((min(one.radius, half_w, half_h) for one in effects if isinstance(one, Rounded)), 0.0)
    if not ellipse and not corner and abs(inverse[0, 1]) + abs(inverse[1, 0]) < 1e-9:
        across = half_w - np.abs(inverse[0, 0] * columns + inverse[0, 2])
        down = half_h - np.abs(inverse[1, 1] * rows + inverse[1, 2])
        if min(across[0], across[-1], down[0], down[-1]) >= pixel / 2 - 1e-6:
            return None
        cover = np.clip(down / pixel + 0.5, 0, 1)[:, None] * np.clip(across / pixel + 0.5, 0, 1)
        return cover.astype(np.float32)
    x = inverse[0, 0] * columns + inverse[0, 1] * rows[:, None] + inverse[0, 2]
    y = inverse[1, 0] * columns + inverse[1, 1] * rows[:, None] + inverse[1, 2]
    if ellipse:
        inside = (1 - np.hypot(x / half_w, y / half_h)) * min(half_w, half_h)
    else:
        out_x, out_y = np.abs(x) - (half_w - corner), np.abs(y) - (half_h - corner)
        outside = np.hypot(np.maximum(out_x, 0), np.maximum(out_y, 0)) + np.minimum(np.maximum(out_x, out_y), 0)
        inside = corner - outside
    return np.clip(inside / pixel + 0.5, 0, 1).astype(np.float32)


def _graded(values: NDArray[Any], alpha: Values | None, effects: Sequence[Effect]) -> NDArray[Any]:
    for effect in effects:
        if isinstance(effect, Grade):
            full = np.float32(1) if alpha is None else alpha[:, :, None]
            grey = values @ np.array([[0.0722], [0.7152], [0.2126]], np.float32)
            values = grey + (values - grey) * effect.saturation
            values = (values - 127.5 * full) * effect.contrast + (127.5 + 255 * effect.brightness) * full
            values = np.clip(values, 0, 255 * full).astype(np.float32)
    return values


def _warped(picture: NDArray[Any], matrix: NDArray[np.float64], area: Area) -> NDArray[Any]:
    """``picture`` on the pixels of ``area``; ``matrix`` maps its pixels' corners to those of the small picture."""
    import cv2

    # Linear interpolation looks at four pixels: what becomes much smaller is made smaller by averaging first.
    shrink = 1 / max(1e-6, float(np.hypot(matrix[0, 0], matrix[1, 0])))
    if shrink > 1.5:
        height, width = picture.shape[:2]
        less = (max(1, round(width / shrink)), max(1, round(height / shrink)))
        picture = np.asarray(cv2.resize(picture, less, interpolation=cv2.INTER_AREA))
        matrix = matrix @ np.diag((width / less[0], height / less[1], 1.0))
    # OpenCV counts from the middle of pixels.
    matrix = _shift(-0.5 - area.left, -0.5 - area.top) @ matrix @ _shift(0.5, 0.5)
    options: dict[str, Any] = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    return np.asarray(cv2.warpAffine(picture, matrix[:2], area.size, **options))


def _inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    import cv2

    return np.vstack((cv2.invertAffineTransform(matrix[:2]), (0, 0, 1)))


def _shift(x: float, y: float) -> NDArray[np.float64]:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)
