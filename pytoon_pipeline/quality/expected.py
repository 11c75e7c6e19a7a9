"""The expected content of a frame, drawn small from the plan and samples of the sources alone.

This is a second, simple renderer. It shares with the real one only the meaning of plans (keyframes, crops) and the font
files. Positions are exact; appearance is approximate.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import cos, radians, sin

import numpy as np

from pytoon_pipeline.contracts.colour import Lut
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.spec.effects import Rounded, Shadow
from pytoon_pipeline.contracts.spec.evaluate import crop_at, transform_at
from pytoon_pipeline.contracts.spec.layers import GroupLayer, ImageLayer, Layer, ShapeLayer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.spec.text_animation import AT_REST, phase_at
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.media.colour_balance import corrected
from pytoon_pipeline.media.source_reader import TOLERANCE
from pytoon_pipeline.media.word_layout import mark_box, marked_runs, padded_lines
from pytoon_pipeline.quality import expected_captions, expected_text
from pytoon_pipeline.quality.expected_elements import (
    OPAQUE,
    Element,
    FrameView,
    alters_detail,
    blur_margin,
    clipped_by,
    layer_element,
    shadow_margin,
    shadows,
    uncertain_area,
)
from pytoon_pipeline.quality.tiles import Matrix, Tile, Values, coverage, filled, graded, shift, warped

# Matrices with less shear and rotation than this are upright.
UPRIGHT = 1e-6
# Shadows of text up to so many pixels are ignored.
SMALL_SHADOW = 4.0
# How far a text may be from its place while it moves, as a multiple of its size.
MOVING_MARGIN = 1.0
# Layers up to this opacity are ignored.
INVISIBLE = 0.02


def moments(spec: RenderSpec, frame: int) -> Iterator[tuple[str, float]]:
    """The items that a frame shows, and the time in seconds of each."""
    for parent_start, layer in _layers(spec, frame):
        yield from _items(layer, parent_start, frame, spec)


def _items(layer: Layer, parent_start: int, frame: int, spec: RenderSpec) -> Iterator[tuple[str, float]]:
    if isinstance(layer, GroupLayer):
        for child in layer.layers:
            yield from _items(child, parent_start + layer.start, frame, spec)
    elif isinstance(layer, VideoLayer | ImageLayer):
        yield layer.item, _seconds(layer, parent_start, frame, spec)


def _seconds(layer: VideoLayer | ImageLayer, parent_start: int, frame: int, spec: RenderSpec) -> float:
    if isinstance(layer, ImageLayer):
        return 0.0
    # As when reading sources: a source frame that starts slightly later than the video's frame still counts for it.
    source_frame = layer.source_start + frame - parent_start - layer.start
    return spec.rate.seconds(source_frame) + TOLERANCE / float(spec.rate.fraction)


def scene_of(spec: RenderSpec, frame: int) -> Scene | None:
    """The scene that a frame shows, or none during a transition."""
    visible = [scene for scene in spec.scenes if scene.start <= frame < scene.end]
    return visible[0] if len(visible) == 1 else None


def background(spec: RenderSpec, frame: int, size: tuple[int, int]) -> Values:
    """The colour behind all layers, BGR, 0..255, shape (height, width, 3)."""
    scene = scene_of(spec, frame)
    canvas = np.empty((size[1], size[0], 3), np.float32)
    canvas[:] = rgb(scene.background if scene else "#000000")[::-1]
    return canvas


def elements(view: FrameView) -> list[Element]:
    """Everything that the frame should show, from back to front, with captions last."""
    spec, frame = view.spec, view.frame
    to_view = np.diag((view.scale, view.scale, 1.0))
    result = [one for start, layer in _layers(spec, frame) for one in _layer_elements(view, layer, start, to_view, 1.0)]
    for cue in spec.captions.cues:
        if cue.start <= frame < cue.end:
            result += expected_captions.cue_boxes(cue, view)
            certain = expected_captions.is_certain(cue, view)
            for glyphs, opacity in expected_captions.cue_glyphs(cue, view):
                result += _glyph_elements(view, cue.text, glyphs, opacity, certain)
    return result


def _layers(spec: RenderSpec, frame: int) -> Iterator[tuple[int, Layer]]:
    """The layers that a frame shows, from back to front, and the frame of the video from which each counts."""
    for first, last, layer in spec.layers():
        if first <= frame < last:
            yield first - layer.start, layer


def _layer_elements(
    view: FrameView, layer: Layer, parent_start: int, to_view: Matrix, opacity: float
) -> Iterator[Element]:
    """The elements of a layer. ``to_view`` maps pixels of its parent to small pixels."""
    transform = transform_at(layer.transform, view.frame - parent_start)
    opacity *= transform.opacity
    if opacity <= INVISIBLE or transform.scale <= 0:
        return
    angle = radians(transform.rotation)
    placement = np.array([[cos(angle), -sin(angle), transform.x], [sin(angle), cos(angle), transform.y], [0, 0, 1]])
    # From the layer's own box, 0..1 in both directions, to small pixels.
    unit_box = np.diag((layer.width * transform.scale, layer.height * transform.scale, 1.0)) @ shift(-0.5, -0.5)
    matrix = to_view @ placement @ unit_box
    if isinstance(layer, GroupLayer):
        yield from _group_elements(view, layer, parent_start + layer.start, matrix, opacity)
    elif (box := view.box_of(matrix, blur_margin(layer.effects))) is None:
        return
    elif isinstance(layer, VideoLayer | ImageLayer):
        yield from _image_elements(view, layer, parent_start, matrix, box, opacity)
    elif isinstance(layer, ShapeLayer):
        values, alpha = filled(layer.fill, matrix, layer, box)
        tile = graded(values, alpha, layer.effects), alpha
        name = layer.name or layer.kind
        element = layer_element("shape", name, tile, layer, layer.effects, matrix, view, box, opacity)
        yield from shadows(element, layer, view)
        yield element
    elif isinstance(layer, TextLayer):
        age = view.frame - parent_start - layer.start
        if phase_at(layer.animation, age, layer.frames) != AT_REST:
            # A text on its way in or out is there, but not where its glyphs are.
            yield from uncertain_area(view, matrix, MOVING_MARGIN * layer.style.size)
        else:
            yield from _text_elements(view, layer, matrix, box, opacity)


def _image_elements(
    view: FrameView,
    layer: VideoLayer | ImageLayer,
    parent_start: int,
    matrix: Matrix,
    box: Rect[int],
    opacity: float,
) -> Iterator[Element]:
    seconds = _seconds(layer, parent_start, view.frame, view.spec)
    if (reference := view.references.image(layer.item, seconds)) is None:
        yield from uncertain_area(view, matrix, blur_margin(layer.effects))
        return
    sample, certain = reference
    crop = crop_at(layer.crop_path, view.frame - parent_start - layer.start, view.frame)
    tile, magnified = _cropped(sample, crop, matrix, layer, box, view.spec.lut)
    name = layer.name or layer.kind
    element = layer_element("image", name, tile, layer, layer.effects, matrix, view, box, opacity)
    yield from shadows(element, layer, view)
    exact = certain and not any(map(alters_detail, layer.effects))
    yield replace(element, certain=certain, exact=exact, magnified=magnified)


def _cropped(
    sample: Tile, crop: Box, matrix: Matrix, layer: VideoLayer | ImageLayer, box: Rect[int], lut: Lut | None
) -> tuple[Tile, float]:
    """A source sample seen through ``crop`` at its place, and the small pixels per pixel of the sample."""
    height, width = sample[0].shape[:2]
    to_unit_box = shift(-crop.x / crop.width, -crop.y / crop.height) @ np.diag(
        (1 / (width * crop.width), 1 / (height * crop.height), 1.0)
    )
    to_view = matrix @ to_unit_box
    values, alpha = (None if plane is None else warped(plane, to_view, box) for plane in sample)
    assert values is not None
    if layer.colour is not None and alpha is None:
        values = corrected(values[:, :, ::-1], layer.colour, lut)[:, :, ::-1]
    return (graded(values, alpha, layer.effects), alpha), float(np.hypot(to_view[0, 0], to_view[1, 0]))


def _text_elements(
    view: FrameView, layer: TextLayer, matrix: Matrix, box: Rect[int], opacity: float
) -> Iterator[Element]:
    style = layer.style
    upright = abs(matrix[0, 1]) + abs(matrix[1, 0]) <= UPRIGHT and matrix[0, 0] > 0
    scale = float(matrix[0, 0] / layer.width / view.scale)
    text = expected_text.placed_text(layer, scale) if upright else None
    yield from _text_boxes(view, layer, text, matrix, box, opacity)
    if text is None:
        # Neither rotated text nor what is below it is compared.
        yield from uncertain_area(view, matrix, blur_margin(layer.effects) + style.outline + style.size / 2)
        return
    x, y, _ = matrix @ (0.5, 0.5, 1) / view.scale
    # Letters fade together with what is behind them.
    boxed = style.background is not None or (style.emphasis is not None and style.emphasis.kind != "colour")
    certain = not layer.effects and style.shadow <= SMALL_SHADOW and (opacity >= OPAQUE or not boxed)
    for glyphs in expected_text.text_glyphs(layer, text, float(x), float(y), scale):
        yield from _glyph_elements(view, layer.text, glyphs, opacity, certain)


def _text_boxes(
    view: FrameView,
    layer: TextLayer,
    text: expected_text.PlacedText | None,
    matrix: Matrix,
    box: Rect[int],
    opacity: float,
) -> Iterator[Element]:
    """The boxes behind a text, its lines and its key words. Only that behind the block is known when it is rotated."""
    style = layer.style
    if (behind := style.background) is not None and behind.opacity > 0:
        areas: list[Rect[float] | None] = [None]
        if behind.shape == "lines" and text is not None:
            areas = [*padded_lines(text.words, text.typography, behind.padding * text.typography.size / style.size)]
        for area in areas:
            yield _box_element(view, layer, area, matrix, box, (behind.colour, behind.radius, opacity * behind.opacity))
    emphasis = style.emphasis
    if emphasis is not None and emphasis.kind != "colour" and text is not None:
        for run in marked_runs(text.words, layer.emphasised):
            area = mark_box(emphasis.kind, [text.words[n] for n in run], text.typography)
            yield _box_element(view, layer, area, matrix, box, (emphasis.mark_colour, 1, opacity))


def _box_element(
    view: FrameView, layer: TextLayer, area: Rect[float] | None, matrix: Matrix, box: Rect[int],
    look: tuple[Colour, float, float],
) -> Element:  # fmt: skip
    """A filled box behind a text: ``area`` around its centre in video pixels, or all of the text's own box.

    ``look`` is its colour, the radius of its corners, and its opacity.
    """
    colour, radius, opacity = look
    if area is not None:
        x, y, _ = matrix @ (0.5, 0.5, 1) / view.scale
        width, height = area.right - area.left, area.bottom - area.top
        layer = layer.model_copy(update={"width": width, "height": height})
        corner = np.array([[1, 0, x + area.left], [0, 1, y + area.top], [0, 0, 1]])
        matrix = np.diag((view.scale, view.scale, 1.0)) @ corner @ np.diag((width, height, 1.0))
        box = view.box_of(matrix, 0) or box
    tile = filled(Fill(colours=(colour,)), matrix, layer, box)
    corners = (Rounded(radius=max(1, radius)),)
    return layer_element("text_background", layer.text, tile, layer, corners, matrix, view, box, opacity)


def _group_elements(
    view: FrameView, group: GroupLayer, start: int, matrix: Matrix, opacity: float
) -> Iterator[Element]:
    """The elements of a group, clipped to its box. Effects on the whole group are not drawn, so what they change is
    not checked.
    """
    if any(not isinstance(effect, Rounded) for effect in group.effects):
        yield from uncertain_area(view, matrix, max(shadow_margin(group.effects), blur_margin(group.effects)))
    certain = all(isinstance(effect, Rounded | Shadow) for effect in group.effects)
    certain &= opacity >= OPAQUE or len(group.layers) == 1
    inner = matrix @ np.diag((1 / group.width, 1 / group.height, 1.0))
    for child in group.layers:
        first = start + child.start
        if first <= view.frame and (child.frames is None or view.frame < first + child.frames):
            for one in _layer_elements(view, child, start, inner, opacity):
                cover = coverage(matrix, group, group.effects, one.box, ellipse=False)
                one = one if cover is None else clipped_by(one, cover)
                yield replace(one, certain=one.certain and certain, exact=one.exact and certain)


def _glyph_elements(
    view: FrameView, name: str, glyphs: expected_text.Glyphs, opacity: float, certain: bool
) -> Iterator[Element]:
    box = Rect(*(edge * view.scale for edge in glyphs.extent)).pixels(view.size)
    if box is not None:
        values, alpha = expected_text.draw(glyphs, box, view.scale)
        loose = glyphs.right_to_left
        yield Element("text", name, box, values * opacity, alpha * opacity, certain, slack=glyphs.slack, loose=loose)
