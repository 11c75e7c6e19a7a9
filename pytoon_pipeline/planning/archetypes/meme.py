"""The meme archetype: a picture or clip with two lines of heavy text, of which the second is the punchline."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil

from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.geometry import Box, Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import MemeSettings
from pytoon_pipeline.contracts.request import TextRequest
from pytoon_pipeline.contracts.spec.layers import (
    CropKeyframe,
    CropPath,
    Layer,
    ShapeLayer,
    TextLayer,
    Transform,
    constant,
)
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.style import Fill, TextStyle
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.media.colour import contrast, luminance_of, opposite
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.assembly import assemble
from pytoon_pipeline.planning.backdrops import colour_backdrop, everywhere
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout.text_fit import TextBox, TextLayout, clean, fit
from pytoon_pipeline.planning.layout.titles import TitleStyle, centred, symmetric
from pytoon_pipeline.planning.pacing import plan_lengths
from pytoon_pipeline.planning.sequences import SceneSequence, own_audio
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.stills import fit_box, fitted, layer_of
from pytoon_pipeline.planning.shots.subjects import heads, subject_box
from pytoon_pipeline.planning.title_request import Role

PADDING = 36
# Distance between baselines within a text, in em: its lines stay together.
LINE_HEIGHT = 1.05
# Distance between two texts on one bar, and from the last to the picture, in pixels.
LINE_GAP = 64
# Text above the picture may take at most this share of the safe zone's height, and text below it as much.
BAR_SHARE = 0.3
# Lines over a picture reach this share of the safe zone's height from its edges.
OVER_SHARE = 0.2
# A picture that shows its subject at this shape can fill the frame below a bar.
SQUARE = 1.0
# Below a bar, a picture has at least this share of the frame's height, as far as the text permits.
MIN_PICTURE = 0.48
# The punchline may hide this share of a picture's subject.
MAX_HIDDEN = 0.08
# Zoom of the picture at the beginning and the end of the first line's time, and of the second line's.
ZOOMS = ((1.0, 1.04), (1.13, 1.18))
# A picture fills the frame when at least this share of it is in view: the joke may be anywhere in it.
MIN_SHOWN = 0.55
# Longest time that a still may be shown by default, in seconds (the limit of ``stills.seconds``).
MAX_STILL_SECONDS = 15.0


def plan_meme(context: PlanContext) -> RenderSpec:
    """Each item between its lines of text. Raises ``InvalidInput`` when a line does not fit its bar."""
    if not context.items:
        raise field_error("media", "nothing_to_show", "a meme needs a picture or a clip.", "Add one.")
    meme, style = context.preset.meme, context.title_style
    pace = context.preset.stills.model_copy(update={"seconds": min(meme.seconds, MAX_STILL_SECONDS)})
    lengths, notes = plan_lengths(context.items, replace(context.pacing, stills=pace))
    sequences = []
    for item, frames in zip(context.items, lengths, strict=True):
        lines = _lines(item.entry.text, context.request.text)
        plan = _layout(meme, item, style)(meme, style, item, lines, frames)
        sequences.append(
            SceneSequence(
                (Scene(start=0, frames=frames, background=meme.bar, layers=plan),),
                everywhere(colour_backdrop(meme.bar)),
                audio=own_audio(item.material, frames, item.source_start),
                static=(FrameRange(start=0, end=frames),) if item.material.is_still else (),
            )
        )
    return assemble(context, sequences, notes)


# A layout of one item: settings, where and how texts may stand, the item, its two lines, and its frames.
MemeLayout = Callable[[MemeSettings, TitleStyle, PlanItem, tuple[str, str], int], tuple[Layer, ...]]


def _layout(meme: MemeSettings, item: PlanItem, style: TitleStyle) -> MemeLayout:
    """The preset's layout; a bar above for a picture whose faces it would cover, and bars for one that it would cut."""
    whole = item.fit in ("contain", "bars") or item.material.transparent
    if whole or not stills.covers_well(item.material, style.canvas.aspect):
        headed = _headed if meme.layout == "over" else _captioned
        return headed if not whole and _covers_square(item) else _between_bars
    if meme.layout == "caption":
        return _captioned
    over = _shown_share(item, style.canvas) >= MIN_SHOWN and not _over_faces(item, style, style.canvas.area)
    return _over if over else _headed


def _shown_share(item: PlanItem, canvas: Canvas) -> float:
    """How much of a picture that fills the frame is in view, as a share of its area."""
    (width, height), picture = stills.window(item.material, canvas.aspect)[0], item.material.sampled.picture
    return width * height / (picture.width * picture.height)


def _covers_square(item: PlanItem) -> bool:
    return stills.covers_well(item.material, SQUARE)


def _over(
    meme: MemeSettings, style: TitleStyle, item: PlanItem, lines: tuple[str, str], frames: int
) -> tuple[Layer, ...]:
    """Both lines over a picture that fills the frame, at its top and its bottom, in outlined letters."""
    material, area = item.material, symmetric(style.area, style.canvas)
    camera = _camera(material, style.canvas.aspect, _punchline(meme, lines, frames), frames)
    picture = layer_of(material, camera, (), item.source_start, "picture", **stills.full_frame(style.canvas))
    most = area.height * BAR_SHARE
    above, below = _same_size([_first(lines[0], style, most, meme), _fitted(lines[1], area, most, meme)])
    layers: list[Layer] = [picture]
    if above is not None:
        layers.append(_text(above, "hook", area.top + above.height / 2, area, meme, style.min_contrast))
    if below is not None:
        start, y = _punchline(meme, lines, frames), area.bottom - below.height / 2
        layers.append(_text(below, "cta", y, area, meme, style.min_contrast, start))
    return tuple(layers)


def _over_faces(item: PlanItem, style: TitleStyle, place: Rect[int]) -> bool:
    """Whether lines at the top and the bottom of the safe zone would cover a face of a picture that fills ``place``."""
    area = symmetric(style.area, style.canvas)
    size, (x, y) = stills.window(item.material, place.width / place.height)
    shown = Box(x - size[0] / 2, y - size[1] / 2, *size)
    found = heads(item.material.faces, item.material.focus.people)
    faces = [face.box.through(shown, place.width, place.height) for face in found]
    reach = round(area.height * OVER_SHARE)
    bands = [replace(area, top=area.bottom - reach)]
    if place.top < area.top:
        bands.append(replace(area, bottom=area.top + reach))
    return any(
        face.intersection(replace(band, top=band.top - place.top, bottom=band.bottom - place.top)).area
        for face in faces
        for band in bands
    )


def _over_subject(item: PlanItem, style: TitleStyle, place: Rect[int], height: int) -> bool:
    """Whether a line of ``height`` at the lower edge of the safe zone would hide people, or a picture's subject."""
    size, (x, y) = stills.window(item.material, place.width / place.height)
    shown = Box(x - size[0] / 2, y - size[1] / 2, *size)
    boxes = [subject_box(item.material), *(person.body for person in item.material.focus.people)]
    subjects = [box.through(shown, place.width, place.height) for box in boxes]
    bottom = style.area.bottom - place.top
    band = Rect(left=0, top=bottom - height, right=place.width, bottom=bottom)
    return any(subject.intersection(band).area > MAX_HIDDEN * max(1.0, subject.area) for subject in subjects)


def _camera(material: AnalysedMedia, aspect: float, punchline: int, frames: int) -> CropPath:
    """A window that comes slowly nearer to the subject, and jumps nearer with the punchline."""
    size, (x, y) = stills.window(material, aspect)
    focus_x, focus_y = subject_box(material).centre
    first, last = ZOOMS
    marks = [(0, first[0]), (punchline - 1, first[1])] if punchline > 1 else []
    marks += [(punchline if marks else 0, last[0]), (max(frames - 1, punchline + 1), last[1])]
    keys = tuple(
        CropKeyframe(frame=frame, x=x, y=y, focus_x=focus_x, focus_y=focus_y, zoom=zoom) for frame, zoom in marks
    )
    return CropPath(width=size[0], height=size[1], keyframes=keys)


def _headed(
    meme: MemeSettings, style: TitleStyle, item: PlanItem, lines: tuple[str, str], frames: int
) -> tuple[Layer, ...]:
    """The first line on a bar, the picture in the rest of the frame, and the second line over its lower part."""
    canvas, area = style.canvas, symmetric(style.area, style.canvas)
    free = max(float(meme.min_size), (1 - MIN_PICTURE) * canvas.height - area.top - LINE_GAP)
    above, below = _same_size([_first(lines[0], style, free, meme), _fitted(lines[1], area, free, meme)])
    seam = 2 * round((area.top + above.height + LINE_GAP) / 2) if above is not None else 0
    place = replace(canvas.area, top=seam)
    if below is not None and (_over_faces(item, style, place) or _over_subject(item, style, place, below.height)):
        return _captioned(meme, style, item, lines, frames)
    start = _punchline(meme, lines, frames)
    layers: list[Layer] = [_below_bar(item, style.canvas, seam, start, frames)]
    if above is not None:
        layers.append(_bar(meme.bar, canvas, 0.0, float(seam)))
        layers.append(_text(above, "hook", area.top + above.height / 2, area, meme, style.min_contrast))
    if below is not None:
        y = area.bottom - below.height / 2
        layers.append(_text(below, "cta", y, area, meme, style.min_contrast, start))
    return tuple(layers)


def _below_bar(item: PlanItem, canvas: Canvas, seam: int, punchline: int, frames: int) -> Layer:
    """The picture in the frame below ``seam``."""
    height = canvas.height - seam
    camera = _camera(item.material, canvas.width / height, punchline, frames)
    transform = Transform(x=constant(canvas.centre[0]), y=constant(seam + height / 2))
    placed = {"width": canvas.width, "height": height, "transform": transform}
    return layer_of(item.material, camera, (), item.source_start, "picture", **placed)


def _captioned(
    meme: MemeSettings, style: TitleStyle, item: PlanItem, lines: tuple[str, str], frames: int
) -> tuple[Layer, ...]:
    """Both lines on a bar above the picture, which fills the rest of the frame."""
    canvas, area = style.canvas, symmetric(style.area, style.canvas)
    count = max(1, sum(map(bool, lines)))
    most = ((1 - MIN_PICTURE) * canvas.height - area.top) / count - LINE_GAP
    usual = _same_size([_fitted(text, area, max(float(meme.min_size), most), meme) for text in lines])
    upper = symmetric(style.upper, canvas)
    free = min(most, (upper.height - (count - 1) * LINE_GAP) / count)
    wide = _same_size([_page(text, upper, free, meme) for text in lines])
    complete = all(page is not None for text, page in zip(lines, wide, strict=True) if text)
    above, below = wide if complete and _size(wide) > _size(usual) else usual
    pages = [page for page in (above, below) if page is not None]
    seam = area.top + sum(page.height + LINE_GAP for page in pages) if pages else 0
    seam = 2 * round(seam / 2)
    top, start = float(area.top), _punchline(meme, lines, frames)
    layers: list[Layer] = [_below_bar(item, canvas, seam, start, frames)]
    layers += [_bar(meme.bar, canvas, 0.0, float(seam))] if seam else []
    if above is not None:
        layers.append(_text(above, "hook", top + above.height / 2, area, meme, style.min_contrast))
        top += above.height + LINE_GAP
    if below is not None:
        layers.append(_text(below, "cta", top + below.height / 2, area, meme, style.min_contrast, start))
    return tuple(layers)


def _punchline(meme: MemeSettings, lines: tuple[str, str], frames: int) -> int:
    """The frame at which the second line comes in: at once where there is no first one."""
    return round(meme.punchline * frames) if all(lines) else 0


def _same_size(pages: Sequence[TextLayout | None]) -> Sequence[TextLayout | None]:
    """The pages at the size of the smaller one."""
    size = _size(pages)
    return [None if page is None else _scaled(page, size) for page in pages]


def _size(pages: Sequence[TextLayout | None]) -> int:
    """The smallest size of ``pages``; 0 without any."""
    return min((page.size for page in pages if page is not None), default=0)


def _scaled(page: TextLayout, size: int) -> TextLayout:
    factor = size / page.size
    return replace(page, size=size, width=ceil(page.width * factor), height=ceil(page.height * factor))


def _lines(own: str | None, text: str | TextRequest | None) -> tuple[str, str]:
    """The lines above and below an item: its own text, else the video's, split at the first line break."""
    if own is None and isinstance(text, TextRequest):
        hook, cta = clean(text.hook or ""), clean(text.cta or "")
        lines = [line for line in (hook, *map(clean, text.beats)) if line]
        return " ".join(lines[:1]), " ".join(line for line in (*lines[1:], cta) if line)
    cleaned = clean(own if own is not None else text if isinstance(text, str) else "")
    top, _, bottom = cleaned.partition("\n")
    return top, bottom.replace("\n", " ")


def _between_bars(
    meme: MemeSettings, style: TitleStyle, item: PlanItem, lines: tuple[str, str], frames: int
) -> tuple[Layer, ...]:
    """The whole picture, as wide as the frame, with a line on a bar above it and one below it."""
    canvas, area = style.canvas, symmetric(style.area, style.canvas)
    text_height = _text_height(item.material, canvas, area, sum(map(bool, lines)), meme)
    above, below = _same_size([_fitted(text, area, text_height, meme) for text in lines])
    # The picture takes all the space that the lines leave. Where it is smaller, the bars grow towards it.
    first = area.top + above.height + 2 * PADDING if above else 0
    last = area.bottom - below.height - 2 * PADDING if below else canvas.height
    width, height, camera = fit_box(item.material, canvas.width, last - first)
    middle = round((first + last) / 2)
    transform = Transform(x=constant(canvas.centre[0]), y=constant(middle))
    picture = layer_of(
        item.material, camera, (), item.source_start, "picture", width=width, height=height, transform=transform
    )
    top, bottom = middle - height / 2, middle + height / 2
    layers: list[Layer] = [picture]
    if top >= 1:
        layers.append(_bar(meme.bar, canvas, 0.0, top))
    if above is not None:
        layers.append(_text(above, "hook", top - PADDING - above.height / 2, area, meme, style.min_contrast))
    if canvas.height - bottom >= 1:
        layers.append(_bar(meme.bar, canvas, bottom, float(canvas.height)))
    if below is not None:
        start = _punchline(meme, lines, frames)
        layers.append(_text(below, "cta", bottom + PADDING + below.height / 2, area, meme, style.min_contrast, start))
    return tuple(layers)


def _text_height(material: AnalysedMedia, canvas: Canvas, area: Rect[int], bars: int, meme: MemeSettings) -> float:
    """Height for the lines of one bar: what the picture leaves at full width, up to ``BAR_SHARE``."""
    height = area.bottom - area.top
    _, picture_height = fitted(material, canvas.width, height * (1 - 2 * BAR_SHARE))
    left = (height - picture_height) / max(1, bars) - 2 * PADDING
    return max(float(meme.min_size), min(left, height * BAR_SHARE))


def _first(text: str, style: TitleStyle, height: float, meme: MemeSettings) -> TextLayout | None:
    """The first line: above the app's buttons and as wide as it may be there, if it fits; else in the usual column."""
    upper = symmetric(style.upper, style.canvas)
    wide = _page(text, upper, min(height, upper.height), meme)
    return wide or _fitted(text, symmetric(style.area, style.canvas), height, meme)


def _page(text: str, area: Rect[int], height: float, meme: MemeSettings) -> TextLayout | None:
    """A line in ``area``, no higher than ``height``; none for an empty one and where it does not fit."""
    inset = 2 * meme.outline + PADDING
    width, min_size = area.right - area.left - inset, min(meme.size, meme.min_size)
    box = TextBox(meme.font, meme.size, min_size, width, height, meme.max_lines, LINE_HEIGHT)
    return fit(text.upper(), box) if text else None


def _fitted(text: str, area: Rect[int], height: float, meme: MemeSettings) -> TextLayout | None:
    if not text:
        return None
    page = _page(text, area, height, meme) or _page(text, area, area.height * BAR_SHARE, meme)
    if page is None:
        raise field_error("text", "text_too_long", f"the text “{text[:40]}…” does not fit in its bar.", "Shorten it.")
    return page


def _bar(colour: str, canvas: Canvas, top: float, bottom: float) -> Layer:
    transform = Transform(x=constant(canvas.centre[0]), y=constant((top + bottom) / 2))
    return ShapeLayer(
        name="bar", width=canvas.width, height=bottom - top, fill=Fill(colours=(colour,)), transform=transform
    )


def _text(
    page: TextLayout, role: Role, y: float, area: Rect[int], meme: MemeSettings, min_contrast: float, start: int = 0
) -> TextLayer:
    outline = meme.outline_colour
    if contrast(luminance_of(meme.colour), luminance_of(outline)) < min_contrast:
        outline = opposite(meme.colour)
    x = centred(page.width, area) + page.width / 2
    style = TextStyle(
        font=meme.font,
        size=page.size,
        colour=meme.colour,
        outline=meme.outline,
        outline_colour=outline,
        line_height=LINE_HEIGHT,
    )
    return TextLayer(
        name=role,
        role=role,
        start=start,
        lines=page.lines,
        style=style,
        width=page.width,
        height=page.height,
        transform=Transform(x=constant(x), y=constant(y)),
    )
