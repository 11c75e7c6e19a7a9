"""How one item stands in the frame: filling it, as a card below its text, or beside a panel with its text."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import (
    CropPath,
    ImageLayer,
    Layer,
    VideoLayer,
)
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.style import TextBackground
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.archetypes.card import card
from pytoon_pipeline.planning.archetypes.cut_out import cut_out
from pytoon_pipeline.planning.archetypes.extended import extended, extending
from pytoon_pipeline.planning.archetypes.full_width import at_centre, full_width
from pytoon_pipeline.planning.archetypes.item_parts import (
    crops,
    edge_of,
    ground,
    over_picture,
    page_count,
    text_space,
    title_pages,
)
from pytoon_pipeline.planning.archetypes.side_by_side import side_by_side
from pytoon_pipeline.planning.backdrops import Backdrop, Backdrops, everywhere, whole_backdrop
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import FACE, PICTURE, SUBJECT, KeepOutArea
from pytoon_pipeline.planning.layout.beside import is_landscape, is_tall
from pytoon_pipeline.planning.layout.scrims import needed_opacity, scrim_tone
from pytoon_pipeline.planning.layout.text_placement import POSITIONS, layer_area
from pytoon_pipeline.planning.layout.titles import title_area
from pytoon_pipeline.planning.sequences import SceneSequence, TextSpace, own_audio
from pytoon_pipeline.planning.shots import footage, stills
from pytoon_pipeline.planning.shots.subjects import heads, subject_box
from pytoon_pipeline.planning.title_request import TitleRequest

# A picture whose brightest part is darker than this relative luminance is black.
BLACK_LUMINANCE = 0.012
# Pictures at most this wide for their height fill the frame also where the preset has cards.
PORTRAIT = 0.82
# A title that hides a head covers it with more than this share of its own area.
MAX_HIDDEN = 0.02
# A scrim over a clip is at most so opaque; beyond that, a text stands on a plate.
MAX_SCRIM = 0.6
PLATE: dict[str, Any] = {"opacity": 0.94, "padding": 40, "radius": 28}
# A split frame: the panel's share of the height, and the text's distance from its end.
PANEL_SHARE, PANEL_PADDING = 0.42, 64

# A layout: context, item, frames, and the texts over the item. Returns its sequence.
ItemLayout = Callable[[PlanContext, PlanItem, int, Sequence[TitleRequest]], SceneSequence]


def item_sequence(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """One item in the layout of the preset, or in another one where that would cut its subject."""
    context = context.of_item(item)
    if moves_as_asked(item):
        return covering(context, item, frames, titles)
    fit = item.fit if item.fit != "auto" else context.preset.stills.fit
    if fit == "bars":
        return letterboxed(context, item, frames, titles)
    if fit == "cover":
        return full_bleed(context, item, frames, titles)
    if item.material.transparent:
        return cut_out(context, item, frames, titles)
    if fit == "contain":
        return card(context, item, frames, titles)
    return LAYOUTS[_layout(context, item)](context, item, frames, titles)


def moves_as_asked(item: PlanItem) -> bool:
    """Whether the view moves over the item as its entry asks."""
    return item.entry.motion is not None and item.material.is_still and not item.material.transparent


def fills_as_preset(context: PlanContext, item: PlanItem) -> bool:
    """Whether an item is a picture that fills the frame because its preset says so."""
    auto = item.fit == "auto" and context.preset.stills.fit == "auto"
    still = item.material.is_still and not item.material.transparent
    return (
        auto and still and _layout(context, item) == "full_bleed" and stills.fills_frame(item.material, context.canvas)
    )


def _layout(context: PlanContext, item: PlanItem) -> str:
    layout = context.preset.layout
    alike = all(_is_portrait(one.material) for one in context.items)
    low = layout.picture == "full_width" and layout.ground == "preset" and not is_tall(context.canvas)
    fills = (layout.picture == "card" or low) and not layout.tilt and _is_portrait(item.material) and alike
    return "full_bleed" if fills else layout.picture


def _is_portrait(material: AnalysedMedia) -> bool:
    return material.is_still and material.size[0] <= PORTRAIT * material.size[1]


def full_bleed(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The item over the whole frame, slowly moving towards its subject."""
    material, preset = item.material, context.preset
    requested = "cover" in (item.fit, preset.stills.fit)
    space = over_picture(text_space(context, item))
    fills_well = stills.fills_frame(material, context.canvas) and not _hides_heads(context, material, space, titles)
    if not requested and not fills_well:
        below = extending(context)
        return LAYOUTS[below.preset.layout.picture](below, item, frames, titles)
    if not material.is_still:
        sequence = footage.clip_sequence(
            material, item.source_start, frames, preset.camera, context.rate, context.canvas
        )
        return replace(sequence, text=_over_clip(context, space, titles, sequence.backdrop))
    return covering(context, item, frames, titles)


def _over_clip(context: PlanContext, space: TextSpace, titles: Sequence[TitleRequest], behind: Backdrops) -> TextSpace:
    """The texts over a clip: on a plate where a scrim would have to be so dark that it soils the clip. Over one that is
    alone, each leaves when it has been read.
    """
    headline, alone = space.headline, len(context.items) == 1
    pages = title_pages(titles, headline, space.area)
    areas = [title_area(page, headline, space.area, headline.position) for page in pages]
    tone = scrim_tone(headline.colour, headline.box.colour, space.shade)
    contrast = context.title_style.min_contrast
    darkest = max((needed_opacity(area, headline.colour, behind, tone, contrast) for area in areas), default=0.0)
    if headline.background == "auto" and darkest > MAX_SCRIM:
        plate = TextBackground(colour=context.preset.background.colours[0], **PLATE)
        headline = headline.model_copy(update={"background": "auto_box", "box": plate})
    return replace(space, headline=headline, hold=space.hold and not alone)


def covering(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """A still over the whole frame, cropped around its subject."""
    space = over_picture(text_space(context, item))
    window = stills.window(item.material, context.canvas.aspect)
    camera = crops(context, item, window, context.canvas.height, frames, page_count(titles, space))
    layer = ImageLayer(name="picture", item=item.material.item, crop_path=camera, **stills.full_frame(context.canvas))
    return replace(sequence_of(context.canvas, item.material, (layer,), frames, item.source_start), text=space)


def _hides_heads(
    context: PlanContext, material: AnalysedMedia, space: TextSpace, titles: Sequence[TitleRequest]
) -> bool:
    """Whether a title would stand over a head of a still wherever it is; a tall frame has a place for it."""
    if is_tall(context.canvas) or not material.is_still:
        return False
    view = stills.fixed(*stills.window(material, context.canvas.aspect))
    areas = [one.area for one in picture_areas(context.canvas, material, view, 1) if not one.soft]

    def hides(place: Rect[int]) -> bool:
        return any(area.intersection(place).area > MAX_HIDDEN * place.area for area in areas)

    pages = title_pages(titles, space.headline, space.area)
    return any(
        all(hides(title_area(page, space.headline, space.area, position)) for position in POSITIONS) for page in pages
    )


def letterboxed(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The whole item between black bars."""
    layers = stills.letterboxed(item.material, context.canvas, item.source_start)
    sequence = sequence_of(context.canvas, item.material, layers, frames, item.source_start)
    return replace(sequence, text=replace(text_space(context, item), shade=None))


def split(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The text on a panel above, left aligned; the picture fills the rest."""
    material, canvas = item.material, context.canvas
    if is_landscape(canvas):
        return side_by_side(context, item, frames, titles)
    seam = 2 * round(canvas.height * PANEL_SHARE / 2)
    height = canvas.height - seam
    if not stills.covers_well(material, canvas.width / height, stills.CARD_MARGIN):
        return card(context, item, frames, titles)
    background, backdrop = ground(context, item, frames)
    edge = edge_of(context, replace(canvas.area, top=seam))
    place = edge.place
    placed: dict[str, Any] = {"width": place.width, "height": place.height, "transform": at_centre(place)}
    space = text_space(context, item)
    window = stills.window(material, place.width / place.height)
    camera = stills.fixed(*window)
    if material.is_still:
        camera = crops(context, item, window, place.height, frames, page_count(titles, space), detailed=True)
    picture = stills.layer_of(material, camera, edge.effects, item.source_start, "picture", **placed)
    layers = (*background, *edge.behind, picture, *edge.before)
    count = len(background) + len(edge.behind)
    area = replace(space.area, left=context.safe_area.left, bottom=seam - PANEL_PADDING)
    headline = space.headline.model_copy(update={"align": "left", "position": 0.5, "item_position": 0.5})
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=layers, background_layers=count),),
        backdrop,
        keep_out=(KeepOutArea(0, frames, Rect(left=0, top=seam, right=canvas.width, bottom=canvas.height), PICTURE),),
        audio=own_audio(material, frames, item.source_start),
        static=(FrameRange(start=0, end=frames),) if material.is_still else (),
        text=replace(space, area=area, headline=headline, shade=None),
    )


# The layouts by the names that presets use.
LAYOUTS: dict[str, ItemLayout] = {
    "full_bleed": full_bleed,
    "extended": extended,
    "full_width": full_width,
    "card": card,
    "split": split,
}


def sequence_of(
    canvas: Canvas, material: AnalysedMedia, layers: tuple[Layer, ...], frames: int, source_start: int
) -> SceneSequence:
    """A scene of layers that all show one item, the last of them in front."""
    whole = (FrameRange(start=0, end=frames),)
    front = layers[-1]
    assert isinstance(front, ImageLayer | VideoLayer)
    if fills(front, canvas):
        keep_out = picture_areas(canvas, material, front.crop_path, frames)
    else:
        keep_out = (KeepOutArea(0, frames, layer_area(front), PICTURE),)
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=layers, background_layers=len(layers) - 1),),
        _backdrop(canvas, material, layers, frames),
        keep_out=keep_out,
        audio=own_audio(material, frames, source_start),
        static=whole if material.is_still else (),
        black=whole if max(material.sampled.tones.lightest) < BLACK_LUMINANCE else (),
    )


def picture_areas(canvas: Canvas, material: AnalysedMedia, camera: CropPath, frames: int) -> tuple[KeepOutArea, ...]:
    """Where a picture that fills the frame shows faces, or heads whose face is turned away, and its subject."""
    windows = [crop_at(camera, frame, frame) for frame in stills.crop_moments(camera, frames)]
    size = canvas.width, canvas.height
    faces = heads(material.faces, material.focus.people)
    areas = [face.box.through(window, *size) for face in faces for window in windows]
    subject = [subject_box(material).through(crop_at(camera, frames // 2, frames // 2), *size)]
    found = [KeepOutArea(0, frames, area, FACE) for area in areas]
    return (*found, *(KeepOutArea(0, frames, area, SUBJECT, soft=True) for area in subject))


def _backdrop(canvas: Canvas, material: AnalysedMedia, layers: tuple[Layer, ...], frames: int) -> Backdrops:
    """A picture that fills the frame is known place by place. Beside one that does not, there may be black."""
    first = layers[0]
    if len(layers) == 1 and isinstance(first, ImageLayer | VideoLayer) and fills(first, canvas):
        return stills.crop_backdrop(material, first.crop_path, frames, canvas)
    whole = whole_backdrop(material.sampled.tones)
    return everywhere(Backdrop(0.0, whole.lightest))


def fills(layer: ImageLayer | VideoLayer, canvas: Canvas) -> bool:
    """Whether a layer is as large as the frame."""
    return layer.width >= canvas.width and layer.height >= canvas.height
