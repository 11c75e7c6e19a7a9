"""The overlay archetype: products on a designed ground, with text above or below them."""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import LayoutSettings
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec, Scene
from pytoon_pipeline.contracts.suggestions import listed
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import PlanItem
from pytoon_pipeline.planning.archetypes.card import card
from pytoon_pipeline.planning.archetypes.cut_out import cut_out
from pytoon_pipeline.planning.archetypes.item_layouts import covering, moves_as_asked
from pytoon_pipeline.planning.archetypes.item_parts import ground
from pytoon_pipeline.planning.archetypes.plain_ground import on_plain_ground
from pytoon_pipeline.planning.archetypes.text_only import plan_text
from pytoon_pipeline.planning.assembly import assemble
from pytoon_pipeline.planning.backdrops import Backdrops
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout.numbers import with_labels
from pytoon_pipeline.planning.layout.picture_grounds import has_plain_edges
from pytoon_pipeline.planning.layout.products import GAP, headline_and_product_areas, product_layout, text_zone
from pytoon_pipeline.planning.layout.titles import TitleStyle, item_text, title_area, title_layer
from pytoon_pipeline.planning.pacing import Pacing, plan_lengths, shorten
from pytoon_pipeline.planning.sequences import AudioRef, SceneSequence, TextSpace, own_audio
from pytoon_pipeline.planning.shots import stills
from pytoon_pipeline.planning.text_assignment import reading_seconds, titles_by_item
from pytoon_pipeline.planning.title_request import TitleRequest

# At most this many products stand in one frame.
MAX_TOGETHER = 3

# Products that are shown together, and the place of each.
Group = tuple[Sequence[PlanItem], Sequence[Rect[int]]]


def plan_overlay(context: PlanContext) -> RenderSpec:
    """Products on a ground; the headline beside them is never covered."""
    items, pacing = context.items, context.pacing
    if not items:
        return plan_text(context)
    context = replace(context, titles=with_labels(context.titles, len(items)))
    lengths, notes = plan_lengths(items, pacing)
    groups, group_notes = _groups(context, _product_area(context))
    titles = titles_by_item(context.titles, len(groups))
    labels = [" ".join(filter(None, (item.entry.text for item in group))) for group, _ in groups]
    reading = reading_seconds(context.titles, labels, context.preset.headline.max_cps)
    # Groups overlap less often than their items would, so lengths that fitted one by one may be too long together.
    frames = shorten(
        [_group_frames(group, lengths, pacing, need) for (group, _), need in zip(groups, reading, strict=True)], pacing
    )
    sequences = [
        _sequence(context, group, length, own) for group, length, own in zip(groups, frames, titles, strict=True)
    ]
    return assemble(context, sequences, [*notes, *group_notes])


def _product_area(context: PlanContext) -> Rect[int]:
    return _areas(context, any(item.entry.text for item in context.items))[1]


def _areas(context: PlanContext, item_texts: bool) -> tuple[Rect[int], Rect[int]]:
    """Where the headline is, and where products stand."""
    preset, area = context.preset, context.text_column
    return headline_and_product_areas(
        context.titles,
        preset.headline,
        preset.layout,
        context.canvas,
        context.safe_area,
        area,
        item_texts,
        context.stage_height,
    )


def _groups(context: PlanContext, area: Rect[int]) -> tuple[list[Group], list[Note]]:
    """Products that are shown together, with their places, and notes on those that had to be separated."""
    items, layout, style = context.items, context.preset.layout, context.title_style
    together = 1 if layout.arrange == "one_by_one" else MAX_TOGETHER
    groups: list[Group] = []
    notes: list[Note] = []
    for first in range(0, len(items), together):
        group = items[first : first + together]
        places = product_layout(group, area, layout.arrange, style.headline, style.area)
        if places is None:
            names = listed([f"“{item.entry.file[:40]}”" for item in group], "and")
            message = (
                f"{names} are shown one after the other: side by side they leave too "
                "little space for their texts. Shorten the texts to show them together."
            )
            notes.append(Note(code="arranged_singly", message=message))
            groups += [([item], [area]) for item in group]
        else:
            groups.append((group, places))
    return groups, notes


def _group_frames(group: Sequence[PlanItem], lengths: Sequence[int], pacing: Pacing, reading: float) -> int:
    """Products that are shown together need less time than one after the other. No clip runs past its end."""
    own = [lengths[item.index] for item in group]
    if len(own) == 1:
        return own[0]
    clips = [lengths[item.index] for item in group if not item.material.is_still]
    read = pacing.rate.nearest(reading) + pacing.transition.frames
    longest = min(clips) if clips else max(*own, read, pacing.rate.nearest(pacing.stills.max_seconds))
    return min(max(sum(own), read), longest, pacing.content_frames)


def _sequence(context: PlanContext, group: Group, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    items, _ = group
    return replace(_shown(context, group, frames, titles), comes_by=items[0].entry.transition)


def _shown(context: PlanContext, group: Group, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    items, places = group
    # Products that stand together have the look of the first that has one of its own.
    context = context.of_item(next((item for item in items if item.entry.background or item.entry.style), items[0]))
    if len(items) == 1:
        return _alone(context, items[0], frames, titles)
    preset, style, file = context.preset, context.title_style, context.media.background
    background, backdrop = ground(context, items[0], frames)
    layers: list[Layer] = list(background)
    audio: list[AudioRef] = []
    for item, place in zip(items, places, strict=True):
        product, text = _product(item, place, frames, preset.layout, style, backdrop)
        layers += [product, *text]
        audio += own_audio(item.material, frames, item.source_start)
    shown = [*(item.material for item in items), *([file] if file is not None else [])]
    static = (FrameRange(start=0, end=frames),) if all(material.is_still for material in shown) else ()
    scene = Scene(start=0, frames=frames, layers=tuple(layers), background_layers=len(background))
    headline_area, _ = _areas(context, item_texts=False)
    text_space = TextSpace(headline_area, preset.headline)
    return SceneSequence((scene,), backdrop, audio=tuple(audio), static=static, text=text_space)


def _alone(context: PlanContext, item: PlanItem, frames: int, titles: Sequence[TitleRequest]) -> SceneSequence:
    """A product alone: a cut-out, a picture whose plain background goes on over the frame, or a card."""
    if moves_as_asked(item):
        return covering(context, item, frames, titles)
    if item.material.transparent:
        return cut_out(context, item, frames, titles)
    plain = item.fit == "auto" and item.material.is_still and has_plain_edges(item.material)
    if plain and not context.has_requested_background:
        return on_plain_ground(context, item, frames, titles)
    return card(context, item, frames, titles)


def _product(
    item: PlanItem, place: Rect[int], frames: int, layout: LayoutSettings, style: TitleStyle, backdrop: Backdrops
) -> tuple[Layer, tuple[TextLayer, ...]]:
    """The product in its place, above its own text if it has one. The two are centred together."""
    zone = text_zone(place, style.headline, style.area)
    page = item_text(item.entry, style.headline, zone)
    if page is None:
        return stills.standing_product(item.material, place, layout, frames, item.source_start, item.index), ()
    text = title_area(page, style.headline, zone, 0.0)
    text_height = text.bottom - text.top
    space = replace(place, bottom=place.bottom - text_height - GAP // 2)
    product = stills.standing_product(item.material, space, layout, frames, item.source_start, item.index)
    spare = max(0, space.bottom - space.top - round(product.height)) // 2
    # Even rows need no resampling.
    top = 2 * (min(space.bottom - spare + GAP // 2, place.bottom - text_height) // 2)
    line = replace(zone, top=top, bottom=top + text_height)
    return product, (title_layer(page, "item", style, line, FrameRange(start=0, end=frames), backdrop, 0.0),)
