"""What keys and cameras of a RenderSpec mean at one frame. Every engine and every check asks here."""

from bisect import bisect_right
from math import cos, pi
from typing import NamedTuple

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, Keyframe, Transform, ZoomPulse


class LayerTransform(NamedTuple):
    """Where a layer is: centre in pixels, factor on its size, degrees clockwise, opacity 0..1."""

    x: float
    y: float
    scale: float
    rotation: float
    opacity: float


def transform_at(motion: Transform, frame: int) -> LayerTransform:
    """The layer at a frame of its scene."""
    return LayerTransform(*(value_at(getattr(motion, name), frame) for name in LayerTransform._fields))


def value_at(track: tuple[Keyframe, ...], frame: int) -> float:
    """The value of a track: held before its first key and after its last, eased between."""
    after = bisect_right([key.frame for key in track], frame)
    if after == 0:
        return track[0].value
    if after == len(track):
        return track[-1].value
    a, b = track[after - 1], track[after]
    return a.value + (b.value - a.value) * b.easing.at((frame - a.frame) / (b.frame - a.frame))


def zoom_at(breathing: ZoomPulse | None, frame: int) -> float:
    """Zoom at a frame of the video: 1 + (maximum - 1) · (1 - cos 2πt/period) / 2."""
    if breathing is None:
        return 1.0
    return 1 + (breathing.amount - 1) * (1 - cos(2 * pi * frame / breathing.period)) / 2


def crop_at(camera: CropPath, clip_frame: int, video_frame: int) -> Box:
    """The window of a clip at its frame ``clip_frame``, which is frame ``video_frame`` of the video.

    The zoom goes towards the focus: that point keeps its place on the screen.
    """
    x, y, focus_x, focus_y, key_zoom = _between(camera.keyframes, clip_frame, camera.eased)
    zoom = key_zoom * zoom_at(camera.zoom_pulse, video_frame)
    width, height = camera.width / zoom, camera.height / zoom
    focus_x = min(max(focus_x, x - camera.width / 2), x + camera.width / 2)
    focus_y = min(max(focus_y, y - camera.height / 2), y + camera.height / 2)
    x, y = focus_x + (x - focus_x) / zoom, focus_y + (y - focus_y) / zoom
    return Box(x - width / 2, y - height / 2, width, height)


def _between(keys: tuple[CropKeyframe, ...], frame: int, eased: bool) -> tuple[float, ...]:
    """Values at ``frame``: cubic Hermite, which a changed key changes only near itself. At the first and the last key,
    the speed is that of the way beside it, or none when it is ``eased``.
    """
    after = bisect_right([key.frame for key in keys], frame)
    if after == 0:
        return _values(keys[0])
    if after == len(keys):
        return _values(keys[-1])
    a, b = keys[after - 1], keys[after]
    before = keys[after - 2] if after > 1 else None
    beyond = keys[after + 1] if after + 1 < len(keys) else None
    span = b.frame - a.frame
    t = (frame - a.frame) / span

    def value(o: float, p: float, q: float, r: float) -> float:
        slope = (q - p) / span
        m = n = 0.0 if eased else slope
        if before:
            gap = a.frame - before.frame
            m = _tangent(slope, span, (p - o) / gap, gap)
        if beyond:
            gap = beyond.frame - b.frame
            n = _tangent(slope, span, (r - q) / gap, gap)
        return _hermite(p, q, span, t, m, n)

    return tuple(map(value, _values(before or a), _values(a), _values(b), _values(beyond or b)))


def _values(key: CropKeyframe) -> tuple[float, float, float, float, float]:
    return key.x, key.y, key.focus_x, key.focus_y, key.zoom


def _tangent(slope: float, span: int, other: float, other_span: int) -> float:
    """Slope at a key between two intervals: that of the parabola through it and its neighbours.

    It is zero beside a hold and where the motion turns, and never steeper than three times the gentler side: beyond
    that the curve would swing past its keys (Fritsch and Carlson, 1980).
    """
    if slope * other <= 0:
        return 0.0
    middle = (slope * other_span + other * span) / (span + other_span)
    most = 3 * min(abs(slope), abs(other))
    return max(-most, min(most, middle))


def _hermite(p: float, q: float, span: int, t: float, m: float, n: float) -> float:
    return (
        (2 * t**3 - 3 * t**2 + 1) * p
        + (t**3 - 2 * t**2 + t) * span * m
        + (3 * t**2 - 2 * t**3) * q
        + (t**3 - t**2) * span * n
    )
