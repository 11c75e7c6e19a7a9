"""An item as a card on a designed ground, with its texts above it, one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.archetypes.item_parts import (
    LARGER_TEXTS,
    MAX_LINES,
    MAX_TEXT,
    SMALLER_TEXTS,
    beside_picture,
    crops,
    ground,
    label_height,
    page_count,
    text_space,
    title_height,
    title_pages,
)
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import PICTURE, KeepOutArea
from pytoon_pipeline.planning.layout.beside import is_landscape, plan_beside
from pytoon_pipeline.planning.layout.cards import EDGE, GAP, CardPlan, card_layers, plan_card
from pytoon_pipeline.planning.layout.text_placement import layer_area
from pytoon_pipeline.planning.layout.titles import BOXED, INSET
from pytoon_pipeline.planning.sequences import SceneSequence, TextSpace, own_audio
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.recrops import changes
from pytoon_pipeline.planning.title_request import TitleRequest

# Text above a card takes at most this share of the height where texts may stand.
TEXT_SHARE = 0.42
# A card that begins so many pixels below the wide part of the text column has its texts right above it, where the
# column is narrower.
MAX_DISTANCE = 240


class PlanOf(Protocol):
    """Places a card below a text."""

    def __call__(
        self, material: AnalysedMedia, text_height: int, area: Rect[int], canvas: Canvas, *, whole: bool
    ) -> CardPlan: ...


@dataclass(frozen=True)
class TextPlan:
    """The places of a card and its texts, the space and the settings of its titles, the height that these may have, and
    the pages and the most lines that they then have.
    """

    card: CardPlan
    space: TextSpace
    headline: HeadlineSettings
    height: int
    pages: int
    lines: int

    def improves(self, other: "TextPlan") -> bool:
        """Whether the card is as large as that of ``other``, and the titles have no more pages, nor many lines."""
        smaller = self.card.card.height < other.card.card.height
        return not smaller and self.pages <= other.pages and self.lines <= max(MAX_LINES, other.lines)


def card(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The item as a card on the preset's ground. Footage becomes a band as wide as the frame."""
    material, preset = item.material, context.preset
    space = text_space(context, item)
    if is_landscape(context.canvas):
        whole = "contain" in (item.fit, preset.stills.fit)
        plan = plan_beside(material, context.title_style.area, context.canvas, whole=whole)
        text = beside_picture(replace(space, area=plan.above), titles)
    else:
        plan_of = partial(plan_card, band=not material.is_still)
        planned = plan_texts(context, item, titles, space, plan_of)
        plan, height, space = planned.card, planned.height, planned.space
        # Texts are fitted into the same height as they were measured in, and stand next to the card.
        # Letters without a box keep a distance from the edge of their area, which may lie outside the safe zone.
        inset = 0 if space.headline.background in BOXED else INSET
        top = max(space.area.top - inset, plan.above.bottom - height)
        title_area = replace(space.area, top=top, bottom=plan.above.bottom)
        headline = planned.headline.model_copy(update={"position": 1.0, "item_position": 1.0})
        text = replace(space, area=title_area, headline=headline, shade=None)
    background, backdrop = ground(context, item, frames)
    inside = None
    if plan.crops:
        aspect = plan.card.width / plan.card.height
        window = stills.window(material, aspect)
        inside = stills.fixed(*window)
        if material.is_still and not preset.layout.tilt and not material.focus.texts:
            inside = crops(context, item, window, plan.card.height, frames, page_count(titles, text), detailed=True)
    colour, file = preset.background.colours[0], context.media.background
    turns = changes(frames, page_count(titles, text), float(context.rate.fraction))
    layers = card_layers(material, plan, preset.layout, colour, frames, item.source_start, item.index, inside, turns)
    static = material.is_still and (file is None or file.is_still)
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=(*background, *layers), background_layers=len(background)),),
        backdrop,
        keep_out=(KeepOutArea(0, frames, layer_area(layers[-1]), PICTURE),),
        audio=own_audio(material, frames, item.source_start),
        static=(FrameRange(start=0, end=frames),) if static else (),
        text=text,
    )


def plan_texts(
    context: PlanContext, item: PlanItem, titles: Sequence[TitleRequest], space: TextSpace, plan_of: PlanOf
) -> TextPlan:
    """The plan with titles as wide as the frame allows: above the app's buttons, unless the card begins far below.

    ``plan_of`` places a card below a text of a height.
    """
    upper = context.upper_column
    if upper.bottom < space.area.bottom:
        wide = replace(space, area=replace(space.area, left=upper.left, right=upper.right))
        plan = _largest(context, item, titles, wide, plan_of, upper.bottom)
        if plan.card.card.top - upper.bottom <= MAX_DISTANCE:
            above = replace(plan.card.above, bottom=min(plan.card.above.bottom, upper.bottom))
            return replace(plan, card=replace(plan.card, above=above))
    return _largest(context, item, titles, space, plan_of, space.area.bottom)


def _largest(
    context: PlanContext,
    item: PlanItem,
    titles: Sequence[TitleRequest],
    space: TextSpace,
    plan_of: PlanOf,
    bottom: int,
) -> TextPlan:
    """The plan with the largest titles, not below ``bottom``, that leave the card the height that it has beside titles
    of their own size.

    Titles are smaller where they then need fewer pages.
    """
    whole = "contain" in (item.fit, context.preset.stills.fit)

    def planned(factor: float, room: int) -> TextPlan:
        headline = space.headline.model_copy(update={"size": min(MAX_TEXT, round(factor * space.headline.size))})
        above = replace(space.area, bottom=space.area.top + room)
        pages = title_pages(titles, headline, above)
        own = title_height(pages, headline, above)
        height = max(own, label_height(space, above))
        plan = plan_of(item.material, height, space.area, context.canvas, whole=whole)
        return TextPlan(plan, space, headline, room, len(pages), max((len(page.lines) for page in pages), default=0))

    free = bottom - space.area.top
    most = min(free, round(space.area.height * TEXT_SHARE))
    own = planned(1.0, most)
    if own.pages > len(titles):
        smaller = (planned(factor, most) for factor in SMALLER_TEXTS)
        own = next((one for one in smaller if one.pages <= len(titles)), own)
    # A card that its picture makes lower leaves more height to its titles.
    left = context.canvas.height - EDGE - GAP - own.card.card.height - space.area.top
    room = own.height if space.label is not None else min(free, max(own.height, left))
    larger = (planned(factor, room) for factor in LARGER_TEXTS)
    return next((one for one in larger if one.improves(own)), own)
