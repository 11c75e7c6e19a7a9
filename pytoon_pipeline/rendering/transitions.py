"""How two finished pictures mix while one scene gives way to the next."""

from collections.abc import Callable
from math import floor

import numpy as np

from pytoon_pipeline.contracts.spec.evaluate import Window
from pytoon_pipeline.media.frames import Picture, Plane
from pytoon_pipeline.rendering.resampling import show
from pytoon_pipeline.rendering.yuva import Patch, Sheet, copied, lay

# How far the zoom transition enlarges what leaves.
ZOOM = 1.35
BLACK = (16, 128, 128)


def mix(kind: str, before: Sheet, after: Sheet, progress: float) -> Sheet:
    """The picture at ``progress`` 0..1 of a transition; both sheets are opaque."""
    return KINDS[kind](before, after, progress)


def crossfade(before: Sheet, after: Sheet, progress: float) -> Sheet:
    import cv2

    return Sheet(*(_same(cv2.addWeighted(a, 1 - progress, b, progress, 0)) for a, b in _pairs(before, after)))


def fade(before: Sheet, after: Sheet, progress: float) -> Sheet:
    """Down to black in the first half, up in the second."""
    import cv2

    shown, share = (before, 1 - 2 * progress) if progress < 0.5 else (after, 2 * progress - 1)
    planes = zip((shown.y, shown.u, shown.v), BLACK, strict=True)
    return Sheet(*(_same(cv2.addWeighted(plane, share, plane, 0, black * (1 - share))) for plane, black in planes))


def slide(before: Sheet, after: Sheet, progress: float) -> Sheet:
    """The next scene comes in over the other, from the right."""
    return _beside(before, after, _eased(progress), 0.0)


def push(before: Sheet, after: Sheet, progress: float) -> Sheet:
    """The next scene pushes the other out to the left."""
    return _beside(before, after, _eased(progress), 1.0)


def zoom(before: Sheet, after: Sheet, progress: float) -> Sheet:
    """What leaves comes nearer while the next scene appears through it."""
    eased = _eased(progress)
    return crossfade(_near(before, 1 + (ZOOM - 1) * eased), after, eased)


KINDS: dict[str, Callable[[Sheet, Sheet, float], Sheet]] = {
    "crossfade": crossfade, "fade": fade, "slide": slide, "push": push, "zoom": zoom,
}  # fmt: skip


def _eased(t: float) -> float:
    return t * t * (3 - 2 * t)


def _beside(before: Sheet, after: Sheet, progress: float, follow: float) -> Sheet:
    """``after`` from the right edge inwards; ``before`` moves along by ``follow`` of its way."""
    width = before.size[0]
    edge = width * (1 - progress)
    canvas = _moved(before, -(width - edge) * follow) if follow else copied(before)
    whole = min(width, 2 * floor(edge / 2))
    if whole < width:
        incoming = _moved(after, edge - whole)
        part = Sheet(*(np.ascontiguousarray(plane[:, : (width - whole) // step])
                       for plane, step in ((incoming.y, 1), (incoming.u, 2), (incoming.v, 2))))  # fmt: skip
        lay(canvas, Patch(whole, 0, part))
    return canvas


def _moved(sheet: Sheet, pixels: float) -> Sheet:
    """The picture moved to the right, its edge repeated."""
    width, height = sheet.size
    picture = show(Picture(sheet.y, sheet.u, sheet.v), Window(-pixels / width, 0, 1, 1), width, height)
    return Sheet(picture.y, picture.u, picture.v)


def _near(sheet: Sheet, factor: float) -> Sheet:
    width, height = sheet.size
    side = 1 / factor
    window = Window((1 - side) / 2, (1 - side) / 2, side, side)
    picture = show(Picture(sheet.y, sheet.u, sheet.v), window, width, height)
    return Sheet(picture.y, picture.u, picture.v)


def _pairs(before: Sheet, after: Sheet) -> zip:  # type: ignore[type-arg]
    return zip((before.y, before.u, before.v), (after.y, after.u, after.v), strict=True)


def _same(plane: object) -> Plane:
    return np.asarray(plane, np.uint8)
