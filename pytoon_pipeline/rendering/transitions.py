"""Transitions: how two composed images mix while one scene gives way to the next.

A new transition registers its function here, and its name in ``TransitionKind``.
"""

from collections.abc import Callable, Iterator
from math import floor

import numpy as np

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.transitions import TransitionKind
from pytoon_pipeline.media.frames import Plane, YuvFrame
from pytoon_pipeline.rendering.resampling import sample_window
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage, blend, copy_image

# How far the zoom transition enlarges the outgoing scene.
ZOOM = 1.35
BLACK = (16, 128, 128)

# From the outgoing and the incoming image, both opaque, and the progress 0..1.
TransitionFunction = Callable[[YuvaImage, YuvaImage, float], YuvaImage]
TRANSITIONS: dict[str, TransitionFunction] = {}


def mix_transition(name: str, before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """The image at ``progress`` 0..1 of the transition ``name``; both images are opaque and of one size."""
    return TRANSITIONS[name](before, after, progress)


def _transition(name: TransitionKind) -> Callable[[TransitionFunction], TransitionFunction]:
    """Registers a transition under the name that presets and requests use."""

    def register(function: TransitionFunction) -> TransitionFunction:
        TRANSITIONS[name] = function
        return function

    return register


@_transition("crossfade")
def crossfade(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """A linear mix of both images."""
    import cv2

    pairs = _plane_pairs(before, after)
    return YuvaImage(*(_to_plane(cv2.addWeighted(a, 1 - progress, b, progress, 0)) for a, b in pairs))


@_transition("fade")
def fade(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """Fades out to black in the first half and in from black in the second."""
    import cv2

    image, share = (before, 1 - 2 * progress) if progress < 0.5 else (after, 2 * progress - 1)
    planes = zip((image.y, image.u, image.v), BLACK, strict=True)
    return YuvaImage(
        *(_to_plane(cv2.addWeighted(plane, share, plane, 0, black * (1 - share))) for plane, black in planes)
    )


@_transition("slide")
def slide(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """The incoming scene slides over the outgoing one, from the right."""
    return _side_by_side(before, after, _smoothstep(progress), 0.0)


@_transition("push")
def push(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """The incoming scene pushes the outgoing one out to the left."""
    return _side_by_side(before, after, _smoothstep(progress), 1.0)


@_transition("zoom")
def zoom(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """The outgoing scene is enlarged while the incoming one fades in."""
    eased = _smoothstep(progress)
    return crossfade(_enlarge(before, 1 + (ZOOM - 1) * eased), after, eased)


def _smoothstep(t: float) -> float:
    return t * t * (3 - 2 * t)


def _side_by_side(before: YuvaImage, after: YuvaImage, progress: float, follow: float) -> YuvaImage:
    """``after`` enters from the right edge; ``before`` moves along by the share ``follow`` of the way."""
    width = before.size[0]
    edge = width * (1 - progress)
    canvas = _shift_right(before, -(width - edge) * follow) if follow else copy_image(before)
    left = min(width, 2 * floor(edge / 2))
    if left < width:
        incoming = _shift_right(after, edge - left)
        planes = ((incoming.y, 1), (incoming.u, 2), (incoming.v, 2))
        visible = YuvaImage(*(np.ascontiguousarray(plane[:, : (width - left) // step]) for plane, step in planes))
        blend(canvas, Sprite(left, 0, visible))
    return canvas


def _shift_right(image: YuvaImage, pixels: float) -> YuvaImage:
    """The image moved to the right by ``pixels``, with its edge repeated."""
    return _sample(image, Box(-pixels / image.size[0], 0, 1, 1))


def _enlarge(image: YuvaImage, factor: float) -> YuvaImage:
    side = 1 / factor
    return _sample(image, Box((1 - side) / 2, (1 - side) / 2, side, side))


def _sample(image: YuvaImage, window: Box) -> YuvaImage:
    """The part ``window`` of an opaque image, at the size of the whole."""
    frame = sample_window(YuvFrame(image.y, image.u, image.v), window, *image.size)
    return YuvaImage(frame.y, frame.u, frame.v)


def _plane_pairs(before: YuvaImage, after: YuvaImage) -> Iterator[tuple[Plane, Plane]]:
    return zip((before.y, before.u, before.v), (after.y, after.u, after.v), strict=True)


def _to_plane(plane: object) -> Plane:
    return np.asarray(plane, np.uint8)
