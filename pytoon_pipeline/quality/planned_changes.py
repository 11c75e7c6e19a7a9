"""Where the plan itself changes from frame to frame: layers that appear, disappear or move quickly, and captions."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media.frame_stats import COLUMNS, ROWS
from pytoon_pipeline.quality.expected_captions import caption_area

# Layers that cover more of the frame are like scenes: one that is missing for a frame is a fault.
MAX_SHARE = 0.5
# A move that takes longer than this many seconds is slow: none of its frames differs much from its neighbours.
MAX_QUICK_SECONDS = 1.0
# How far the units of a text move beyond its box, as a share of its height.
MOVING_REACH = 0.3


def planned_changes(spec: RenderSpec, frames: int) -> NDArray[np.bool_]:
    """Blocks that the plan changes between a frame and its neighbours, shape (frames, ROWS, COLUMNS)."""
    planned = np.zeros((frames, ROWS, COLUMNS), bool)
    for start, end, area in (*_layers(spec), *_captions(spec)):
        rows, columns = blocks_in(spec, area)
        planned[max(0, start - 1) : max(0, end + 1), rows, columns] = True
    return planned


def blocks_in(spec: RenderSpec, area: Rect[float]) -> tuple[slice, slice]:
    """The rows and columns of blocks that an area in pixels touches, with half a block more on each side."""
    left, top, right, bottom = area
    rows = _blocks(top / spec.height, bottom / spec.height, ROWS)
    return rows, _blocks(left / spec.width, right / spec.width, COLUMNS)


def _blocks(start: float, end: float, count: int) -> slice:
    """The blocks that a range of the frame touches, with half a block more on each side for outlines."""
    return slice(max(0, int(start * count - 0.5)), max(0, int(np.ceil(end * count + 0.5))))


def _layers(spec: RenderSpec) -> Iterator[tuple[int, int, Rect[float]]]:
    for first, last, layer in spec.layers():
        if layer.width * layer.height > MAX_SHARE * spec.width * spec.height:
            continue
        offset = first - layer.start
        changes = [(first, first), (last, last)]
        for start, end in _moves(layer):
            if end - start <= spec.rate.nearest(MAX_QUICK_SECONDS):
                changes.append((max(first, offset + start), min(last, offset + end)))
        for start, end in changes:
            boxes = (layer_box(layer, n - offset) for n in (start, (start + end) // 2, end))
            yield start, end, reduce(Rect.union, boxes)
        for start, end in _text_moves(layer, first, last):
            left, top, right, bottom = layer_box(layer, start - offset)
            reach = MOVING_REACH * layer.height
            yield start, end, Rect(left - reach, top - reach, right + reach, bottom + reach)


def _text_moves(layer: Layer, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The frames in which a text comes in and leaves, unit by unit."""
    if isinstance(layer, TextLayer) and (animation := layer.animation) is not None:
        yield first, min(last, first + animation.settled)
        if animation.exit is not None and layer.frames is not None:
            yield max(first, first + layer.frames - animation.exit.frames), last


def _moves(layer: Layer) -> Iterator[tuple[int, int]]:
    """Ranges of frames in which a property of a layer changes from one keyframe to the next."""
    transform = layer.transform
    properties: Sequence[tuple[Keyframe, ...]] = (
        transform.x,
        transform.y,
        transform.scale,
        transform.rotation,
        transform.opacity,
    )
    for keyframes in properties:
        for before, after in pairwise(keyframes):
            if before.value != after.value:
                yield before.frame, after.frame


def layer_box(layer: Layer, frame: int) -> Rect[float]:
    """The area of a layer at a frame that counts as ``layer.start`` does, in pixels, without rotation."""
    transform = transform_at(layer.transform, frame)
    half_width, half_height = layer.width * transform.scale / 2, layer.height * transform.scale / 2
    return Rect(
        transform.x - half_width, transform.y - half_height, transform.x + half_width, transform.y + half_height
    )


def _captions(spec: RenderSpec) -> Iterator[tuple[int, int, Rect[float]]]:
    style = spec.captions.style
    page, word = (spec.rate.nearest(one) for one in (style.motion.page_seconds, style.motion.word_seconds))
    for cue in spec.captions.cues:
        area = caption_area(cue, style)
        yield cue.start, cue.start + page, area
        yield cue.end, cue.end, area
        for one in cue.words:
            # Letters appear, and colours run through a word, for as long as it is heard.
            heard = 0 if style.motion.reveal == "whole" else one.end - one.start
            yield one.start, one.start + max(word, heard), area
            yield one.end, one.end + word, area
