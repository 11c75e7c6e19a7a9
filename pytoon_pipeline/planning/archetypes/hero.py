"""The hero archetype: one item at a time, slowly moving, with a big headline.

Talking footage is planned the same way: it is one more kind of item.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec
from pytoon_pipeline.planning.analysed_media import PlanItem
from pytoon_pipeline.planning.archetypes.item_layouts import item_sequence
from pytoon_pipeline.planning.archetypes.item_parts import text_space
from pytoon_pipeline.planning.archetypes.text_only import plan_text
from pytoon_pipeline.planning.archetypes.text_room import with_room_for_texts
from pytoon_pipeline.planning.assembly import assemble
from pytoon_pipeline.planning.black_starts import without_black_starts
from pytoon_pipeline.planning.captions.clip import add_captions
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.key_words import brand_words
from pytoon_pipeline.planning.layout.numbers import with_labels
from pytoon_pipeline.planning.pacing import Pacing, plan_lengths, plan_talk_lengths, source_range
from pytoon_pipeline.planning.sequences import SceneSequence
from pytoon_pipeline.planning.shots import footage
from pytoon_pipeline.planning.text_assignment import titles_by_item
from pytoon_pipeline.planning.title_request import TitleRequest

Lengths = Callable[[Sequence[PlanItem], Pacing], tuple[list[int], list[Note]]]


def plan_hero(context: PlanContext) -> RenderSpec:
    """One item after the other; without any, titles on a designed background."""
    return _plan(context, plan_lengths, talk=False)


def plan_footage(context: PlanContext) -> RenderSpec:
    """Talking videos without their silences. Pictures and texts may stand beside them."""
    return _plan(context, plan_talk_lengths, talk=True)


def _plan(context: PlanContext, lengths_of: Lengths, talk: bool) -> RenderSpec:
    items, titles = context.items, with_labels(context.titles, len(context.items))
    if not items:
        return plan_text(context)
    black: list[Note] = []
    if not talk:
        items, black = without_black_starts(items, context.rate)
        context = replace(context, items=items)
    hold = not talk and not any(item.entry.text for item in items)
    of_items = titles_by_item(titles, len(items), hold)
    context = with_room_for_texts(replace(context, titles=titles), of_items)
    items = context.items
    lengths, notes = lengths_of(items, context.pacing)
    sequences = [
        _sequence(context, item, frames, own, talk) for item, frames, own in zip(items, lengths, of_items, strict=True)
    ]
    return assemble(context, sequences, [*black, *notes])


def _sequence(
    context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest], talk: bool
) -> SceneSequence:
    return replace(_own_sequence(context, item, frames, titles, talk), comes_by=item.entry.transition)


def _own_sequence(
    context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest], talk: bool
) -> SceneSequence:
    if item.material.is_still or not talk:
        return item_sequence(context, item, frames, titles)
    sequence = footage.talking_sequence(
        item, context.preset, context.rate, frames, context.canvas, context.safe_area.bottom,
        brand_words(context.brand), (context.brand.colours.primary,) if context.brand else (),
        context.pacing.longest_seconds,
    )  # fmt: skip
    part = source_range(item.material, item.entry)
    with_captions = add_captions(context.captions, sequence, item.material, item.entry.file, part)
    return replace(with_captions, text=replace(text_space(context.of_item(item), item), hold=False))
