"""What a frame should show, drawn small from the plan and the source pictures alone.

This is a second, simple renderer: it shares with the real one only the meaning of plans (keyframes, camera windows) and
the font files. It is exact in where things are, and near enough in how they look.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, cos, radians, sin
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.spec.effects import Blur, Effect, Grade, Rounded, Shadow
from pytoon_pipeline.contracts.spec.evaluate import crop_at, transform_at
from pytoon_pipeline.contracts.spec.layers import (
    GroupLayer,
    ImageLayer,
    Layer,
    ShapeLayer,
    TextLayer,
    VideoLayer,
)
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.media.frames import TOLERANCE
from pytoon_pipeline.quality import expected_text
from pytoon_pipeline.quality.references import References
from pytoon_pipeline.quality.tiles import (
    Matrix,
    Tile,
    Values,
    coverage,
    filled,
    graded,
    shift,
    warped,
)

# Changes of tone beyond these clip so much that detail is lost.
BRIGHT, LOW, HIGH = 0.2, 0.5, 1.5
# Matrices of less shear and turn than this stand upright.
UPRIGHT = 1e-6

Kind = Literal["ground", "picture", "text", "plate", "shape"]

# Letters are drawn with shadows up to so many pixels as if they had none.
SMALL_SHADOW = 4.0
# Groups that are less opaque than this are faded as a whole, which differs from fading what overlaps in them.
OPAQUE = 0.95


@dataclass(frozen=True)
class Element:
    """One thing on the frame: BGR ``values``, 0..255, of the part of the frame that it may cover.

    ``alpha`` is its coverage there, 0..1, by which the values are multiplied already; none where it covers all.
    ``certain``: it is known how it looks, and a source picture is of just this moment; ``exact``: its detail is not
    blurred either. ``slack`` is by how many small pixels it may lie elsewhere; what is ``loose`` may be arranged in any
    way inside its area. A source picture is ``magnified`` to so many small pixels for one of its own.
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

    def over(self, under: Values) -> NDArray[Any]:
        """The element over what lies under it."""
        if self.alpha is None:
            return self.values
        return np.asarray(self.values + under * (1 - self.alpha)[:, :, None])


@dataclass(frozen=True)
class FrameView:
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
    # As the reader of sources does it: a frame that begins a little later than the video's own is taken for it.
    return spec.rate.seconds(layer.source_start + frame - begin - layer.start) + TOLERANCE / float(spec.rate.fraction)


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


def elements(view: FrameView) -> list[Element]:
    """All that the frame should show, from back to front; layers at their place, captions last."""
    spec, frame = view.spec, view.frame
    whole = np.diag((view.scale, view.scale, 1.0))
    found = [one for begin, layer in _layers(spec, frame) for one in _drawn(view, layer, begin, whole, 1.0)]
    for cue in spec.captions.cues:
        if cue.start <= frame < cue.end:
            letters = expected_text.cue_letters(cue, frame, spec.captions.style, spec.width, spec.height)
            # While it grows to its size, a caption is known to be there, but not where its letters are.
            grown = spec.rate.seconds(frame - cue.start) >= spec.captions.style.scale_in_seconds
            grown &= spec.captions.style.shadow <= SMALL_SHADOW
            found += [one for line in letters for one in _letters(view, cue.text, line, 1.0, grown)]
    return found


def _layers(spec: RenderSpec, frame: int) -> Iterator[tuple[int, Layer]]:
    """Layers that a frame shows, from back to front, and the frame of the video from which each counts."""
    for first, last, layer in spec.layers():
        if first <= frame < last:
            yield first - layer.start, layer


def _drawn(view: FrameView, layer: Layer, begin: int, onto: Matrix, opacity: float) -> Iterator[Element]:
    """The elements of a layer; ``onto`` maps pixels of what holds it to those of the small picture."""
    state = transform_at(layer.transform, view.frame - begin)
    opacity *= state.opacity
    if opacity <= 0.02 or state.scale <= 0:
        return
    turn = radians(state.rotation)
    place = np.array([[cos(turn), -sin(turn), state.x], [sin(turn), cos(turn), state.y], [0, 0, 1]])
    # From the layer's own box, 0..1 in both directions, to the small picture.
    box = np.diag((layer.width * state.scale, layer.height * state.scale, 1.0)) @ shift(-0.5, -0.5)
    matrix = onto @ place @ box
    name = layer.name or layer.kind
    if isinstance(layer, GroupLayer):
        yield from _grouped(view, layer, begin + layer.start, matrix, opacity)
    elif (area := _area(matrix, view, _reach(layer.effects))) is None:
        return
    elif isinstance(layer, VideoLayer | ImageLayer):
        seconds = _seconds(layer, begin, view.frame, view.spec)
        if (known := view.references.image(layer.item, seconds)) is None:
            yield from _hidden(view, matrix, _reach(layer.effects))
            return
        picture, certain = known
        window = crop_at(layer.crop_path, view.frame - begin - layer.start, view.frame)
        tile, magnified = _picture(picture, window, matrix, layer, area)
        drawn = _element("picture", name, tile, layer, layer.effects, matrix, view, area, opacity)
        yield from _shadows(drawn, layer, view)
        exact = certain and not any(map(_veils, layer.effects))
        yield replace(drawn, certain=certain, exact=exact, magnified=magnified)
    elif isinstance(layer, ShapeLayer):
        values, _ = filled(layer.fill, matrix, layer, area)
        tile = graded(values, None, layer.effects), None
        drawn = _element("shape", name, tile, layer, layer.effects, matrix, view, area, opacity)
        yield from _shadows(drawn, layer, view)
        yield drawn
    elif isinstance(layer, TextLayer):
        if (behind := layer.style.background) is not None and behind.opacity > 0:
            tile = filled(Fill(colours=(behind.colour,)), matrix, layer, area)
            round_corners = (Rounded(radius=max(1, behind.radius)),)
            share = opacity * behind.opacity
            yield _element("plate", layer.text, tile, layer, round_corners, matrix, view, area, share)
        if abs(matrix[0, 1]) + abs(matrix[1, 0]) > UPRIGHT or matrix[0, 0] <= 0:
            # Letters that stand at an angle are not compared, nor what lies under them.
            yield from _hidden(view, matrix, _reach(layer.effects) + layer.style.outline + layer.style.size / 2)
            return
        x, y, _ = matrix @ (0.5, 0.5, 1) / view.scale
        scale = float(matrix[0, 0] / layer.width / view.scale)
        certain = not layer.effects and layer.style.shadow <= SMALL_SHADOW
        for letters in expected_text.text_letters(layer.lines, layer.style, float(x), float(y), layer.width, scale):
            yield from _letters(view, layer.text, letters, opacity, certain)


def _grouped(view: FrameView, group: GroupLayer, begin: int, matrix: Matrix, opacity: float) -> Iterator[Element]:
    """The elements of a group as far as they lie inside its box. Effects on the whole are not drawn: what they change
    is not judged.
    """
    if any(not isinstance(effect, Rounded) for effect in group.effects):
        spread = max((effect.radius * 2.5 + max(abs(effect.x), abs(effect.y)) for effect in group.effects
                      if isinstance(effect, Shadow)), default=0.0)  # fmt: skip
        yield from _hidden(view, matrix, max(spread, _reach(group.effects)))
    certain = all(isinstance(effect, Rounded | Shadow) for effect in group.effects)
    certain &= opacity >= OPAQUE or len(group.layers) == 1
    inner = matrix @ np.diag((1 / group.width, 1 / group.height, 1.0))
    for child in group.layers:
        first = begin + child.start
        if first <= view.frame and (child.frames is None or view.frame < first + child.frames):
            for one in _drawn(view, child, begin, inner, opacity):
                cover = coverage(matrix, group, group.effects, one.box, ellipse=False)
                one = one if cover is None else _covered(one, cover)
                yield replace(one, certain=one.certain and certain, exact=one.exact and certain)


def _hidden(view: FrameView, matrix: Matrix, reach: float) -> Iterator[Element]:
    """What cannot be told of a box and ``reach`` pixels of the video around it."""
    if (area := _area(matrix, view, reach)) is not None:
        width, height = area.size
        yield Element("shape", "", area, np.zeros((height, width, 3), np.float32), certain=False)


def _covered(one: Element, cover: Values) -> Element:
    alpha = cover if one.alpha is None else one.alpha * cover
    return replace(one, values=one.values * cover[:, :, None], alpha=alpha)


def _letters(
    view: FrameView, name: str, letters: expected_text.Glyphs, opacity: float, certain: bool
) -> Iterator[Element]:
    area = Rect(*(edge * view.scale for edge in letters.extent)).pixels(view.size)
    if area is not None:
        values, alpha = expected_text.draw(letters, area, view.scale)
        loose = letters.leftward
        yield Element("text", name, area, values * opacity, alpha * opacity, certain, slack=letters.slack, loose=loose)


def _element(
    kind: Kind, name: str, tile: Tile, layer: Layer, effects: Sequence[Effect], matrix: Matrix, view: FrameView,
    area: Rect[int], opacity: float,
) -> Element:  # fmt: skip
    """A tile inside the box of its layer, after effects and at its opacity."""
    import cv2

    values, alpha = tile
    cover = coverage(matrix, layer, effects, area, kind == "shape" and getattr(layer, "shape", "") == "ellipse")
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


def _shadows(one: Element, layer: Layer, view: FrameView) -> Iterator[Element]:
    """The shadows of an element. They are near enough to compare what lies under them, not to be judged themselves."""
    import cv2

    for effect in layer.effects:
        if isinstance(effect, Shadow):
            sigma, right, down = (length * view.scale for length in (effect.radius, effect.x, effect.y))
            margin = ceil(2.5 * sigma + max(abs(right), abs(down)))
            left, top, width, height = one.box.left, one.box.top, *one.box.size
            area = Rect(left - margin, top - margin, left + width + margin, top + height + margin).pixels(view.size)
            if area is None:
                continue
            shape = np.ones((height, width), np.float32) if one.alpha is None else one.alpha
            moved = np.array([[1, 0, left - area.left + right], [0, 1, top - area.top + down]], np.float64)
            alpha = cv2.warpAffine(shape, moved, area.size, flags=cv2.INTER_LINEAR) * np.float32(effect.opacity)
            alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), sigma) if sigma > 0 else alpha, np.float32)
            colour = np.array(rgb(effect.colour)[::-1], np.float32)
            yield Element("shape", f"{one.name} shadow", area, alpha[:, :, None] * colour, alpha, certain=False)


def _area(matrix: Matrix, view: FrameView, reach: float) -> Rect[int] | None:
    """The pixels that a layer's box covers, and ``reach`` pixels of the video around it; none outside the frame."""
    corners = matrix @ np.array([[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]])
    (left, top, _), (right, bottom, _) = corners.min(axis=1), corners.max(axis=1)
    more = reach * view.scale
    return Rect(left - more, top - more, right + more, bottom + more).pixels(view.size)


def _reach(effects: Sequence[Effect]) -> float:
    """How far a blur spreads, in pixels of the video."""
    return max((2 * effect.radius for effect in effects if isinstance(effect, Blur)), default=0.0)


def _veils(effect: Effect) -> bool:
    """Whether an effect changes the detail of a picture, not only its tones."""
    strong = isinstance(effect, Grade) and (abs(effect.brightness) > BRIGHT or not LOW <= effect.contrast <= HIGH)
    return strong or isinstance(effect, Blur)


def _picture(picture: Tile, window: Box, matrix: Matrix, layer: Layer, area: Rect[int]) -> tuple[Tile, float]:
    """A source picture seen through ``window`` at its place, and small pixels for one of its own."""
    height, width = picture[0].shape[:2]
    to_box = shift(-window.x / window.width, -window.y / window.height) @ np.diag(
        (1 / (width * window.width), 1 / (height * window.height), 1.0)
    )
    onto = matrix @ to_box
    values, alpha = (None if one is None else warped(one, onto, area) for one in picture)
    assert values is not None
    return (graded(values, alpha, layer.effects), alpha), float(np.hypot(onto[0, 0], onto[1, 0]))
