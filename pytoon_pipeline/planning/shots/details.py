"""Detail shots of a picture: parts of its subject that are worth a shot of their own, from near."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.geometry import Box, clamp_centre
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.shots.subjects import head_box, heads, subject_box

# How much nearer than the whole picture a detail is: so much at most, no detail where it could not be so much, and the
# steps in which one comes nearer that would cut another head.
MAX_ZOOM, MIN_ZOOM, STEP = 2.2, 1.4, 0.1
# A head takes this share of the height of its shot; it stands below the middle by this share, clear of what fades in
# from above.
HEAD_SHARE, LOWER = 0.42, 0.06
# A subject is shown at this zoom at most. One so much higher than wide has details at both ends, this share of its
# height from each.
CORE_ZOOM, LONG, END = 1.8, 1.25, 0.26
# A detail comes nearer from this share of its zoom.
DRIFT = 0.95
# At most this share of another head may be in a shot: it is either clearly in it or not in it.
MAX_CUT = 0.12


def details(
    material: AnalysedMedia, size: tuple[float, float], centre: tuple[float, float], nearest: float
) -> list[tuple[Box, float]]:
    """Windows of details with their zoom, within the window of ``size`` around ``centre``; those of heads first.

    ``nearest`` is the largest zoom at which it is sharp enough. None of a picture with burnt-in text, which is read as
    a whole.
    """
    most = min(MAX_ZOOM, nearest)
    if material.focus.texts or most < MIN_ZOOM:
        return []
    boxes = [head_box(face.box) for face in heads(material.faces, material.focus.people)]
    if boxes:
        boxes.sort(key=lambda box: -box.area)
        found = (_of_head(box, boxes, size, centre, most) for box in boxes)
        return [one for one in found if one is not None]
    subject = subject_box(material)
    if subject.width > size[0] or subject.height > size[1]:
        # What stands out is spread over more than the window shows: its middle is no detail.
        return []
    return [_around(point, min(most, CORE_ZOOM), size, centre) for point in _points(subject, size)]


def without_details(windows: Sequence[Box]) -> list[Box]:
    """The windows that show a whole picture. A detail stands clear of what fades in over its edges."""
    widest = max(window.width for window in windows)
    return [window for window in windows if window.width * DRIFT * MIN_ZOOM > widest]


def _of_head(
    head: Box, others: Sequence[Box], size: tuple[float, float], centre: tuple[float, float], most: float
) -> tuple[Box, float] | None:
    """The shot of a head that cuts none of the ``others``; none where there is none."""
    zoom = min(most, max(MIN_ZOOM, HEAD_SHARE * size[1] / head.height))
    while zoom <= most:
        found = _around(head.centre, zoom, size, centre)
        widest, _ = _around(head.centre, DRIFT * zoom, size, centre)
        if not _cuts(found[0], others) and not _cuts(widest, others):
            return found
        zoom += STEP
    return None


def _points(subject: Box, size: tuple[float, float]) -> Sequence[tuple[float, float]]:
    """The middles of the details of a subject, which is measured in windows of ``size``."""
    x, y = subject.centre
    if subject.height / size[1] > LONG * subject.width / size[0]:
        return (x, subject.y + END * subject.height), (x, subject.y + (1 - END) * subject.height)
    return ((x, y),)


def _around(
    point: tuple[float, float], zoom: float, size: tuple[float, float], centre: tuple[float, float]
) -> tuple[Box, float]:
    """The window around ``point`` that is ``zoom`` times as near as that of ``size``, and within it."""
    width, height = size[0] / zoom, size[1] / zoom
    x = clamp_centre(point[0], width, centre[0] - size[0] / 2, size[0])
    y = clamp_centre(point[1] - LOWER * height, height, centre[1] - size[1] / 2, size[1])
    return Box(x - width / 2, y - height / 2, width, height), zoom


def _cuts(window: Box, boxes: Sequence[Box]) -> bool:
    """Whether an edge of the window runs through one of ``boxes``."""
    shares = (box.share_inside(window) for box in boxes)
    return any(MAX_CUT < share < 1 - MAX_CUT for share in shares)
