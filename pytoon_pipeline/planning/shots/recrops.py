"""Another crop of a picture for each page of its texts, and while a page stays: wide and near by turns, each drifting
slowly.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import TypeVar

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.preset import Move, StillSettings
from pytoon_pipeline.contracts.spec.easing import EaseInOut, EaseOut
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, ImageLayer, Keyframe, Layer, Transform
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.shots import details
from pytoon_pipeline.planning.shots.stills import moving
from pytoon_pipeline.planning.shots.subjects import essential_box, subject_box

# A crop stays for at most so many seconds.
MAX_SECONDS = 2.0
# Frames that the way from one crop to the next takes, and the fewest frames of a crop.
WAY, MIN_FRAMES = 12, 28
# A near crop keeps this share of its enlargement for the drift that follows, and wide ones move by this share of the
# zoom of a single crop.
DRIFT, WIDE_SHARE = 0.2, 0.5
STEP = 0.02
# A detail is enlarged up to the first factor, and by at most the second one times what ``punch_in`` enlarges. Crops
# whose zooms differ by more than the last factor follow each other by a cut.
MAX_DETAIL_ENLARGEMENT, DETAIL_PUNCH, CUT = 5.0, 4.8, 1.27
# A second crop enlarges the pixels of a picture up to the first factor; or a little, as long as up to the second one.
MAX_ENLARGEMENT, MAX_SOFT, SLIGHT = 3.6, 5.8, 1.2
# Every crop keeps this margin around the subject, as a share of its size: a wide one around a subject that is known
# only by standing out, whose ends stand out little. One that takes more than this share of the picture is detail all
# over, of which any part may be cropped.
MARGIN, WIDE_MARGIN, MAX_SUBJECT = 0.08, 0.14, 0.6
# A picture that its subject keeps from being enlarged moves this much.
MIN_ZOOM = 1.03
# Layers that are near and far by turns instead of being cropped.
MOVING = ("product", "contact shadow")


def crop_path(
    material: AnalysedMedia,
    window: tuple[tuple[float, float], tuple[float, float]],
    frames: int,
    pages: int,
    move: Move,
    settings: StillSettings,
    fps: float,
    height: float,
    detailed: bool = False,
) -> CropPath:
    """The crops of a picture over ``frames``: ``window`` (its size and centre) wide, and near on every other page; cuts
    to one detail after the other where it is ``detailed``, which only one without texts over it can be.

    The first crop moves as ``move`` says. A near crop is enlarged by ``settings.punch_in``, or less where that would
    cut people or burnt-in text, or where the picture is small for a layer of ``height`` pixels. Crops share the time
    alike until ``on_pages`` knows that of the pages.
    """
    size, centre = window
    subject, picture = subject_box(material), material.sampled.picture
    zoom = max(min(settings.zoom, MIN_ZOOM), _nearest(material, size, centre, settings.zoom))
    settings = settings.model_copy(update={"zoom": zoom, "pan": min(settings.pan, max(0.0, zoom - 1))})
    first = moving(size, centre, picture, subject, frames, move, settings)
    crops = min(changes(frames, pages, fps), frames // MIN_FRAMES)
    shown = size[1] * material.size[1] / height
    sharp = max(MAX_ENLARGEMENT * shown, SLIGHT if MAX_SOFT * shown >= SLIGHT else 1.0)
    near = _nearest(material, size, centre, min(settings.punch_in, sharp))
    most = min(MAX_DETAIL_ENLARGEMENT * shown, 1 + DETAIL_PUNCH * (settings.punch_in - 1))
    shots = (
        [_detail_keys(size, centre, *one) for one in details.details(material, size, centre, most)] if detailed else []
    )
    if crops < 2 or (near <= 1 + STEP and not shots):
        return first
    shots = shots or [_near_keys(centre, subject, near)]
    wide = [first.keyframes[0], first.keyframes[-1]]
    if move in ("in", "out"):
        wide = [key.model_copy(update={"zoom": round(1 + WIDE_SHARE * (key.zoom - 1), 6)}) for key in wide]
    keys = list(wide)
    for n in range(1, crops):
        # A wide crop that follows a near one moves on in the other direction.
        keys += wide[::-1] if n % 2 == 0 else shots[n // 2 % len(shots)]
    edges = [round(n * frames / crops) for n in range(crops)]
    return first.model_copy(update={"keyframes": _timed(keys, marks(edges, frames))})


def changes(frames: int, pages: int, fps: float) -> int:
    """How often what is seen behind ``pages`` of text is another one: with each page, and at least every
    ``MAX_SECONDS``.
    """
    return max(1, pages, ceil(frames / fps / MAX_SECONDS))


def marks(starts: Sequence[int], frames: int) -> list[int]:
    """Where the crops that begin at the frames ``starts`` have arrived, and where they end, in turns.

    The first one is there from the start, the last one to the end of ``frames``.
    """
    ends = [*starts[1:], frames - 1]
    return [
        frame
        for n, (start, end) in enumerate(zip(starts, ends, strict=True))
        for frame in (start + WAY if n else 0, max(end, start + WAY + 1))
    ]


def eased(times: Sequence[int], values: Sequence[float]) -> tuple[Keyframe, ...]:
    """A value for each time: quick from page to page, slow in between."""
    return tuple(
        Keyframe(frame=time, value=round(value, 4), easing=EaseInOut() if n % 2 else EaseOut())
        for n, (time, value) in enumerate(zip(times, values, strict=True))
    )


def on_pages(
    scenes: Sequence[Scene], parts: Sequence[FrameRange], pages: Sequence[Sequence[int]], fps: float
) -> tuple[Scene, ...]:
    """``scenes`` with the crops and moves of each picture changing where the pages of its texts do, and again while a
    page stays for longer than ``MAX_SECONDS``.

    ``pages`` are the first frames of the pages of each of the ``parts``, in frames of the video.
    """
    changed = list(scenes)
    for part, starts in zip(parts, pages, strict=True):
        for n, scene in enumerate(changed):
            if scene.start == part.start and scene.end == part.end:
                times = _times([0, *(start - scene.start for start in sorted(starts)[1:])], scene.frames, fps)
                layers = tuple(_at_times(layer, times) for layer in scene.layers)
                changed[n] = scene.model_copy(update={"layers": layers})
    return tuple(changed)


def _times(pages: Sequence[int], frames: int, fps: float) -> list[int]:
    """The ``marks`` of crops that begin with the ``pages`` and stay for at most ``MAX_SECONDS``; empty where a page is
    too short for one.
    """
    lengths = [end - start for start, end in pairwise([*pages, frames])]
    if min(lengths) < MIN_FRAMES:
        return []
    starts = []
    for page, length in zip(pages, lengths, strict=True):
        count = min(changes(length, 1, fps), length // MIN_FRAMES)
        starts += [page + round(n * length / count) for n in range(count)]
    return marks(starts, frames)


def _at_times(layer: Layer, times: Sequence[int]) -> Layer:
    """``layer`` with one crop or size after the other at ``times``; itself where it has but one."""
    if isinstance(layer, ImageLayer) and len(layer.crop_path.keyframes) > 2 and times:
        keys = _timed(layer.crop_path.keyframes, times)
        return layer.model_copy(update={"crop_path": layer.crop_path.model_copy(update={"keyframes": keys})})
    if layer.name in MOVING and len(layer.transform.scale) > 2 and times:
        tracks = {name: getattr(layer.transform, name) for name in Transform.model_fields}
        moved = {name: _timed(keys, times) for name, keys in tracks.items() if len(keys) > 1}
        return layer.model_copy(update={"transform": layer.transform.model_copy(update=moved)})
    return layer


Key = TypeVar("Key", CropKeyframe, Keyframe)


def _timed(keys: Sequence[Key], times: Sequence[int]) -> tuple[Key, ...]:
    """Two keys for each crop at ``times``; where these are more, the last two crops are repeated by turns.

    A crop that is much nearer or wider than the one before is there at once.
    """
    cycle = list(keys)
    while len(cycle) < len(times):
        cycle += cycle[-4:-2]
    frames = list(times)
    for n in range(2, len(frames), 2):
        before, after = cycle[n - 1], cycle[n]
        if isinstance(before, CropKeyframe) and isinstance(after, CropKeyframe):
            low, high = sorted((before.zoom, after.zoom))
            frames[n] = frames[n - 1] + 1 if high > CUT * low else frames[n]
    return tuple(key.model_copy(update={"frame": frame}) for key, frame in zip(cycle, frames, strict=False))


def _detail_keys(
    size: tuple[float, float], centre: tuple[float, float], window: Box, zoom: float
) -> list[CropKeyframe]:
    """A slow move towards a detail, which fills ``window`` at ``zoom``."""
    # The point towards which the whole window becomes that of the detail.
    focus_x, focus_y = (
        round((to * zoom - middle) / (zoom - 1), 6) for to, middle in zip(window.centre, centre, strict=True)
    )
    x, y = (round(value, 6) for value in centre)
    return [
        CropKeyframe(frame=0, x=x, y=y, focus_x=focus_x, focus_y=focus_y, zoom=round(share * zoom, 6))
        for share in (details.DRIFT, 1.0)
    ]


def _near_keys(centre: tuple[float, float], subject: Box, near: float) -> list[CropKeyframe]:
    x, y = (round(value, 6) for value in centre)
    focus_x, focus_y = (round(value, 6) for value in subject.centre)
    start = 1 + (near - 1) * (1 - DRIFT)
    return [
        CropKeyframe(frame=0, x=x, y=y, focus_x=focus_x, focus_y=focus_y, zoom=round(zoom, 6)) for zoom in (start, near)
    ]


def _nearest(material: AnalysedMedia, size: tuple[float, float], centre: tuple[float, float], wanted: float) -> float:
    """The largest zoom up to ``wanted`` at which the window still shows all that must be seen, with its margin."""
    kept = _kept(material)
    if kept is None:
        return wanted
    zoom = wanted
    while zoom > 1:
        (key, *_) = _near_keys(centre, subject_box(material), zoom)
        still = CropPath(width=size[0], height=size[1], keyframes=(key.model_copy(update={"zoom": zoom}),))
        if _contains(crop_at(still, 0, 0), kept):
            return zoom
        zoom -= STEP
    return 1.0


def _kept(material: AnalysedMedia) -> Box | None:
    """What every crop shows: people, burnt-in text, or the subject, with a margin; none of a picture with detail all
    over.
    """
    box, picture = essential_box(material), material.sampled.picture
    known = material.faces or material.focus.people or material.focus.texts
    if not known and box.area > MAX_SUBJECT * picture.area:
        return None
    margin = MARGIN if known else WIDE_MARGIN
    x, y = margin * box.width, margin * box.height
    left, top = max(picture.x, box.x - x), max(picture.y, box.y - y)
    right = min(picture.x + picture.width, box.x + box.width + x)
    bottom = min(picture.y + picture.height, box.y + box.height + y)
    return Box(left, top, right - left, bottom - top)


def _contains(window: Box, box: Box) -> bool:
    right, bottom = box.x + box.width, box.y + box.height
    return (
        window.x <= box.x
        and window.y <= box.y
        and right <= window.x + window.width
        and bottom <= window.y + window.height
    )
