"""A cut-out product on a floor, with its texts above it, or beside it on a landscape frame, one at a time."""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import PlanItem
from pytoon_pipeline.planning.archetypes.item_parts import (
    LARGER_TEXTS,
    MAX_TEXT,
    SMALLER_TEXTS,
    ground,
    page_count,
    text_space,
)
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import PICTURE, KeepOutArea
from pytoon_pipeline.planning.layout.beside import is_landscape
from pytoon_pipeline.planning.layout.cards import soft_shadow
from pytoon_pipeline.planning.layout.cut_outs import (
    Stage,
    behind_cut_out,
    over_floor,
    plan_stage,
    product_movement,
)
from pytoon_pipeline.planning.sequences import SceneSequence, TextSpace
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.recrops import changes
from pytoon_pipeline.planning.title_request import TitleRequest

# The product's own text is a price when it has at most so many characters and a digit. It has this size in pixels.
PRICE_CHARACTERS, PRICE_SIZE = 8, 480
# Texts that would lose so many pixels of height above the app's buttons stay in the narrower column.
MAX_LOST = 80


def cut_out(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The product on a floor in the accent colour."""
    material, preset = item.material, context.preset
    stage, space = _planned(context, item, titles, text_space(context, item))
    background, backdrop = ground(context, item, frames)
    accent, file = preset.headline.accent, context.media.background
    pages = changes(frames, page_count(titles, space), float(context.rate.fraction))
    behind = tuple(behind_cut_out(stage, preset.layout, accent, frames, pages))
    effects = (soft_shadow(preset.layout.shadow, accent),) if preset.layout.shadow else ()
    width, height, camera = stills.fit_box(material, stage.product.width, stage.product.height)
    product = stills.layer_of(
        material, camera, effects, item.source_start, "product", width=width, height=height,
        transform=product_movement(stage, frames, pages),
    )  # fmt: skip
    scene = Scene(
        start=0,
        frames=frames,
        layers=(*background, *behind, product),
        # The floor stays while one product gives way to the next.
        background_layers=len(background) + 1,
    )
    return SceneSequence(
        (scene,),
        over_floor(backdrop, stage, accent),
        keep_out=(KeepOutArea(0, frames, stage.product, PICTURE),),
        static=(FrameRange(start=0, end=frames),) if file is None or file.is_still else (),
        text=space,
    )


def _planned(
    context: PlanContext, item: PlanItem, titles: Sequence[TitleRequest], space: TextSpace
) -> tuple[Stage, TextSpace]:
    """The places of the product and its texts. Texts are as large as their place permits."""
    stage = plan_stage(item.material, space.area, context.canvas, context.safe_area, context.stage_height)
    titles_area = _as_wide(stage.titles, context)
    label = space.label.text if space.label is not None else ""
    price = len(label) <= PRICE_CHARACTERS and any(map(str.isdigit, label))

    def larger(factor: float) -> TextSpace:
        sizes = {
            "size": min(MAX_TEXT, round(factor * space.headline.size)),
            "item_size": PRICE_SIZE if price else min(MAX_TEXT, round(factor * space.headline.item_size)),
            "position": 0.5,
            "item_position": 0.5,
        }
        return replace(space, area=titles_area, headline=space.headline.model_copy(update=sizes), shade=None)

    own = larger(1.0)
    if context.has_caption_room and page_count(titles, own) > len(titles) + (own.label is not None):
        smaller = map(larger, SMALLER_TEXTS)
        own = next((one for one in smaller if page_count(titles, one) < page_count(titles, own)), own)
    options = (larger(factor) for factor in LARGER_TEXTS)
    return stage, next((one for one in options if page_count(titles, one) <= page_count(titles, own)), own)


def _as_wide(area: Rect[int], context: PlanContext) -> Rect[int]:
    """``area`` as far as the app's buttons, and as wide as it may be there; as it is where much of it would be lost."""
    upper = context.upper_column
    if is_landscape(context.canvas) or area.bottom - upper.bottom > MAX_LOST:
        return area
    return replace(upper, top=area.top, bottom=min(area.bottom, upper.bottom))
