"""Whether pictures fill the frame with their texts on a free and calm part of them, or stand apart from their texts:
below them, on landscape frames beside them.
"""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.planning.analysed_media import PlanItem
from pytoon_pipeline.planning.archetypes.extended import extending
from pytoon_pipeline.planning.archetypes.full_width import MARGIN
from pytoon_pipeline.planning.archetypes.item_layouts import covering, fills_as_preset
from pytoon_pipeline.planning.archetypes.item_parts import title_pages
from pytoon_pipeline.planning.archetypes.side_by_side import picture_region
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout.beside import is_landscape
from pytoon_pipeline.planning.layout.text_placement import POSITIONS, placement_cost
from pytoon_pipeline.planning.layout.titles import BOXED, title_area
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.title_request import TitleRequest
from pytoon_pipeline.planning.title_schedule import text_ground_cost

# Above this cost of its texts a picture is crowded: of letters on it, and of plates, which hide it.
MAX_COST, MAX_BOXED_COST = 0.5, 0.2
# Pictures that are shown together stand apart from their texts where more than this share of them is crowded.
MAX_CROWDED = 0.5
# A picture below its texts is so much wider for its height than the frame.
APART = 1.6
# Frames of a picture, for the extremes of its moves.
FRAMES = 90


def with_room_for_texts(context: PlanContext, of_items: Sequence[Sequence[TitleRequest]]) -> PlanContext:
    """The context, with pictures apart from their texts, ``of_items``, where these crowd most of those that would fill
    the frame.
    """
    asked = [replace(item, fit=item.entry.fit or context.request.fit) for item in context.items]
    filling = [
        (item, titles)
        for item, titles in zip(asked, of_items, strict=True)
        if item.entry.style is None and fills_as_preset(context, item)
    ]
    if not filling:
        return context
    crowded = sum(_is_crowded(context, item, titles) for item, titles in filling)
    if crowded <= MAX_CROWDED * len(filling):
        return context
    if context.preset.layout.picture == "full_bleed":
        context = extending(context)
    return replace(context, items=tuple(asked))


def _can_stand_apart(item: PlanItem, canvas: Canvas) -> bool:
    """Whether a picture shows its whole subject in a part of the frame, below or beside its texts."""
    if is_landscape(canvas):
        return picture_region(item.material, canvas) is not None
    return stills.covers_well(item.material, canvas.aspect * APART, MARGIN)


def _is_crowded(context: PlanContext, item: PlanItem, titles: Sequence[TitleRequest]) -> bool:
    """Whether texts on the picture would hide much of its subject or need a dark scrim, wherever they are."""
    sequence = covering(context, item, FRAMES, titles)
    space = sequence.text
    assert space is not None
    pages = title_pages(titles, space.headline, space.area)
    if not pages or not _can_stand_apart(item, context.canvas):
        return False
    tallest = max(pages, key=lambda page: page.height)
    areas = [title_area(tallest, space.headline, space.area, position) for position in POSITIONS]

    def cost(area: Rect[int]) -> float:
        ground = text_ground_cost(space, area, sequence.backdrop, context.title_style.min_contrast)
        return placement_cost(area, sequence.keep_out, lambda _: ground)

    most = MAX_BOXED_COST if space.headline.background in BOXED else MAX_COST
    return min(cost(area) for area in areas) > most
