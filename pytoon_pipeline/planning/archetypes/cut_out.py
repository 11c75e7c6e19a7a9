"""A cut-out product on a floor, with its titles above it and its own text, such as a price, on the floor."""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import PlanItem
from pytoon_pipeline.planning.archetypes.item_parts import (
    LARGER_TEXTS,
    ground,
    label_height,
    text_space,
    title_pages,
)
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import PICTURE, KeepOutArea
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
from pytoon_pipeline.planning.title_request import TitleRequest

# A number or a price of at most so many characters is the largest text beside its product, at this size in pixels.
PRICE_CHARACTERS, PRICE_SIZE = 8, 340
# Beside one, titles are at most this size.
KICKER_SIZE = 150
# A product moves at least once in so many seconds, however few pages its texts have.
SECONDS_PER_MOVE = 1.7
# The largest size of titles, in pixels.
MAX_TEXT = 360


def cut_out(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The product in the middle of a floor in the accent colour."""
    material, preset, canvas = item.material, context.preset, context.canvas
    space = _with_price(text_space(context, item), bool(titles))
    stage, space = _planned(context, item, titles, space)
    background, backdrop = ground(context, item, frames)
    accent, file = preset.headline.accent, context.media.background
    pages = len(title_pages(titles, space.headline, space.area))
    if pages < 2:
        pages = max(1, round(frames / float(context.rate.fraction) / SECONDS_PER_MOVE))
    behind = tuple(behind_cut_out(stage, preset.layout, accent, frames, pages, canvas))
    effects = (soft_shadow(preset.layout.shadow, accent),) if preset.layout.shadow else ()
    width, height, camera = stills.fit_box(material, stage.product.width, stage.product.height)
    product = stills.layer_of(
        material, camera, effects, item.source_start, "product", width=width, height=height,
        transform=product_movement(stage.product, frames, pages),
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
        over_floor(backdrop, stage, accent, canvas),
        keep_out=(KeepOutArea(0, frames, stage.product, PICTURE),),
        static=(FrameRange(start=0, end=frames),) if file is None or file.is_still else (),
        text=space,
    )


def _with_price(space: TextSpace, titled: bool) -> TextSpace:
    """The space with a large price or number below the product and a small title, where the item has both."""
    label = space.label
    if label is None or not titled or len(label.text) > PRICE_CHARACTERS or not any(map(str.isdigit, label.text)):
        return space
    headline = space.headline
    sizes = {"item_size": PRICE_SIZE, "size": min(KICKER_SIZE, headline.size)}
    return replace(space, headline=headline.model_copy(update=sizes))


def _planned(
    context: PlanContext, item: PlanItem, titles: Sequence[TitleRequest], space: TextSpace
) -> tuple[Stage, TextSpace]:
    """The places of the product and its texts. Titles are as large as the height above the product permits."""
    both = bool(titles) and space.label is not None
    label = label_height(space, space.area) if space.label is not None else 0
    stage = plan_stage(item.material, space.area, label if both else 0, context.canvas, context.safe_area)

    def larger(factor: float) -> TextSpace:
        size = min(MAX_TEXT, round(factor * space.headline.size))
        return replace(space, area=stage.titles, headline=space.headline.model_copy(update={"size": size}))

    def pages(one: TextSpace) -> int:
        return len(title_pages(titles, one.headline, one.area))

    own = larger(1.0)
    options = [larger(factor) for factor in LARGER_TEXTS if not both]
    headline = next((one for one in options if pages(one) <= pages(own)), own).headline
    headline = headline.model_copy(update={"position": 0.5, "item_position": 1.0 if both else 0.5})
    return stage, replace(
        space, area=stage.titles, label_area=stage.label if both else None, headline=headline, shade=None
    )
