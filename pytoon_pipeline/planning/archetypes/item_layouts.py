"""How one item stands in the frame: filling it, as a card below its text, or beside a panel with its text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import (
    CropPath,
    ImageLayer,
    Layer,
    ShapeLayer,
    Transform,
    VideoLayer,
    constant,
)
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.backdrops import Backdrop, Backdrops, everywhere, whole_backdrop
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import FACE, PICTURE, SUBJECT, KeepOutArea
from pytoon_pipeline.planning.layout.backgrounds import (
    Background,
    blurred_copy,
    designed_background,
    fill_background,
    plain_background,
)
from pytoon_pipeline.planning.layout.beside import column, is_landscape, plan_beside
from pytoon_pipeline.planning.layout.cards import card_layer, plan_card
from pytoon_pipeline.planning.layout.cut_outs import behind_cut_out
from pytoon_pipeline.planning.layout.text_placement import layer_area
from pytoon_pipeline.planning.layout.titles import fit_title, without_marked
from pytoon_pipeline.planning.layout.titles import title_area as area_of
from pytoon_pipeline.planning.sequences import SceneSequence, TextSpace, own_audio
from pytoon_pipeline.planning.shots import footage, stills
from pytoon_pipeline.planning.shots.subjects import subject_box
from pytoon_pipeline.planning.title_request import TitleRequest
from pytoon_pipeline.planning.title_schedule import fit_label, item_headline

# A picture whose brightest part is darker than this relative luminance is black.
BLACK_LUMINANCE = 0.012
# A split frame: the panel's share of the height, the accent strip below it, and the text's distance from the strip.
PANEL_SHARE, STRIP, PANEL_PADDING = 0.42, 14, 64

# Beside a card, text is aligned with the left edge, at the middle of the height.
BESIDE: dict[str, Any] = {"align": "left", "position": 0.5, "item_position": 0.5}

# A layout: context, item, frames, and the texts over the item. Returns its sequence.
ItemLayout = Callable[[PlanContext, PlanItem, int, Sequence[TitleRequest]], SceneSequence]


def item_sequence(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """One item in the layout of the preset, or in another one where that would cut its subject."""
    fit = item.fit if item.fit != "auto" else context.preset.stills.fit
    if fit == "bars":
        return letterboxed(context, item, frames, titles)
    if fit == "cover":
        return full_bleed(context, item, frames, titles)
    if fit == "contain" or item.material.transparent:
        return card(context, item, frames, titles)
    return LAYOUTS[context.preset.layout.picture](context, item, frames, titles)


def full_bleed(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The item over the whole frame, slowly moving towards its subject."""
    material, preset = item.material, context.preset
    requested = "cover" in (item.fit, preset.stills.fit)
    if not requested and not stills.fills_frame(material, context.canvas):
        return card(context, item, frames, titles)
    space = text_space(context, item)
    if not material.is_still:
        sequence = footage.clip_sequence(
            material, item.source_start, frames, preset.camera, context.rate, context.canvas
        )
        return replace(sequence, text=space)
    move = preset.stills.ken_burns[item.index % len(preset.stills.ken_burns)]
    layers = stills.fit_cover(material, frames, move, preset.stills, context.canvas)
    return replace(sequence_of(context.canvas, material, layers, frames, item.source_start), text=space)


def letterboxed(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The whole item between black bars."""
    layers = stills.letterboxed(item.material, context.canvas, item.source_start)
    sequence = sequence_of(context.canvas, item.material, layers, frames, item.source_start)
    return replace(sequence, text=replace(text_space(context, item), shade=None))


def card(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The item as a card on the preset's ground, with its text above. Footage becomes a band as wide as the frame."""
    material, preset = item.material, context.preset
    space = text_space(context, item)
    # One text at a time stands above the card.
    above = replace(space.area, bottom=space.area.top + round(space.area.height * TEXT_SHARE))
    title_height = max((_title_height(one, space.headline, above) for one in titles), default=0)
    heights = (max(title_height, _label_height(space, above)), 0)
    whole = "contain" in (item.fit, preset.stills.fit)
    headline = space.headline.model_copy(update={"position": 1.0, "item_position": 1.0})
    if is_landscape(context.canvas):
        plan = plan_beside(material, context.title_style.area, context.canvas, whole=whole)
        headline, title_area = headline.model_copy(update=BESIDE), plan.above
    else:
        band = not material.is_still
        plan = plan_card(material, heights, space.area, context.canvas, context.safe_area, whole=whole, band=band)
        # Texts are fitted into the same height as they were measured in, and stand next to the card.
        title_area = replace(above, top=plan.above.bottom - above.height, bottom=plan.above.bottom)
    background, backdrop = ground(context, item, frames)
    layer = card_layer(
        material, plan, preset.layout, preset.background.colours[0], frames, item.source_start, item.index
    )
    colour, file = preset.background.colours[0], context.media.background
    stills_ground = file is None or file.is_still
    behind: Iterable[Layer] = ()
    if material.transparent:
        behind = behind_cut_out(plan.card, preset.layout, preset.headline.accent, colour, frames, context.canvas)
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=(*background, *behind, layer), background_layers=len(background)),),
        backdrop,
        keep_out=(KeepOutArea(0, frames, layer_area(layer), PICTURE),),
        audio=own_audio(material, frames, item.source_start),
        static=(FrameRange(start=0, end=frames),) if material.is_still and stills_ground else (),
        text=replace(space, area=title_area, headline=headline, shade=None),
    )


def split(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The text on a panel above, left aligned; the picture fills the rest."""
    material, preset, canvas = item.material, context.preset, context.canvas
    if is_landscape(canvas):
        return card(context, item, frames, titles)
    seam = 2 * round(canvas.height * PANEL_SHARE / 2)
    height = canvas.height - seam
    if not stills.covers_well(material, canvas.width / height, stills.CARD_MARGIN):
        return card(context, item, frames, titles)
    background, backdrop = ground(context, item, frames)
    placed: dict[str, Any] = {
        "width": canvas.width,
        "height": height,
        "transform": Transform(x=constant(canvas.centre[0]), y=constant(seam + height / 2)),
    }
    move = preset.stills.ken_burns[item.index % len(preset.stills.ken_burns)]
    size, centre = stills.window(material, canvas.width / height)
    camera = stills.fixed(size, centre)
    if material.is_still:
        subject = subject_box(material)
        camera = stills.moving(size, centre, material.sampled.picture, subject, frames, move, preset.stills)
    picture = stills.layer_of(material, camera, (), item.source_start, "picture", **placed)
    strip = ShapeLayer(
        name="strip",
        width=canvas.width,
        height=STRIP,
        fill=Fill(colours=(preset.headline.accent,)),
        transform=Transform(x=constant(canvas.centre[0]), y=constant(seam)),
    )
    space = text_space(context, item)
    area = replace(space.area, left=context.safe_area.left, bottom=seam - PANEL_PADDING)
    headline = space.headline.model_copy(update={"align": "left", "position": 0.5, "item_position": 0.5})
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=(*background, picture, strip), background_layers=len(background)),),
        backdrop,
        keep_out=(KeepOutArea(0, frames, Rect(left=0, top=seam, right=canvas.width, bottom=canvas.height), PICTURE),),
        audio=own_audio(material, frames, item.source_start),
        static=(FrameRange(start=0, end=frames),) if material.is_still else (),
        text=replace(space, area=area, headline=headline, shade=None),
    )


# The layouts by the names that presets use.
LAYOUTS: dict[str, ItemLayout] = {"full_bleed": full_bleed, "card": card, "split": split}
# Text above a card takes at most this share of the height where texts may stand.
TEXT_SHARE = 0.42


def ground(context: PlanContext, item: PlanItem, frames: int) -> Background:
    """The ground that the request asks for, else the preset's. Raises ``InvalidInput`` for a brand's without one."""
    settings, requested, file = context.preset.background, context.request.background, context.media.background
    canvas = context.canvas
    if file is not None:
        return fill_background(file, canvas)
    if requested is not None and requested.startswith("#"):
        return plain_background(requested, canvas)
    blurs = requested == "blur" or (requested is None and settings.kind == "blur")
    if blurs and (requested == "blur" or not item.material.transparent):
        return blurred_copy(item.material, settings, canvas, item.source_start)
    if requested == "brand" and context.brand is None:
        raise field_error("background", "no_brand", "the value “brand” needs a brand.", "Set one with “brand:”.")
    kind = "colour" if requested == "brand" else "gradient" if settings.kind == "blur" else settings.kind
    return designed_background(settings.model_copy(update={"kind": kind}), frames, canvas)


def text_space(context: PlanContext, item: PlanItem) -> TextSpace:
    """Where texts stand over an item that fills the frame: a column that is centred, unless texts are aligned."""
    headline, area = context.preset.headline, context.text_column
    if is_landscape(context.canvas):
        headline, area = headline.model_copy(update={"align": "left"}), column(context.title_style.area, context.canvas)
    label = item_label(item, headline)
    return TextSpace(area, headline, item.material.sampled.tones.shade, label)


def item_label(item: PlanItem, headline: HeadlineSettings) -> TitleRequest | None:
    """The item's own text; none without one."""
    title = without_marked(TitleRequest(item.entry.text or "", "item", item.entry.file), headline.uppercase)
    return title if title.text else None


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
    """Where a picture that fills the frame shows faces, and its subject."""
    moments = {0, frames // 2, max(0, frames - 1)}
    windows = [crop_at(camera, frame, frame) for frame in moments]
    size = canvas.width, canvas.height
    areas = [face.box.through(window, *size) for face in material.faces for window in windows]
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


def _title_height(title: TitleRequest, headline: HeadlineSettings, area: Rect[int]) -> int:
    """The height of the tallest page of a title."""
    return max(area_of(page, headline, area, 0.0).height for page in fit_title(title, headline, area))


def _label_height(space: TextSpace, area: Rect[int]) -> int:
    """The height of an item's own text; 0 without one."""
    if space.label is None:
        return 0
    headline = item_headline(space)
    return area_of(fit_label(space.label, headline, area), headline, area, 0.0).height
