"""The path of the window over a shot: it stays as long as it can, moves before its subject is lost, never across a cut.

All positions are fractions of the source as displayed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pytoon_pipeline.contracts.geometry import Box, clamp_centre
from pytoon_pipeline.contracts.preset import CameraSettings
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, ZoomPulse
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.shots.hold_and_ease import Path, plan_path
from pytoon_pipeline.planning.shots.subjects import Detection, union_box

KEY_SECONDS = 0.2
# The face's surroundings, as a factor of its box, that must stay in the window.
FACE_MARGIN = 1.3
# A face that fills the window may still move by this share of it.
MIN_REACH = 0.06
# The same for the detail of a shot without a face.
FOCAL_MARGIN = 1.08
# Hair above the box of a face that the zoom does not cut, as a share of its height.
HAIR = 0.6
# Where the zoom's fixed point lies on the way from the window's centre to the face.
FOCUS_SHARE = 0.5
# Smaller differences between keyframes are rounding.
KEY_STEP = 1e-6
# Standard deviation in seconds of the mean that takes the noise of detections away.
NOISE_SECONDS = 0.25


@dataclass(frozen=True)
class SourceFrame:
    """The source picture: its displayed size in pixels, and the part of it that is not black bars."""

    width: float
    height: float
    picture: Box

    def window(self, aspect: float) -> tuple[float, float]:
        """Size of the largest window of ``aspect`` (width over height), as fractions of the source."""
        width, height = self.width * self.picture.width, self.height * self.picture.height
        if width / height > aspect:
            width = height * aspect
        else:
            height = width / aspect
        return width / self.width, height / self.height


@dataclass(frozen=True)
class ShotPath:
    """The window's centre and focus at ``times`` (seconds of the source) over one shot; its size and zoom."""

    times: Path
    x: Path
    y: Path
    focus_x: Path
    focus_y: Path
    size: tuple[float, float]
    zoom: float

    def contains(self, box: Box) -> bool:
        """Whether the window shows all of ``box`` all the time, without its zoom."""
        across = np.maximum(np.abs(self.x - box.x), np.abs(box.x + box.width - self.x)).max()
        down = np.maximum(np.abs(self.y - box.y), np.abs(box.y + box.height - self.y)).max()
        return bool(across <= self.size[0] / 2 + KEY_STEP and down <= self.size[1] / 2 + KEY_STEP)

    def crop_path(
        self, source_start: int, frames: int, rate: FrameRate, period: float, punch_in: float = 1.0
    ) -> CropPath:
        """The part that a clip shows, as keyframes, enlarged by ``punch_in``. Runs without movement keep their ends."""
        step = max(1, rate.nearest(KEY_SECONDS))
        marks = sorted({*range(0, frames, step), frames - 1})
        at = [rate.seconds(source_start + mark) for mark in marks]
        tracks = (self.x, self.y, self.focus_x, self.focus_y)
        rows = list(zip(*(np.interp(at, self.times, track) for track in tracks), strict=True))
        zoom = _r(punch_in)
        keys = [
            CropKeyframe(frame=mark, x=_r(x), y=_r(y), focus_x=_r(fx), focus_y=_r(fy), zoom=zoom)
            for index, (mark, (x, y, fx, fy)) in enumerate(zip(marks, rows, strict=True))
            if index == 0 or not _inside_hold(rows, index)
        ]
        if len(keys) == 2 and keys[0].model_copy(update={"frame": keys[1].frame}) == keys[1]:
            keys = keys[:1]
        pulse = ZoomPulse(amount=_r(self.zoom), period=rate.nearest(period)) if self.zoom > 1 else None
        return CropPath(width=_r(self.size[0]), height=_r(self.size[1]), keyframes=tuple(keys), zoom_pulse=pulse)


def follow(
    detections: Sequence[Detection],
    start: float,
    end: float,
    frame: SourceFrame,
    size: tuple[float, float],
    settings: CameraSettings,
    keep: Sequence[Box] = (),
) -> ShotPath:
    """A window of ``size`` that follows a face over the shot ``[start, end)``, planned as a whole.

    The boxes ``keep``, burnt-in text, stay in view too where the face leaves room for them.
    """
    count = max(1, round((end - start) / KEY_SECONDS))
    step = (end - start) / count
    middles = start + (np.arange(count) + 0.5) * step
    seen = [detection.time for detection in detections]
    centres = np.array([one.box.centre for one in detections])
    face = np.stack([_smooth(np.interp(middles, seen, centres[:, axis]), NOISE_SECONDS / step) for axis in (0, 1)], 1)
    picture, zoom = frame.picture, settings.largest_zoom
    aim = face + np.array([0.0, (0.5 - settings.subject_y) * size[1]])
    extent = [float(np.percentile([getattr(one.box, side) for one in detections], 90)) for side in ("width", "height")]
    reach = np.array([max(MIN_REACH * size[n], (size[n] / zoom - FACE_MARGIN * extent[n]) / 2) for n in (0, 1)])
    low, high = _with(keep, face - reach, face + reach, (size[0] / zoom, size[1] / zoom))
    aim = np.clip(aim, low, high)
    # Windows that reach beyond the picture are not shown.
    limits = [(low_, high_) for low_, high_ in (_range(picture, size, axis) for axis in (0, 1))]
    for axis, (lowest, highest) in enumerate(limits):
        for path in (aim, low, high):
            path[:, axis] = np.clip(path[:, axis], lowest, highest)
    # One unit is the window's width, in both directions.
    unit = np.array([size[0], size[0] * frame.width / frame.height])
    path = plan_path(aim / unit, low / unit, high / unit, step, settings.dead_zone, settings.smoothing)
    levels = path.levels * unit
    held = [face[a:b] for a, b in path.spans]
    focus = levels + FOCUS_SHARE * (np.array([np.median(one, axis=0) for one in held]) - levels)
    above = np.array(extent) * (0.5, 0.5 + HAIR)
    lowest_face = np.array([one.min(axis=0) for one in held]) - above
    highest_face = np.array([one.max(axis=0) for one in held]) + np.array(extent) / 2
    focus = _without_cutting(focus, levels, np.array(size), zoom, lowest_face, highest_face)
    times = np.arange(2 * count + 1) * step / 2
    rows = path.at(times, np.hstack([levels, focus]))
    x, y = (np.clip(rows[:, axis], *limits[axis]) for axis in (0, 1))
    focus_x, focus_y = rows[:, 2], rows[:, 3]
    return ShotPath(start + times, x, y, focus_x, focus_y, size, settings.zoom_pulse.amount)


def rest(
    box: Box | None,
    start: float,
    end: float,
    frame: SourceFrame,
    size: tuple[float, float],
    settings: CameraSettings,
    keep: Sequence[Box] = (),
) -> ShotPath:
    """A window that stays on ``box``. Where the box fits into the window, the zoom does not cut it.

    The boxes ``keep``, burnt-in text, come first, and are not cut by the zoom.
    """
    picture = frame.picture
    box = box or picture
    x, y = box.centre
    if keep:
        text = union_box(keep)
        box = text
        x, y = (
            min(max(centre, edge + length - window / 2), edge + window / 2) if length <= window else edge + length / 2
            for centre, edge, length, window in (
                (x, text.x, text.width, size[0] / FOCAL_MARGIN), (y, text.y, text.height, size[1] / FOCAL_MARGIN)
            )
        )  # fmt: skip
    x = clamp_centre(x, size[0], picture.x, picture.width)
    y = clamp_centre(y, size[1], picture.y, picture.height)
    spare = min(size[0] / (box.width * FOCAL_MARGIN), size[1] / (box.height * FOCAL_MARGIN))
    zoom = min(settings.zoom_pulse.amount, max(1.0, spare)) if spare >= 1 or keep else settings.zoom_pulse.amount
    times = np.array([start, end])
    static_x, static_y, focus_x, focus_y = (np.full(2, value) for value in (x, y, *box.centre))
    return ShotPath(times, static_x, static_y, focus_x, focus_y, size, zoom)


def _without_cutting(focus: Path, centre: Path, size: Path, zoom: float, low: Path, high: Path) -> Path:
    """Fixed points of the zoom, moved so that its smallest window still holds what lies between ``low`` and ``high``.

    At a zoom of z, each edge of the window moves by 1 - 1/z of its distance towards the fixed point.
    """
    if zoom <= 1:
        return focus
    share = 1 - 1 / zoom
    first, last = centre - size / 2, centre + size / 2
    least, most = last - (last - high) / share, first + (low - first) / share
    return np.where(least <= most, np.clip(focus, least, np.maximum(least, most)), focus)


def _with(keep: Sequence[Box], low: Path, high: Path, size: tuple[float, float]) -> tuple[Path, Path]:
    """Bounds of the window's centre that keep as many of the boxes in view as the bounds allow, at all times."""
    low, high = low.copy(), high.copy()
    for box in keep:
        for axis, (edge, length) in enumerate(((box.x, box.width), (box.y, box.height))):
            half = size[axis] / 2
            lowest, highest = edge + length - half, edge + half
            if length <= 2 * half and (np.maximum(low[:, axis], lowest) <= np.minimum(high[:, axis], highest)).all():
                low[:, axis] = np.maximum(low[:, axis], lowest)
                high[:, axis] = np.minimum(high[:, axis], highest)
    return low, high


def _range(picture: Box, size: tuple[float, float], axis: int) -> tuple[float, float]:
    """The lowest and highest centre of a window inside the picture, on one axis."""
    low, extent = ((picture.x, picture.width), (picture.y, picture.height))[axis]
    return low + size[axis] / 2, max(low + size[axis] / 2, low + extent - size[axis] / 2)


def _smooth(path: Path, sigma: float) -> Path:
    """Gaussian smoothing of a path, padded with its ends; ``sigma`` in steps."""
    reach = max(1, int(4 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.convolve(np.pad(path, reach, mode="edge"), kernel / kernel.sum(), mode="valid")


def _inside_hold(rows: Sequence[tuple[float, ...]], index: int) -> bool:
    """Whether nothing moves from the row before to the row after."""
    if index + 1 >= len(rows):
        return False
    return all(
        abs(a - b) < KEY_STEP and abs(b - c) < KEY_STEP
        for a, b, c in zip(rows[index - 1], rows[index], rows[index + 1], strict=True)
    )


def _r(value: float) -> float:
    return round(float(value), 6)
