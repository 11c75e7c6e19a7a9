"""How a shot is framed: one window over the frame or most of it, two stacked ones, or a band for burnt-in text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box, Rect, clamp_centre
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import CameraSettings
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.captions.panels import PanelSettings
from pytoon_pipeline.planning.shots.camera import ShotPath, SourceFrame, follow, rest
from pytoon_pipeline.planning.shots.subjects import (
    Detection,
    HeadTrack,
    focal_box,
    heads,
    main_tracks,
    texts_in,
    union_box,
)

# A close-up covers less of the height, so that it is shown wider, when a window over the frame would not hold so many
# widths of the face, or when the chin would be where captions stand. Heights differ by so many pixels.
HEAD_WIDTH, HEIGHT_STEP = 1.35, 20
# What captions keep clear of above and below the box of a face, as shares of its height.
FOREHEAD, JAW = 0.35, 0.03
# Shoulders on each side of a face, in widths of the face: with them, several people are in one window.
SHOULDERS = 0.5
# They fit when they do so for this share of the time.
FITTING_SHARE = 0.95
# A half of the frame shows one person: at most so many widths of the face, and not the other one's head, so many faces
# wide. It shows at least this share of the largest window.
HALF_FACES, NEIGHBOUR, MIN_HALF = 5.0, 1.7, 0.5
# A small source is enlarged by at most this factor in a half, so that it does not look soft.
MAX_HALF_ENLARGEMENT = 4.0
# A band is so much wider than the frame at least that it looks intended: width over height.
MIN_BAND_ASPECT = 0.75
# Space beside burnt-in text in a band, as a factor on its width.
TEXT_MARGIN = 1.1
# Next to a person, text matters when it is this wide, as a share of the picture: titles and subtitles, not logos.
WIDE_TEXT = 0.35


@dataclass(frozen=True)
class View:
    """A window's path over a shot, and the area of the frame in which it is shown."""

    path: ShotPath
    area: Rect[int]


@dataclass(frozen=True)
class ShotFraming:
    """The views of one shot on its canvas, and the ``panel`` on which its captions stand, if it has one.

    ``grounded``: a ground in the colour of panels fills what the footage leaves of the frame. ``text_cut``: burnt-in
    text is not in view in all of it. ``punched_in``: cuts may enlarge it, as neither a close-up nor text is cut then.
    """

    canvas: Canvas
    views: tuple[View, ...]
    panel: Rect[int] | None = None
    grounded: bool = False
    text_cut: bool = False
    punched_in: bool = True

    @property
    def fills(self) -> bool:
        """Whether the footage covers all of the frame."""
        return sum(view.area.area for view in self.views) >= self.canvas.area.area

    @property
    def banded(self) -> bool:
        """Whether a blurred copy fills what the footage leaves of the frame."""
        return not self.grounded and not self.fills


def halves(canvas: Canvas, gap: int = 0) -> tuple[Rect[int], Rect[int]]:
    """The halves of a frame: one above the other where it is tall, with a ``gap`` between them, else side by side."""
    (x, y), area = map(int, canvas.centre), canvas.area
    if canvas.aspect < 1:
        return replace(area, bottom=y - gap // 2), replace(area, top=y + gap // 2)
    return replace(area, right=x), replace(area, left=x)


def source_frame(material: AnalysedMedia) -> SourceFrame:
    return SourceFrame(*material.size, material.sampled.picture)


def all_heads(material: AnalysedMedia) -> list[Face]:
    """The heads of a file, in order of time."""
    return heads(material.faces, material.focus.people)


def frame_shot(
    material: AnalysedMedia,
    found: Sequence[Face],
    start: float,
    end: float,
    camera: CameraSettings,
    canvas: Canvas,
    *,
    arrange: bool,
    panel: PanelSettings | None = None,
) -> ShotFraming:
    """The framing of the shot ``[start, end)``, in seconds. ``found`` are the heads of the file.

    One window fills the frame. With ``arrange``, two people who do not fit are shown in the halves of the frame,
    and burnt-in text that is wider than it makes the footage a band. With a ``panel``, captions stand on the seam of
    the halves, and a close-up leaves space for them below the chin.
    """
    frame = source_frame(material)
    size = frame.window(canvas.aspect)
    tracks = main_tracks(found, start, end)
    texts = [text.box for text in texts_in(material.focus.texts, start, end)]
    wide = [box for box in texts if box.width > size[0] and (not tracks or box.width >= WIDE_TEXT)]
    if wide and arrange:
        size, area = _band(frame, max(box.width for box in wide), canvas)
        return ShotFraming(canvas, (View(rest(None, start, end, frame, size, camera, texts), area),), punched_in=False)
    if len(tracks) > 1 and (group := _together(tracks, start, end, size, camera)):
        return _framing(canvas, follow(group, start, end, frame, size, camera, texts), texts)
    if arrange and len(tracks) == 2:
        return _halved(tracks, texts, start, end, frame, camera, canvas, panel)
    if arrange and panel is not None and tracks and canvas.aspect <= 1:
        area = replace(canvas.area, bottom=_height_above_captions(tracks[0], frame, camera, canvas, panel))
        path = follow(tracks[0].smoothed(), start, end, frame, frame.window(area.width / area.height), camera, texts)
        cut = any(not path.contains(box) for box in texts)
        return ShotFraming(
            canvas, (View(path, area),), None, area != canvas.area, cut, not texts and area == canvas.area
        )
    return _framing(canvas, _window(material, tracks, texts, start, end, size, camera), texts)


def _height_above_captions(
    track: HeadTrack, frame: SourceFrame, camera: CameraSettings, canvas: Canvas, panel: PanelSettings
) -> int:
    """The greatest height of footage in which a head fits across, and captions fit below its chin."""
    lowest = panel.bottom - panel.height
    heights = range(canvas.height, 2 * (lowest // 2), -HEIGHT_STEP)
    fitting = (height for height in heights if _fits_above(track, frame, camera, canvas.width, height, lowest))
    return next(fitting, 2 * (lowest // 2))


def _fits_above(
    track: HeadTrack, frame: SourceFrame, camera: CameraSettings, width: int, height: int, lowest: int
) -> bool:
    """Whether a window shown at ``width`` × ``height`` holds a head, its chin above ``lowest``, in pixels."""
    # A close-up is not enlarged at cuts.
    size, zoom = frame.window(width / height), camera.zoom_pulse.amount
    if HEAD_WIDTH * track.size * zoom > size[0]:
        return False
    face = track.usual_box
    middle = clamp_centre(
        face.centre[1] + (0.5 - camera.subject_y) * size[1], size[1], frame.picture.y, frame.picture.height
    )
    below = (face.y + face.height * (1 + JAW) - middle) / size[1]
    return height * (0.5 + below * zoom) <= lowest


def _halved(
    tracks: Sequence[HeadTrack],
    texts: Sequence[Box],
    start: float,
    end: float,
    frame: SourceFrame,
    camera: CameraSettings,
    canvas: Canvas,
    panel: PanelSettings | None,
) -> ShotFraming:
    """Two people in the halves of the frame. Captions stand on the seam; it becomes a gap where heads are near it."""
    first, second = sorted(tracks, key=_middle)
    seamed = panel is not None and canvas.aspect < 1
    for gap in (0, panel.height) if panel is not None and seamed else (0,):
        areas = halves(canvas, gap)
        views = [
            View(follow(one.smoothed(), start, end, frame, _half(frame, one, other, area), camera), area)
            for (one, other), area in zip(((first, second), (second, first)), areas, strict=True)
        ]
        if panel is None or not seamed:
            return ShotFraming(canvas, tuple(views), text_cut=bool(texts))
        middle = (areas[0].bottom + areas[1].top) // 2
        seam = replace(canvas.area, top=middle - panel.height // 2, bottom=middle + panel.height // 2)
        if gap or all(_clear_of(seam, *one) for one in zip(views, (first, second), strict=True)):
            break
    return ShotFraming(canvas, tuple(views), seam, grounded=gap > 0, text_cut=bool(texts))


def _clear_of(area: Rect[int], view: View, track: HeadTrack) -> bool:
    """Whether a view shows a head above or below ``area`` all the time, without its zoom."""
    path, scale = view.path, view.area.height / view.path.size[1]
    boxes = [(np.interp(one.time, path.times, path.y), one.box) for one in track.smoothed()]
    tops = [view.area.top + scale * (box.y - FOREHEAD * box.height - y + path.size[1] / 2) for y, box in boxes]
    chins = [view.area.top + scale * (box.y + (1 + JAW) * box.height - y + path.size[1] / 2) for y, box in boxes]
    return bool(max(chins) <= area.top or min(tops) >= area.bottom)


def _framing(canvas: Canvas, path: ShotPath, texts: Sequence[Box]) -> ShotFraming:
    cut = any(not path.contains(box) for box in texts)
    return ShotFraming(canvas, (View(path, canvas.area),), text_cut=cut, punched_in=not texts)


def _window(
    material: AnalysedMedia,
    tracks: Sequence[HeadTrack],
    texts: Sequence[Box],
    start: float,
    end: float,
    size: tuple[float, float],
    camera: CameraSettings,
) -> ShotPath:
    """One window that follows the main subject, or rests on the detail."""
    frame = source_frame(material)
    if tracks:
        return follow(tracks[0].smoothed(), start, end, frame, size, camera, texts)
    return rest(focal_box(material.focus.points, start, end), start, end, frame, size, camera, texts)


def _band(frame: SourceFrame, width: float, canvas: Canvas) -> tuple[tuple[float, float], Rect[int]]:
    """The window that is wide enough for ``width``, a share of the source, and its place: across the frame."""
    picture = frame.picture
    whole = picture.width * frame.width / (picture.height * frame.height)
    needed = width * frame.width / (picture.height * frame.height)
    aspect = min(whole, max(MIN_BAND_ASPECT, needed * TEXT_MARGIN))
    height = min(canvas.height, 2 * round(canvas.width / aspect / 2))
    top = (canvas.height - height) // 2
    return frame.window(canvas.width / height), Rect(0, top, canvas.width, top + height)


def _together(
    tracks: Sequence[HeadTrack], start: float, end: float, size: tuple[float, float], camera: CameraSettings
) -> list[Detection]:
    """Boxes around all heads, when one window holds them with their shoulders nearly all the time; else nothing."""
    paths = [track.smoothed() for track in tracks]
    times = sorted({one.time for path in paths for one in path})
    boxes = []
    for time in times:
        around = [_at(path, time) for path in paths]
        boxes.append(union_box([Box(b.x - SHOULDERS * b.width, b.y, b.width * (1 + 2 * SHOULDERS), b.height)
                                for b in around]))  # fmt: skip
    fitting = sum(box.width <= size[0] / camera.largest_zoom for box in boxes)
    if fitting < FITTING_SHARE * len(boxes):
        return []
    return [Detection(time, box) for time, box in zip(times, boxes, strict=True)]


def _at(path: Sequence[Detection], time: float) -> Box:
    """Where a head is at a time, between its detections."""
    times = [one.time for one in path]
    values = (np.interp(time, times, [getattr(one.box, name) for one in path]) for name in Box.__slots__)
    return Box(*(float(value) for value in values))


def _half(frame: SourceFrame, one: HeadTrack, other: HeadTrack, area: Rect[int]) -> tuple[float, float]:
    """The window for one of two people in a half of the frame."""
    width, height = frame.window(area.width / area.height)
    apart = 2 * (abs(_middle(one) - _middle(other)) - NEIGHBOUR * other.size / 2)
    wanted = min(HALF_FACES * max(one.size, other.size), apart)
    sharp = area.width / MAX_HALF_ENLARGEMENT / frame.width
    factor = min(1.0, max(MIN_HALF, wanted / width, sharp / width))
    return width * factor, height * factor


def _middle(track: HeadTrack) -> float:
    return float(np.median([face.box.centre[0] for face in track.detections]))
