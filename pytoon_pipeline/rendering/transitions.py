"""Transitions: how two composed images mix while one scene gives way to the next.

A new transition registers its function here, and its name in ``TransitionKind``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pytoon_pipeline.contracts.spec.easing import Back, Bezier, EaseIn, EaseInOut
from pytoon_pipeline.contracts.spec.render_spec import Transition
from pytoon_pipeline.contracts.transitions import TransitionKind
from pytoon_pipeline.media.frames import Plane
from pytoon_pipeline.rendering import transition_motion as motion
from pytoon_pipeline.rendering.transition_motion import Coordinate
from pytoon_pipeline.rendering.yuva import (
    Sprite,
    YuvaImage,
    blend,
    copy_image,
    empty_image,
    solid_image,
    transparent_image,
    with_opacity,
)

BLACK = "#000000"
# Share of the time between two frames for which the shutter is open. A whip blurs more than any camera, the edge of a
# mask less.
SHUTTER, WHIP_SHUTTER, EDGE_SHUTTER = 0.5, 1.1, 0.15
# The outgoing scene moves by this share of the way of one that slides over it, and keeps this share of its light.
FOLLOW, COVERED_LIGHT = 0.28, 0.6
# Contents on a common background: the outgoing one has left, and the incoming one begins, at these shares of the time.
GONE, COMING = 0.6, 0.3
FADED, FADING = 0.5, 0.42
# How far contents rise, as a share of the frame's short side.
CONTENT_RISE = 40 / 1080
ZOOM, LANDING = 1.35, 1.08
THROUGH, THROUGH_START = 2.2, 0.55
# The colour between both scenes of a wipe follows its edge by this share of the time.
BAND, RING = 0.15, 0.07
WIPE_ANGLE, CIRCLE_Y = 14.0, 0.45
# Shortest soft edge of a mask, as a share of its way.
MIN_SOFTNESS = 0.003

# Curves with weight: a slow start, a fast middle, and a long, soft end.
HEAVY = Bezier(x1=0.6, y1=0.0, x2=0.25, y2=1.0)
WHIP = Bezier(x1=0.8, y1=0.0, x2=0.1, y2=1.0)
LAND = Back(overshoot=0.045)


@dataclass(frozen=True)
class Moment:
    """A frame of a transition: its ``progress`` 0..1, the ``step`` from frame to frame, and the colour between."""

    progress: float
    step: float = 0.1
    colour: str = BLACK

    @classmethod
    def of(cls, transition: Transition, progress: float) -> "Moment":
        """The moment of ``transition`` at ``progress``."""
        return cls(progress, 1 / (transition.frames + 1), transition.colour)

    def speed(self, curve: Callable[[float], float]) -> float:
        """How far ``curve`` moves per frame at this moment."""
        first, last = max(0.0, self.progress - self.step / 2), min(1.0, self.progress + self.step / 2)
        return abs(curve(last) - curve(first)) * self.step / max(last - first, 1e-6)


# From the outgoing and the incoming image, and the moment. Without a ground both images are opaque; else they are
# contents with coverage over it. The ground, which is opaque, may be drawn on; the images may not.
TransitionFunction = Callable[[YuvaImage, YuvaImage, Moment, YuvaImage | None], YuvaImage]
TRANSITIONS: dict[str, TransitionFunction] = {}
# Transitions in which a background that both scenes have stays in place, while their contents move.
KEEPS_BACKGROUND: set[str] = set()


def mix_transition(
    kind: str, before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None = None
) -> YuvaImage:
    """The image at ``moment`` of the transition ``kind``; all images have one size."""
    return TRANSITIONS[kind](before, after, moment, ground)


def mix_backgrounds(before: YuvaImage, after: YuvaImage, progress: float) -> YuvaImage:
    """The background between two scenes whose contents move."""
    return _mixed(before, after, EaseInOut().at(progress))


def _transition(
    name: TransitionKind, keeps_background: bool = False
) -> Callable[[TransitionFunction], TransitionFunction]:
    """Registers a transition under the name that presets and requests use."""

    def register(function: TransitionFunction) -> TransitionFunction:
        TRANSITIONS[name] = function
        if keeps_background:
            KEEPS_BACKGROUND.add(name)
        return function

    return register


@_transition("crossfade", keeps_background=True)
def crossfade(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """A mix of both images. Over a common background, one content sinks away before the other rises."""
    t = moment.progress
    if ground is None:
        return _mixed(before, after, EaseInOut().at(t))
    out, into, rise = _share(t, 0, FADED), _share(t, FADING, 1), CONTENT_RISE * min(before.size)
    motion.draw_shifted(ground, with_opacity(before, 1 - out), 0, motion.even(rise * out**3))
    motion.draw_shifted(ground, with_opacity(after, into), 0, motion.even(rise * (1 - into) ** 3))
    return ground


@_transition("fade")
def fade(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """Fades out to black in the first half and in from black in the second."""
    return _through(before, after, moment.progress, BLACK)


@_transition("dip")
def dip(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """Fades out to the transition's colour in the first half and in from it in the second."""
    return _through(before, after, moment.progress, moment.colour)


@_transition("slide", keeps_background=True)
def slide(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """The incoming scene slides over the outgoing one, from the right, and casts a shadow on it."""
    width, _ = before.size
    if ground is not None:
        return _cross_over(ground, before, after, moment, FOLLOW)
    way, pixels = HEAVY.at(moment.progress), moment.speed(HEAVY.at) * width * SHUTTER
    canvas = copy_image(motion.darkened(before, 1 - (1 - COVERED_LIGHT) * way))
    _shift_left(canvas, motion.even(width * way * FOLLOW))
    canvas = motion.blurred(canvas, across=pixels * FOLLOW)
    canvas = copy_image(canvas)
    motion.draw_over(canvas, motion.blurred(after, across=pixels), motion.even(width * (1 - way)), pixels, 1.0)
    return canvas


@_transition("push", keeps_background=True)
def push(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """The incoming scene pushes the outgoing one out to the left."""
    if ground is not None:
        return _cross_over(ground, before, after, moment, 1.0)
    return _pushed(before, after, moment, HEAVY.at, (1, 0), SHUTTER)


@_transition("push_up", keeps_background=True)
def push_up(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """The incoming scene pushes the outgoing one out at the top."""
    if ground is not None:
        return _cross_over(ground, before, after, moment, 1.0, (0, 1))
    return _pushed(before, after, moment, HEAVY.at, (0, 1), SHUTTER)


@_transition("whip", keeps_background=True)
def whip(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """As if the camera were swung to the right, with heavy motion blur."""
    if ground is None:
        return _pushed(before, after, moment, WHIP.at, (1, 0), WHIP_SHUTTER)
    sheet = _pushed(before, after, moment, WHIP.at, (1, 0), WHIP_SHUTTER)
    blend(ground, Sprite(0, 0, sheet))
    return ground


@_transition("wipe")
def wipe(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """A tilted band of the transition's colour sweeps upwards and leaves the incoming scene behind it."""
    return _revealed(before, after, moment, motion.tilted(*before.size, WIPE_ANGLE), BAND)


@_transition("circle")
def circle(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """The incoming scene grows out of a point, inside a ring of the transition's colour."""
    return _revealed(before, after, moment, motion.distance(*before.size, CIRCLE_Y), RING)


@_transition("zoom", keeps_background=True)
def zoom(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """The outgoing scene is enlarged while the incoming one fades in and settles."""
    t = moment.progress
    grown, settled = 1 + (ZOOM - 1) * EaseInOut().at(t), 1 + (LANDING - 1) * (1 - t) ** 3
    if ground is None:
        return _mixed(_enlarged(before, grown), _enlarged(after, settled), EaseInOut().at(_share(t, 0.2, 0.8)))
    motion.draw_scaled(ground, before, grown, 1 - _share(t, 0, GONE))
    motion.draw_scaled(ground, after, 2 - settled, _share(t, COMING, 1))
    return ground


@_transition("zoom_through")
def zoom_through(before: YuvaImage, after: YuvaImage, moment: Moment, ground: YuvaImage | None) -> YuvaImage:
    """A fast move forwards, through the outgoing scene into the incoming one."""
    t = moment.progress

    def grown(t: float) -> float:
        return 1 + (THROUGH - 1) * EaseIn().at(min(1.0, t / 0.6))

    def landing(t: float) -> float:
        return 1 - (1 - THROUGH_START) * (1 - _share(t, 0.4, 1)) ** 3

    share = EaseInOut().at(_share(t, 0.4, 0.6))
    if share <= 0:
        return motion.zoomed(before, grown(t), moment.speed(grown))
    arriving = motion.zoomed(after, landing(t), moment.speed(landing))
    if share >= 1:
        return arriving
    return _mixed(motion.zoomed(before, grown(t), moment.speed(grown)), arriving, share)


def _through(before: YuvaImage, after: YuvaImage, progress: float, colour: str) -> YuvaImage:
    between = solid_image(colour, *before.size)
    if progress < 0.5:
        return _mixed(before, between, 2 * progress)
    return _mixed(between, after, 2 * progress - 1)


def _pushed(
    before: YuvaImage,
    after: YuvaImage,
    moment: Moment,
    curve: Callable[[float], float],
    way: tuple[int, int],
    shutter: float,
) -> YuvaImage:
    """Both images side by side, moved along ``way`` (to the left or upwards) by ``curve``, with motion blur."""
    (across, down), (width, height) = way, before.size
    length = across * width + down * height
    moved = motion.even(length * curve(moment.progress))
    sheet = _sheet(before)
    motion.draw_shifted(sheet, before, -moved * across, -moved * down)
    motion.draw_shifted(sheet, after, (length - moved) * across, (length - moved) * down)
    pixels = moment.speed(curve) * length * shutter
    return motion.blurred(sheet, pixels * across, pixels * down)


def _cross_over(
    ground: YuvaImage,
    before: YuvaImage,
    after: YuvaImage,
    moment: Moment,
    follow: float,
    way: tuple[int, int] = (1, 0),
) -> YuvaImage:
    """Contents on a background that stays: one accelerates away and fades, the other lands with a small overshoot."""
    (across, down), (width, height) = way, before.size
    length = across * width + down * height

    def leaving(t: float) -> float:
        return length * follow * EaseIn().at(_share(t, 0, GONE))

    def landing(t: float) -> float:
        return length * (1 - LAND.at(_share(t, COMING, 1)))

    t = moment.progress
    for image, position, opacity in (
        (before, -leaving(t), 1 - _share(t, GONE / 2, GONE)),
        (after, landing(t), 1.0 if t > COMING else 0.0),
    ):
        if opacity <= 0:
            continue
        pixels = moment.speed(leaving if image is before else landing) * SHUTTER
        sheet = _sheet(image)
        moved = motion.even(position)
        motion.draw_shifted(sheet, image, moved * across, moved * down)
        if image is after:
            motion.extend_edges(sheet, -moved * across, -moved * down)
        sheet = motion.blurred(sheet, pixels * across, pixels * down)
        blend(ground, Sprite(0, 0, with_opacity(sheet, opacity)))
    return ground


def _revealed(before: YuvaImage, after: YuvaImage, moment: Moment, coordinate: Coordinate, lag: float) -> YuvaImage:
    """A front of the transition's colour moves along ``coordinate``; ``after`` follows it by ``lag``."""
    band = solid_image(moment.colour, *before.size)

    def front(t: float) -> float:
        return HEAVY.at(_share(t, 0, 1 - lag))

    def back(t: float) -> float:
        return HEAVY.at(_share(t, lag, 1))

    image = before
    for following, curve in ((band, front), (after, back)):
        softness = max(MIN_SOFTNESS, moment.speed(curve) * EDGE_SHUTTER)
        image = motion.masked(image, following, coordinate, curve(moment.progress), softness)
    return image


def _share(t: float, first: float, last: float) -> float:
    """Progress from ``first`` to ``last``, 0..1."""
    return min(1.0, max(0.0, (t - first) / (last - first)))


def _sheet(like: YuvaImage) -> YuvaImage:
    """A canvas of the same kind and size: transparent, or one that will be covered."""
    return empty_image(*like.size) if like.a is None else transparent_image(*like.size)


def _shift_left(image: YuvaImage, pixels: int) -> None:
    """Moves an image to the left by an even number of pixels, in place; its right edge stays."""
    if pixels:
        for plane, step in ((image.y, 1), (image.u, 2), (image.v, 2)):
            plane[:, : -pixels // step] = plane[:, pixels // step :].copy()


def _enlarged(image: YuvaImage, factor: float) -> YuvaImage:
    width, height = image.size
    across, down = width / factor, height / factor
    return image.crop(((width - across) / 2, (height - down) / 2, across, down), width, height)


def _mixed(before: YuvaImage, after: YuvaImage, share: float) -> YuvaImage:
    """The mix of two opaque images, with the share ``share`` of the second."""
    import cv2

    pairs = _plane_pairs(before, after)
    return YuvaImage(*(np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8) for a, b in pairs))


def _plane_pairs(before: YuvaImage, after: YuvaImage) -> Iterator[tuple[Plane, Plane]]:
    return zip((before.y, before.u, before.v), (after.y, after.u, after.v), strict=True)
