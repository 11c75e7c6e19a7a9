"""Where the plan itself changes pictures from one to the next: texts and other layers that come and go, captions."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media.frame_stats import COLUMNS, ROWS

# Layers that take more of the picture are scenes of their own: one that is gone for a picture is a fault.
MAX_SHARE = 0.5
# What changes for longer than this many seconds is a slow move, and no picture of it is unlike its neighbours.
QUICK = 1.0
# Captions have at most so many lines, each this much higher than its letters.
LINES, LINE_HEIGHT = 3, 1.4


def planned_changes(spec: RenderSpec, frames: int) -> NDArray[np.bool_]:
    """Blocks that the plan changes from or to a picture, shape (frames, ROWS, COLUMNS)."""
    planned = np.zeros((frames, ROWS, COLUMNS), bool)
    for start, end, (left, top, right, bottom) in (*_layers(spec), *_captions(spec)):
        rows = _blocks(top / spec.height, bottom / spec.height, ROWS)
        columns = _blocks(left / spec.width, right / spec.width, COLUMNS)
        planned[max(0, start - 1) : max(0, end + 1), rows, columns] = True
    return planned


def _blocks(start: float, end: float, count: int) -> slice:
    """The blocks that a range of the picture touches, with half a block more on each side: letters have outlines."""
    return slice(max(0, int(start * count - 0.5)), max(0, int(np.ceil(end * count + 0.5))))


def _layers(spec: RenderSpec) -> Iterator[tuple[int, int, Rect[float]]]:
    for first, last, layer in spec.layers():
        if layer.width * layer.height > MAX_SHARE * spec.width * spec.height:
            continue
        offset = first - layer.start
        changes = [(first, first), (last, last)]
        for start, end in _moves(layer):
            if end - start <= spec.rate.nearest(QUICK):
                changes.append((max(first, offset + start), min(last, offset + end)))
        for start, end in changes:
            boxes = (_box(layer, n - offset) for n in (start, (start + end) // 2, end))
            yield start, end, reduce(Rect.union, boxes)


def _moves(layer: Layer) -> Iterator[tuple[int, int]]:
    """Frames of the scene between which a layer is on its way from one key to the next."""
    motion = layer.transform
    tracks: Sequence[tuple[Keyframe, ...]] = (motion.x, motion.y, motion.scale, motion.rotation, motion.opacity)
    for track in tracks:
        for before, after in pairwise(track):
            if before.value != after.value:
                yield before.frame, after.frame


def _box(layer: Layer, frame: int) -> Rect[float]:
    state = transform_at(layer.transform, frame)
    half_width, half_height = layer.width * state.scale / 2, layer.height * state.scale / 2
    return Rect(state.x - half_width, state.y - half_height, state.x + half_width, state.y + half_height)


def _captions(spec: RenderSpec) -> Iterator[tuple[int, int, Rect[float]]]:
    style = spec.captions.style
    bottom = style.position * spec.height + style.outline
    area = Rect(style.margin, bottom - LINES * LINE_HEIGHT * style.size, spec.width - style.margin, bottom)
    grows = spec.rate.nearest(style.scale_in_seconds)
    for cue in spec.captions.cues:
        yield cue.start, cue.start + grows, area
        yield cue.end, cue.end, area
        for word in cue.words:
            yield word.start, word.start, area
            yield word.end, word.end, area
