"""The motion over a picture that a request asks for, with its start and its end."""

from pytoon_pipeline.contracts.geometry import Box, clamp_centre
from pytoon_pipeline.contracts.motion import Motion
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.shots.camera import SourceFrame


def along(material: AnalysedMedia, motion: Motion, aspect: float, frames: int) -> CropPath:
    """A window of ``aspect`` (width over height) that moves from the start of ``motion`` to its end over ``frames``."""
    frame = SourceFrame(*material.size, material.sampled.picture)
    first, last = (_window(frame, part, aspect) for part in motion.parts)
    base = max(first, last, key=lambda one: one.width)
    keys = tuple(
        CropKeyframe(
            frame=at, x=_r(window.centre[0]), y=_r(window.centre[1]), focus_x=_r(window.centre[0]),
            focus_y=_r(window.centre[1]), zoom=_r(base.width / window.width),
        )
        for at, window in ((0, first), (max(1, frames - 1), last))
    )  # fmt: skip
    return CropPath(width=_r(base.width), height=_r(base.height), keyframes=keys, eased=motion.kind == "eased")


def _window(frame: SourceFrame, part: Box, aspect: float) -> Box:
    """The smallest window of ``aspect`` that holds ``part``, inside the picture; the largest one where none does."""
    picture = frame.picture
    left, top = picture.x + part.x * picture.width, picture.y + part.y * picture.height
    part = Box(left, top, part.width * picture.width, part.height * picture.height)
    most = frame.window(aspect)
    share = min(1.0, max(part.width / most[0], part.height / most[1]))
    width, height = share * most[0], share * most[1]
    x = clamp_centre(part.centre[0], width, picture.x, picture.width)
    y = clamp_centre(part.centre[1], height, picture.y, picture.height)
    return Box(x - width / 2, y - height / 2, width, height)


def _r(value: float) -> float:
    return round(float(value), 6)
