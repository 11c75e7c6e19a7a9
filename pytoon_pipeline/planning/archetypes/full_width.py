"""An item as wide as the frame, down to its lower edge, below a ground with its texts that ends in a shape."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.layers import Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.archetypes.card import TextPlan, card, plan_texts
from pytoon_pipeline.planning.archetypes.item_parts import crops, edge_of, ground, page_count, text_space
from pytoon_pipeline.planning.archetypes.side_by_side import side_by_side
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import PICTURE, KeepOutArea
from pytoon_pipeline.planning.layout.beside import is_landscape
from pytoon_pipeline.planning.layout.cards import CardPlan
from pytoon_pipeline.planning.layout.titles import BOXED, INSET
from pytoon_pipeline.planning.sequences import SceneSequence, TextSpace, own_audio
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.shots.headroom import higher_window
from pytoon_pipeline.planning.title_request import TitleRequest

# The picture's share of the height below its text, the first at which its subject stays in view.
SHARES = (1.0, 0.93, 0.86, 0.79, 0.72, 0.65, 0.58, 0.5)
# It shows this multiple of a subject that is known only by standing out from its surroundings.
MARGIN = 1.16
# Distance from a text to the picture, in pixels.
GAP = 56
# A whole picture lower than this share of the height stands in the middle of the ground instead of at its end.
MIN_HEIGHT = 0.4
# Height of the common centre of a low picture and its text, as a share of the frame's.
CENTRE = 0.5


def full_width(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """The item as wide as the frame, below its texts; a card in landscape frames and where its subject would be cut."""
    material, canvas = item.material, context.canvas
    if is_landscape(canvas):
        return side_by_side(context, item, frames, titles)
    space = text_space(context, item)
    plan = plan_texts(context, item, titles, space, plan_full_width)
    if not plan.card.crops:
        return card(context, item, frames, titles)
    background, backdrop = ground(context, item, frames)
    edge = edge_of(context, replace(canvas.area, top=plan.card.card.top))
    text = replace(texts_above(context, plan), shade=None)
    place = edge.place
    window = higher_window(material, place.width / place.height)
    camera = stills.fixed(*window)
    if material.is_still:
        camera = crops(context, item, window, place.height, frames, page_count(titles, text), detailed=True)
    placed: dict[str, Any] = {"width": place.width, "height": place.height, "transform": at_centre(place)}
    picture = stills.layer_of(material, camera, edge.effects, item.source_start, "picture", **placed)
    layers = (*background, *edge.behind, picture, *edge.before)
    count = len(background) + len(edge.behind)
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=layers, background_layers=count),),
        backdrop,
        keep_out=(KeepOutArea(0, frames, replace(place, top=plan.card.card.top), PICTURE),),
        audio=own_audio(material, frames, item.source_start),
        static=(FrameRange(start=0, end=frames),) if material.is_still else (),
        text=text,
    )


def texts_above(context: PlanContext, plan: TextPlan) -> TextSpace:
    """The space of texts above a picture as ``plan`` has it."""
    above, space = plan.card.above, plan.space
    inset = 0 if space.headline.background in BOXED else INSET
    spare = max(0, above.bottom - plan.height - space.area.top)
    # Texts over several pictures stand at one height.
    bottom = above.bottom - (spare // 2 if len(context.items) == 1 else spare)
    top = max(space.area.top - inset, bottom - plan.height)
    look = {"position": 1.0, "item_position": 1.0, "size": plan.headline.size}
    return replace(
        space, area=replace(space.area, top=top, bottom=bottom), headline=space.headline.model_copy(update=look)
    )


def plan_full_width(
    material: AnalysedMedia, text_height: int, area: Rect[int], canvas: Canvas, *, whole: bool
) -> CardPlan:
    """The places of the picture and of a text of ``text_height`` above it, in ``area``."""
    above = area.top + text_height + GAP if text_height else area.top
    free = canvas.height - above
    width, height = canvas.width, 0
    if not whole:
        sizes = (2 * round(free * share / 2) for share in SHARES)
        height = next((one for one in sizes if stills.covers_well(material, width / one, MARGIN)), 0)
    crops = bool(height)
    if not height:
        width, height, _ = stills.fit_box(material, width, free)
    top = canvas.height - height
    if height < MIN_HEIGHT * canvas.height:
        used = text_height + GAP + height
        top = max(above, round(CENTRE * canvas.height - used / 2) + text_height + GAP)
    left = (canvas.width - width) // 2
    card = Rect(left=left, top=top, right=left + width, bottom=top + height)
    text = replace(area, bottom=top - GAP)
    return CardPlan(card=card, above=text, crops=crops, flat=True)


def at_centre(place: Rect[int]) -> Transform:
    """Where a layer of the size of ``place`` covers it."""
    return Transform(x=constant((place.left + place.right) / 2), y=constant((place.top + place.bottom) / 2))
