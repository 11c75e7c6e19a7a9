"""How two finished pictures mix while one scene gives way to the next."""

from collections.abc import Callable
from math import floor

import numpy as np

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.media.frames import Plane, YuvFrame
from pytoon_pipeline.rendering.resampling import sample_window
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage, blend, copied

# How far the zoom transition enlarges what leaves.
ZOOM = 1.35
BLACK = (16, 128, 128)


def mix_transition(kind: str, before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """The picture at ``progress`` 0..1 of a transition; both sheets are opaque."""
    return TRANSITIONS[kind](before, after, progress)


def crossfade(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    import cv2

    return YuvaImage(*(_same(cv2.addWeighted(a, 1 - progress, b, progress, 0)) for a, b in _pairs(before, after)))


def fade(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """Down to black in the first half, up in the second."""
    import cv2

    shown, share = (before, 1 - 2 * progress) if progress < 0.5 else (after, 2 * progress - 1)
    planes = zip((shown.y, shown.u, shown.v), BLACK, strict=True)
    return YuvaImage(*(_same(cv2.addWeighted(plane, share, plane, 0, black * (1 - share))) for plane, black in planes))


def slide(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """The next scene comes in over the other, from the right."""
    return _beside(before, after, _eased(progress), 0.0)


def push(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """The next scene pushes the other out to the left."""
    return _beside(before, after, _eased(progress), 1.0)


def zoom(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """What leaves comes nearer while the next scene appears through it."""
    eased = _eased(progress)
    return crossfade(_near(before, 1 + (ZOOM - 1) * eased), after, eased)


TRANSITIONS: dict[str, Callable[[YuvaImage, YuvaImage, float], YuvaImage]] = {
    "crossfade": crossfade, "fade": fade, "slide": slide, "push": push, "zoom": zoom,
}  # fmt: skip


def _eased(t: float) -> float:
    return t * t * (3 - 2 * t)


def _beside(before: YuvaImage, after: YuvaImage, progress: float, follow: float) -> YuvaImage:
    """``after`` from the right edge inwards; ``before`` moves along by ``follow`` of its way."""
    width = before.size[0]
    edge = width * (1 - progress)
    canvas = _moved(before, -(width - edge) * follow) if follow else copied(before)
    whole = min(width, 2 * floor(edge / 2))
    if whole < width:
        incoming = _moved(after, edge - whole)
        part = YuvaImage(*(np.ascontiguousarray(plane[:, : (width - whole) // step])
                       for plane, step in ((incoming.y, 1), (incoming.u, 2), (incoming.v, 2))))  # fmt: skip
        blend(canvas, Sprite(whole, 0, part))
    return canvas


def _moved(sheet: YuvaImage, pixels: float) -> YuvaImage:
    """The picture moved to the right, its edge repeated."""
    width, height = sheet.size
    picture = sample_window(YuvFrame(sheet.y, sheet.u, sheet.v), Box(-pixels / width, 0, 1, 1), width, height)
    return YuvaImage(picture.y, picture.u, picture.v)


def _near(sheet: YuvaImage, factor: float) -> YuvaImage:
    width, height = sheet.size
    side = 1 / factor
    window = Box((1 - side) / 2, (1 - side) / 2, side, side)
    picture = sample_window(YuvFrame(sheet.y, sheet.u, sheet.v), window, width, height)
    return YuvaImage(picture.y, picture.u, picture.v)


def _pairs(before: YuvaImage, after: YuvaImage) -> zip:  # type: ignore[type-arg]
    return zip((before.y, before.u, before.v), (after.y, after.u, after.v), strict=True)


def _same(plane: object) -> Plane:
    return np.asarray(plane, np.uint8)
