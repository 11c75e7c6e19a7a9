"""Pictures in a frame: filling it around their subject, or standing in a part of it; with a slow move."""

from collections.abc import Sequence
from typing import Any

from pytoon_pipeline.contracts.geometry import Box, Rect, clamp_centre
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import LayoutSettings, Move, StillSettings
from pytoon_pipeline.contracts.spec.easing import EaseInOut
from pytoon_pipeline.contracts.spec.effects import Blur, Effect, Grade, Rounded, Shadow
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import (
    CropKeyframe,
    CropPath,
    ImageLayer,
    Keyframe,
    Layer,
    Transform,
    VideoLayer,
    constant,
)
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import Backdrop, Backdrops, tones_backdrop
from pytoon_pipeline.planning.shots.camera import SourceFrame
from pytoon_pipeline.planning.shots.subjects import essential_box, head_box, heads, subject_box, text_boxes, union_box

# The subject may exceed the window by this factor before the picture is shown whole instead of filling the frame.
MAX_SUBJECT_EXCESS = 1.06
# The same for a subject that is known only by standing out from its surroundings.
MAX_CORE_EXCESS = 1.15
# A picture with detail all over is shown whole when filling the frame would hide more than this share of it.
MAX_HIDDEN = 0.45
# A picture that would be enlarged more than this is a card, which is smaller than the frame.
MAX_ENLARGEMENT = 5.5
# Share of the moments of a clip at which people may be too far apart for one window.
MAX_CUT = 0.2
# A cropped card shows this multiple of a subject known only by standing out from its surroundings.
CARD_MARGIN = 1.3
COPY_BLUR, COPY_BRIGHTNESS = 45.0, -0.12


def full_frame(canvas: Canvas) -> dict[str, Any]:
    """The placement of a layer that fills the frame."""
    x, y = canvas.centre
    return {"width": canvas.width, "height": canvas.height, "transform": Transform(x=constant(x), y=constant(y))}


def window(material: AnalysedMedia, aspect: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Size of the largest window of ``aspect`` over a picture, and the centre that keeps the subject in view."""
    frame = SourceFrame(*material.size, material.sampled.picture)
    size = frame.window(aspect)
    subject, picture = subject_box(material), frame.picture
    essential = essential_box(material)
    x = _keeping(subject.centre[0], size[0], essential.x, essential.width)
    y = _keeping(subject.centre[1], size[1], essential.y, essential.height)
    return size, (
        clamp_centre(x, size[0], picture.x, picture.width),
        clamp_centre(y, size[1], picture.y, picture.height),
    )


def covers_well(material: AnalysedMedia, aspect: float, margin: float = 1 / MAX_CORE_EXCESS) -> bool:
    """Whether a window of ``aspect`` over the picture shows all of its subject.

    ``margin`` is the share that it must show of a subject known only by standing out from its surroundings.
    """
    size, _ = window(material, aspect)
    essential, picture = essential_box(material), material.sampled.picture
    shown = size[0] * size[1] / (picture.width * picture.height)
    people = bool(material.faces or material.focus.people)
    excess = 1.0 if material.focus.texts else MAX_SUBJECT_EXCESS if people else 1 / margin
    fits = essential.width <= size[0] * excess and essential.height <= size[1] * excess
    return fits or (not people and not material.focus.texts and shown >= 1 - MAX_HIDDEN)


def fills_frame(material: AnalysedMedia, canvas: Canvas) -> bool:
    """Whether a picture or clip can fill the frame: it is large enough, and nothing that must be seen is cut.

    The camera follows what moves in a clip, so only burnt-in text and people who are seen at the same time count.
    """
    size, _ = window(material, canvas.aspect)
    if material.is_still:
        large = MAX_ENLARGEMENT * material.size[1] * size[1] >= canvas.height
        return large and covers_well(material, canvas.aspect)
    groups: dict[float, list[Box]] = {}
    for face in heads(material.faces, material.focus.people):
        groups.setdefault(face.time, []).append(head_box(face.box))
    widths = [union_box(boxes).width for boxes in groups.values()]
    widths += [box.width for box in text_boxes(material)]
    return sum(width > MAX_SUBJECT_EXCESS * size[0] for width in widths) <= MAX_CUT * len(widths)


def moving(
    size: tuple[float, float],
    centre: tuple[float, float],
    picture: Box,
    subject: Box,
    frames: int,
    move: Move,
    settings: StillSettings,
) -> CropPath:
    """A steady move of a window over ``frames``: zooming in or out, or sideways as far as the picture reaches."""
    last = max(1, frames - 1)
    if move in ("in", "out", "hold"):
        focus = subject.centre
        zooms = {"in": (1.0, settings.zoom), "out": (settings.zoom, 1.0), "hold": (1.0,)}[move]
        marks = [(*centre, *focus, zoom) for zoom in zooms]
    else:
        # Zoomed in a little, the window can move sideways even where the picture is no wider than the window.
        zoom = max(settings.zoom, 1 + settings.pan)
        dx, dy = {"left": (1, 0), "right": (-1, 0), "up": (0, 1), "down": (0, -1)}[move]
        marks = []
        for offset in (settings.pan / 2, -settings.pan / 2):
            x = _keeping(centre[0] + dx * offset * size[0], size[0] / zoom, subject.x, subject.width)
            y = _keeping(centre[1] + dy * offset * size[1], size[1] / zoom, subject.y, subject.height)
            x = clamp_centre(x, size[0] / zoom, picture.x, picture.width)
            y = clamp_centre(y, size[1] / zoom, picture.y, picture.height)
            marks.append((x, y, x, y, zoom))
    keys = tuple(
        CropKeyframe(frame=frame, x=_r(x), y=_r(y), focus_x=_r(fx), focus_y=_r(fy), zoom=_r(zoom))
        for frame, (x, y, fx, fy, zoom) in zip((0, last), marks, strict=False)
    )
    return CropPath(width=_r(size[0]), height=_r(size[1]), keyframes=keys)


def blurred_footage(material: AnalysedMedia, source_start: int, canvas: Canvas) -> Layer:
    """A blurred and darkened copy of a picture or clip over the whole frame."""
    effects: tuple[Effect, ...] = (Blur(radius=COPY_BLUR), Grade(brightness=COPY_BRIGHTNESS))
    path = fixed(*window(material, canvas.aspect))
    return layer_of(material, path, effects, source_start, "blurred copy", **full_frame(canvas))


def letterboxed(material: AnalysedMedia, canvas: Canvas, source_start: int = 0) -> tuple[Layer, ...]:
    """The whole picture or clip, with bars where it does not fill the frame: only on request."""
    width, height, camera = fit_box(material, canvas.width, canvas.height)
    motion = full_frame(canvas)["transform"]
    return (layer_of(material, camera, (), source_start, "picture", width=width, height=height, transform=motion),)


def standing_product(
    material: AnalysedMedia,
    area: Rect[int],
    settings: LayoutSettings,
    frames: int,
    source_start: int = 0,
    phase: int = 0,
) -> Layer:
    """A product as large as fits into ``area``: cut-outs in their own shape, others as cards, which fill the area where
    their subject then stays in view.
    """
    width, height, camera = fit_box(material, area.width, area.height)
    if not material.transparent and covers_well(material, area.width / area.height, CARD_MARGIN):
        width, height = 2 * (area.width // 2), 2 * (area.height // 2)
        camera = fixed(*window(material, width / height))
    effects: list[Effect] = []
    if not material.transparent and settings.corner_radius:
        effects.append(Rounded(radius=min(settings.corner_radius, width / 2, height / 2)))
    if settings.shadow:
        effects.append(Shadow(opacity=settings.shadow))
    x, y = round((area.left + area.right) / 2), round((area.top + area.bottom) / 2)
    motion = Transform(x=constant(x), y=bobbing(y, settings.bob_amplitude, frames, phase))
    return layer_of(
        material, camera, tuple(effects), source_start, "product", width=width, height=height, transform=motion
    )


def bobbing(y: float, amplitude: float, frames: int, phase: int) -> tuple[Keyframe, ...]:
    """Gently up and down by ``amplitude`` pixels, each way in 60 frames. Odd phases start downwards."""
    if not amplitude or frames < 30:
        return constant(y)
    sign = 1 if phase % 2 else -1
    keys = [Keyframe(value=_r(y))]
    for number, frame in enumerate(range(60, frames + 60, 60)):
        direction = sign * (-1) ** number
        keys.append(Keyframe(frame=frame, value=_r(y + direction * amplitude / 2), easing=EaseInOut()))
    return tuple(keys)


def fit_box(material: AnalysedMedia, width: float, height: float) -> tuple[int, int, CropPath]:
    """Size in whole even pixels of the picture inside ``width`` × ``height``, and a window of exactly that shape.

    Whole pixels keep edges sharp. The window crops less than a pixel instead of stretching the picture.
    """
    exact = fitted(material, width, height)
    across, down = (max(2, 2 * round(length / 2)) for length in exact)
    frame = SourceFrame(*material.size, material.sampled.picture)
    return across, down, fixed(frame.window(across / down), material.sampled.picture.centre)


def fitted(material: AnalysedMedia, width: float, height: float) -> tuple[float, float]:
    """Size of the whole visible picture inside ``width`` × ``height``, without stretching."""
    picture = material.sampled.picture
    across, down = material.size[0] * picture.width, material.size[1] * picture.height
    scale = min(width / across, height / down)
    return round(across * scale, 3), round(down * scale, 3)


def layer_of(
    material: AnalysedMedia,
    camera: CropPath,
    effects: Sequence[Effect],
    source_start: int,
    name: str,
    **placed: object,
) -> Layer:
    """A layer that shows a picture or a clip, whichever the material is."""
    values = {"name": name, "item": material.item, "crop_path": camera, "effects": tuple(effects), **placed}
    if material.is_still:
        return ImageLayer.model_validate(values)
    return VideoLayer.model_validate({**values, "source_start": source_start})


def fixed(size: tuple[float, float], centre: tuple[float, float]) -> CropPath:
    """A window that stays."""
    key = CropKeyframe(frame=0, x=_r(centre[0]), y=_r(centre[1]), focus_x=_r(centre[0]), focus_y=_r(centre[1]))
    return CropPath(width=_r(size[0]), height=_r(size[1]), keyframes=(key,))


def crop_backdrop(material: AnalysedMedia, camera: CropPath, frames: int, canvas: Canvas) -> Backdrops:
    """The backdrop of texts over a picture that fills the frame through ``camera``."""

    def backdrop(area: Rect[int]) -> Backdrop:
        moments = crop_moments(camera, frames)
        windows: list[Box] = [crop_at(camera, frame, frame) for frame in moments]
        return tones_backdrop(material.sampled.tones, windows, area, canvas.width, canvas.height)

    return backdrop


def crop_moments(camera: CropPath, frames: int) -> list[int]:
    """Frames at which a window has its extreme places: those of its keyframes, and the middle."""
    return sorted({0, frames // 2, max(0, frames - 1), *(key.frame for key in camera.keyframes)})


def _keeping(centre: float, length: float, low: float, extent: float) -> float:
    """The centre of a window of ``length``, moved as little as keeps ``[low, low + extent]`` in view, if it can."""
    if extent >= length:
        return centre
    return min(max(centre, low + extent - length / 2), low + length / 2)


def _r(value: float) -> float:
    return round(float(value), 6)
