"""The overlay archetype: products standing before a background, with text above or below them."""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.archetypes.hero import fit_lengths, plan_lengths, text_only
from pytoon_pipeline.planning.assembly import content_frames, finish, rate_of, timeline
from pytoon_pipeline.planning.context import AnalysedMedia, PlanContext, field_error
from pytoon_pipeline.planning.layout import backgrounds
from pytoon_pipeline.planning.layout.backgrounds import Background
from pytoon_pipeline.planning.layout.contrast import Backdrops, together
from pytoon_pipeline.planning.layout.products import GAP, Numbered, areas, product_layout, text_zone
from pytoon_pipeline.planning.layout.titles import (
    block,
    item_text,
    title_layer,
    title_requests,
    titles_over_time,
)
from pytoon_pipeline.planning.sequences import AudioRef, SceneSequence, own_sound
from pytoon_pipeline.planning.shots import stills

# At most so many products stand in one frame.
MAX_TOGETHER = 3


def plan_overlay(context: PlanContext) -> RenderSpec:
    """Products before a background; the headline beside them is never covered."""
    rate = rate_of(context.media)
    notes: list[Note] = []
    if not context.media:
        sequences = [text_only(context, rate)]
    else:
        lengths, notes = plan_lengths(context, rate, talk=False)
        sequences, arranged = _pieces(context, rate, lengths)
        notes += arranged
    line, content = timeline(context, rate, sequences)
    area, _ = areas(context)
    behind = together([sequence.backdrop for sequence in sequences])
    texts = titles_over_time(context, title_requests(context), area, 0, content, rate, behind)
    return finish(context, rate, line, content, texts, notes)


def _pieces(context: PlanContext, rate: FrameRate, lengths: Sequence[int]) -> tuple[list[SceneSequence], list[Note]]:
    _, area = areas(context)
    at_once = 1 if context.preset.layout.arrange == "one_by_one" else MAX_TOGETHER
    numbered = list(enumerate(context.media))
    made: list[tuple[Numbered, Sequence[Rect[int]]]] = []
    notes: list[Note] = []
    for first in range(0, len(numbered), at_once):
        group = numbered[first : first + at_once]
        found = product_layout(context, area, group)
        if found is None:
            names = ", ".join(str(index + 1) for index, _ in group)
            message = f"Items {names} are shown one after the other: their texts leave no room to stand together."
            notes.append(Note(code="arranged_singly", message=message))
            made += [([one], [area]) for one in group]
        else:
            made.append((group, found))
    # Groups overlap less often than their items would, so lengths that fitted singly may be too long together.
    frames = fit_lengths(context, rate, [_frames(context, rate, group, lengths) for group, _ in made])
    return [_piece(context, rate, *one, length) for one, length in zip(made, frames, strict=True)], notes


def _frames(context: PlanContext, rate: FrameRate, group: Numbered, lengths: Sequence[int]) -> int:
    """Products that are seen together need less time than one after the other; no clip outlasts its end."""
    own = [lengths[index] for index, _ in group]
    if len(own) == 1:
        return own[0]
    clips = [lengths[index] for index, material in group if not material.is_still]
    longest = min(clips) if clips else max(*own, rate.nearest(context.preset.stills.max_seconds))
    return min(sum(own), longest, content_frames(context, rate))


def _piece(
    context: PlanContext, rate: FrameRate, group: Numbered, where: Sequence[Rect[int]], frames: int
) -> SceneSequence:
    ground, behind = _ground(context, group[0][1], frames, rate)
    layers: list[Layer] = list(ground)
    heard: list[AudioRef] = []
    for (index, material), place in zip(group, where, strict=True):
        start = context.source_start(index, rate)
        product, text = _product(context, material, index, place, frames, start, rate, behind)
        layers += [product, *text]
        heard += own_sound(material, frames, start)
    moving = any(not material.is_still for _, material in group)
    moving |= context.background is not None and not context.background.is_still
    still = () if moving else (FrameRange(start=0, end=frames),)
    scene = Scene(start=0, frames=frames, layers=tuple(layers))
    return SceneSequence((scene,), behind, audio=tuple(heard), static=still)


def _product(
    context: PlanContext,
    material: AnalysedMedia,
    index: int,
    place: Rect[int],
    frames: int,
    start: int,
    rate: FrameRate,
    behind: Backdrops,
) -> tuple[Layer, tuple[TextLayer, ...]]:
    """The product in its place, above its own text if it has one; the two stand together in the middle."""
    layout = context.preset.layout
    zone = text_zone(context, place)
    page = item_text(context, index, zone)
    if page is None:
        return stills.standing_product(material, place, layout, frames, start, index), ()
    text = block(context, page, zone, 0.0)
    taken = text.bottom - text.top
    room = replace(place, bottom=place.bottom - taken - GAP // 2)
    product = stills.standing_product(material, room, layout, frames, start, index)
    spare = (room.bottom - room.top - round(product.height)) // 2
    top = room.bottom - spare + GAP // 2
    line = replace(zone, top=top, bottom=top + taken)
    return product, (title_layer(context, page, "item", line, 0, frames, rate, behind, 0.0),)


def _ground(context: PlanContext, first: AnalysedMedia, frames: int, rate: FrameRate) -> Background:
    wanted, settings = context.request.background, context.preset.background
    if context.background is not None:
        return backgrounds.fill_background(context.background)
    if wanted is not None and wanted.startswith("#"):
        return backgrounds.plain_background(wanted)
    if wanted == "blur" or (wanted is None and settings.kind == "blur" and not first.transparent):
        return backgrounds.blurred_copy(first, settings)
    if wanted == "brand":
        if context.brand is None:
            raise field_error("background", "no_brand", "there is no brand.", "Name one under “brand:”.")
        return backgrounds.designed_background(settings.model_copy(update={"kind": "colour"}), frames)
    kind = "gradient" if wanted == "gradient" or settings.kind == "blur" else settings.kind
    return backgrounds.designed_background(settings.model_copy(update={"kind": kind}), frames)
