"""The path of the 9:16 window: it stays as long as it can, moves only as far as it must, and never across a cut."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.analysis import Face, FocalPoint
from pytoon_pipeline.contracts.geometry import Box, clamp_centre
from pytoon_pipeline.contracts.preset import CameraSettings
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, ZoomPulse
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.shots.subjects import Detection, focal_box, main_face

Path = NDArray[np.float64]

KEY_SECONDS = 0.2
# The face's surroundings, as a factor of its box, that must stay in the window.
FACE_MARGIN = 1.3
# The same for the detail of a shot without a face.
FOCAL_MARGIN = 1.08
# Where the zoom's fixed point lies on the way from the window's centre to the face.
FOCUS_SHARE = 0.5
# Smaller differences between keyframes are rounding.
KEY_STEP = 1e-6


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

    def crop_path(self, source_start: int, frames: int, rate: FrameRate, period: float) -> CropPath:
        """The part that a clip shows, as keyframes. Runs without movement keep only their ends."""
        step = max(1, rate.nearest(KEY_SECONDS))
        marks = sorted({*range(0, frames, step), frames - 1})
        at = [rate.seconds(source_start + mark) for mark in marks]
        tracks = (self.x, self.y, self.focus_x, self.focus_y)
        rows = list(zip(*(np.interp(at, self.times, track) for track in tracks), strict=True))
        keys = [
            CropKeyframe(frame=mark, x=_r(x), y=_r(y), focus_x=_r(fx), focus_y=_r(fy))
            for index, (mark, (x, y, fx, fy)) in enumerate(zip(marks, rows, strict=True))
            if index == 0 or not _inside_hold(rows, index)
        ]
        if len(keys) == 2 and keys[0].model_copy(update={"frame": keys[1].frame}) == keys[1]:
            keys = keys[:1]
        pulse = ZoomPulse(amount=_r(self.zoom), period=rate.nearest(period)) if self.zoom > 1 else None
        return CropPath(width=_r(self.size[0]), height=_r(self.size[1]), keyframes=tuple(keys), zoom_pulse=pulse)


def plan_shot(
    faces: Sequence[Face],
    points: Sequence[FocalPoint],
    start: float,
    end: float,
    frame: SourceFrame,
    settings: CameraSettings,
    aspect: float,
) -> ShotPath:
    """The window's path over the shot ``[start, end)``: it follows the main face, else rests on the detail."""
    size = frame.window(aspect)
    detections = main_face(faces, start, end)
    if detections:
        return _follow(detections, start, end, frame, size, settings)
    return _static(focal_box(points, start, end), start, end, frame, size, settings)


def _follow(
    detections: Sequence[Detection],
    start: float,
    end: float,
    frame: SourceFrame,
    size: tuple[float, float],
    settings: CameraSettings,
) -> ShotPath:
    count = max(2, round((end - start) / KEY_SECONDS) + 1)
    times = np.linspace(start, end, count)
    seen = [detection.time for detection in detections]
    face_x = np.interp(times, seen, [s.box.centre[0] for s in detections])
    face_y = np.interp(times, seen, [s.box.centre[1] for s in detections])
    widest = float(np.percentile([s.box.width for s in detections], 90))
    tallest = float(np.percentile([s.box.height for s in detections], 90))
    aim_y = face_y + (0.5 - settings.subject_y) * size[1]
    picture, zoom = frame.picture, settings.zoom_pulse.amount
    x = _axis(face_x, size[0], widest, picture.x, picture.width, settings, times)
    y = _axis(aim_y, size[1], tallest, picture.y, picture.height, settings, times)
    focus_sigma = _sigma(2 * settings.smoothing, times)
    return ShotPath(
        times, x, y,
        _smooth(x + FOCUS_SHARE * (face_x - x), focus_sigma), _smooth(y + FOCUS_SHARE * (face_y - y), focus_sigma),
        size, zoom,
    )  # fmt: skip


def _static(
    box: Box | None, start: float, end: float, frame: SourceFrame, size: tuple[float, float], settings: CameraSettings
) -> ShotPath:
    """A window that stays on ``box``. Where the box fits into the window, the zoom does not cut it."""
    picture = frame.picture
    box = box or picture
    x = clamp_centre(box.centre[0], size[0], picture.x, picture.width)
    y = clamp_centre(box.centre[1], size[1], picture.y, picture.height)
    spare = min(size[0] / (box.width * FOCAL_MARGIN), size[1] / (box.height * FOCAL_MARGIN))
    zoom = settings.zoom_pulse.amount if spare < 1 else min(settings.zoom_pulse.amount, spare)
    times = np.array([start, end])
    static_x, static_y, focus_x, focus_y = (np.full(2, value) for value in (x, y, *box.centre))
    return ShotPath(times, static_x, static_y, focus_x, focus_y, size, zoom)


def _axis(
    aim: Path, window: float, face: float, low: float, extent: float, settings: CameraSettings, times: Path
) -> Path:
    """The window's centre on one axis, kept inside the picture ``[low, low + extent]``."""
    free = window / settings.zoom_pulse.amount / 2 - face * FACE_MARGIN / 2
    path = _smooth(
        dead_zone_path(aim, max(0.0, min(settings.dead_zone * window, free))), _sigma(settings.smoothing, times)
    )
    return np.clip(path, low + window / 2, max(low + window / 2, low + extent - window / 2))


def dead_zone_path(aim: Path, reach: float) -> Path:
    """A path that stays within ``reach`` of ``aim`` and moves as little as that allows.

    It begins where it can stay longest; then the edges of what must stay in view push it along.
    """
    low, high = aim - reach, aim + reach
    a, b = low[0], high[0]
    for lower, upper in zip(low, high, strict=True):
        if max(a, lower) > min(b, upper):
            break
        a, b = max(a, lower), min(b, upper)
    position, path = (a + b) / 2, np.empty_like(aim)
    for index, (lower, upper) in enumerate(zip(low, high, strict=True)):
        position = min(max(position, lower), upper)
        path[index] = position
    return path


def _smooth(path: Path, sigma: float) -> Path:
    """Gaussian smoothing of a path, padded with its ends; ``sigma`` in steps."""
    reach = max(1, int(4 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.convolve(np.pad(path, reach, mode="edge"), kernel / kernel.sum(), mode="valid")


def _sigma(seconds: float, times: Path) -> float:
    return max(0.3, seconds / float(times[1] - times[0]))


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
