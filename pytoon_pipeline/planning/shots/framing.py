"""How a shot is framed: one window over the frame, two stacked ones, or a band when burnt-in text needs the width."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.preset import CameraSettings
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
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

FRAME = Rect(0, 0, WIDTH, HEIGHT)
HALVES = (Rect(0, 0, WIDTH, HEIGHT // 2), Rect(0, HEIGHT // 2, WIDTH, HEIGHT))
# Shoulders on each side of a face, in widths of the face: with them, several people are in one window.
SHOULDERS = 0.5
# They fit when they do so for this share of the time.
FITTING_SHARE = 0.95
# A half of the frame shows one person: at most so many widths of the face, and not the other one's face. It shows at
# least this share of the largest window.
HALF_FACES, MIN_HALF = 5.0, 0.5
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
    area: Rect[int] = FRAME


@dataclass(frozen=True)
class ShotFraming:
    """The views of one shot. ``text_cut``: burnt-in text is not in view in all of it."""

    views: tuple[View, ...]
    text_cut: bool = False

    @property
    def banded(self) -> bool:
        """Whether a part of the frame shows none of the footage."""
        return sum(view.area.area for view in self.views) < FRAME.area


def source_frame(material: AnalysedMedia) -> SourceFrame:
    return SourceFrame(*material.size, material.sampled.picture)


def all_heads(material: AnalysedMedia) -> list[Face]:
    """The heads of a file, in order of time."""
    return heads(material.faces, material.focus.people)


def frame_shot(
    material: AnalysedMedia, found: Sequence[Face], start: float, end: float, camera: CameraSettings, arrange: bool
) -> ShotFraming:
    """The framing of the shot ``[start, end)``, in seconds. ``found`` are the heads of the file.

        One window fills the frame. With ``arrange``, two people who do not fit are shown in the halves of the frame,
    and burnt-in text that is wider than it makes the footage a band.
    """
    frame = source_frame(material)
    size = frame.window(WIDTH / HEIGHT)
    tracks = main_tracks(found, start, end)
    texts = [text.box for text in texts_in(material.focus.texts, start, end)]
    wide = [box for box in texts if box.width > size[0] and (not tracks or box.width >= WIDE_TEXT)]
    if wide and arrange:
        size, area = _band(frame, max(box.width for box in wide))
        return ShotFraming((View(rest(None, start, end, frame, size, camera, texts), area),))
    if len(tracks) > 1 and (group := _together(tracks, start, end, size, camera)):
        return _framing(follow(group, start, end, frame, size, camera, texts), texts)
    if arrange and len(tracks) == 2:
        upper, lower = sorted(tracks, key=_middle)
        views = [
            View(follow(one.smoothed(), start, end, frame, _half(frame, one, other), camera), area)
            for one, other, area in ((upper, lower, HALVES[0]), (lower, upper, HALVES[1]))
        ]
        return ShotFraming(tuple(views), text_cut=bool(texts))
    return _framing(_window(material, tracks, texts, start, end, size, camera), texts)


def needs_whole_picture(material: AnalysedMedia, aspect: float = WIDTH / HEIGHT) -> bool:
    """Whether a window of ``aspect`` would cut burnt-in text of a picture or clip that matters."""
    width, height = source_frame(material).window(aspect)
    found = bool(material.faces or material.focus.people)
    return any(
        (text.box.width > width and (not found or text.box.width >= WIDE_TEXT)) or text.box.height > height
        for text in material.focus.texts
    )


def _framing(path: ShotPath, texts: Sequence[Box]) -> ShotFraming:
    return ShotFraming((View(path),), text_cut=any(not path.contains(box) for box in texts))


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


def _band(frame: SourceFrame, width: float) -> tuple[tuple[float, float], Rect[int]]:
    """The window that is wide enough for ``width``, a share of the source, and its place: across the frame."""
    picture = frame.picture
    whole = picture.width * frame.width / (picture.height * frame.height)
    needed = width * frame.width / (picture.height * frame.height)
    aspect = min(whole, max(MIN_BAND_ASPECT, needed * TEXT_MARGIN))
    height = min(HEIGHT, 2 * round(WIDTH / aspect / 2))
    top = (HEIGHT - height) // 2
    return frame.window(WIDTH / height), Rect(0, top, WIDTH, top + height)


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


def _half(frame: SourceFrame, one: HeadTrack, other: HeadTrack) -> tuple[float, float]:
    """The window for one of two people in a half of the frame."""
    width, height = frame.window(HALVES[0].width / HALVES[0].height)
    apart = 2 * (abs(_middle(one) - _middle(other)) - other.size / 2)
    wanted = min(HALF_FACES * max(one.size, other.size), apart)
    sharp = WIDTH / MAX_HALF_ENLARGEMENT / frame.width
    factor = min(1.0, max(MIN_HALF, wanted / width, sharp / width))
    return width * factor, height * factor


def _middle(track: HeadTrack) -> float:
    return float(np.median([face.box.centre[0] for face in track.detections]))
