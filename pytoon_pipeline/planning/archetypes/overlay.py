"""The overlay archetype: products standing before a background, with text above or below them."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import Area, Note, RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.archetypes.hero import plan_lengths, text_only, trimmed
from pytoon_pipeline.planning.assembly import budget, finish, rate_of, timeline
from pytoon_pipeline.planning.context import Brief, Material, refused
from pytoon_pipeline.planning.layout import backgrounds
from pytoon_pipeline.planning.layout.backgrounds import Ground
from pytoon_pipeline.planning.layout.contrast import Behind, together
from pytoon_pipeline.planning.layout.products import GAP, Numbered, areas, places, text_zone
from pytoon_pipeline.planning.layout.titles import (
    block,
    headline,
    item_text,
    over_time,
    wishes,
)
from pytoon_pipeline.planning.sequences import Heard, Piece, own_sound
from pytoon_pipeline.planning.shots import stills

# At most so many products stand in one frame.
MOST_TOGETHER = 3


def plan_overlay(brief: Brief) -> RenderSpec:
    """Products before a background; the headline beside them is never covered."""
    rate = rate_of(brief.media)
    notes: list[Note] = []
    if not brief.media:
        pieces = [text_only(brief, rate)]
    else:
        lengths, notes = plan_lengths(brief, rate, talk=False)
        pieces, arranged = _pieces(brief, rate, lengths)
        notes += arranged
    line, content = timeline(brief, rate, pieces)
    area, _ = areas(brief)
    behind = together([piece.behind for piece in pieces])
    texts = over_time(brief, wishes(brief), area, 0, content, rate, behind)
    return finish(brief, rate, line, content, texts, notes)


def _pieces(brief: Brief, rate: FrameRate, lengths: Sequence[int]) -> tuple[list[Piece], list[Note]]:
    _, area = areas(brief)
    at_once = 1 if brief.preset.layout.arrange == "one_by_one" else MOST_TOGETHER
    numbered = list(enumerate(brief.media))
    made: list[tuple[Numbered, Sequence[Area]]] = []
    notes: list[Note] = []
    for first in range(0, len(numbered), at_once):
        group = numbered[first : first + at_once]
        found = places(brief, area, group)
        if found is None:
            names = ", ".join(str(index + 1) for index, _ in group)
            message = f"Items {names} are shown one after the other: their texts leave no room to stand together."
            notes.append(Note(code="arranged_singly", message=message))
            made += [([one], [area]) for one in group]
        else:
            made.append((group, found))
    # Groups overlap less often than their items would, so lengths that fitted singly may be too long together.
    frames = trimmed(brief, rate, [_frames(brief, rate, group, lengths) for group, _ in made])
    return [_piece(brief, rate, *one, length) for one, length in zip(made, frames, strict=True)], notes


def _frames(brief: Brief, rate: FrameRate, group: Numbered, lengths: Sequence[int]) -> int:
    """Products that are seen together need less time than one after the other; no clip outlasts its end."""
    own = [lengths[index] for index, _ in group]
    if len(own) == 1:
        return own[0]
    clips = [lengths[index] for index, material in group if not material.is_still]
    longest = min(clips) if clips else max(*own, rate.nearest(brief.preset.stills.longest))
    return min(sum(own), longest, budget(brief, rate))


def _piece(brief: Brief, rate: FrameRate, group: Numbered, where: Sequence[Area], frames: int) -> Piece:
    ground, behind = _ground(brief, group[0][1], frames, rate)
    layers: list[Layer] = list(ground)
    heard: list[Heard] = []
    for (index, material), place in zip(group, where, strict=True):
        start = brief.begin(index, rate)
        product, text = _product(brief, material, index, place, frames, start, rate, behind)
        layers += [product, *text]
        heard += own_sound(material, frames, start)
    moving = any(not material.is_still for _, material in group)
    moving |= brief.background is not None and not brief.background.is_still
    still = () if moving else (FrameRange(start=0, end=frames),)
    scene = Scene(start=0, frames=frames, layers=tuple(layers))
    return Piece((scene,), behind, heard=tuple(heard), still=still)


def _product(
    brief: Brief, material: Material, index: int, place: Area, frames: int, start: int, rate: FrameRate, behind: Behind
) -> tuple[Layer, tuple[TextLayer, ...]]:
    """The product in its place, above its own text if it has one; the two stand together in the middle."""
    layout = brief.preset.layout
    zone = text_zone(brief, place)
    page = item_text(brief, index, zone)
    if page is None:
        return stills.standing(material, place, layout, frames, start, index), ()
    text = block(brief, page, zone, 0.0)
    taken = text.bottom - text.top
    room = place.model_copy(update={"bottom": place.bottom - taken - GAP // 2})
    product = stills.standing(material, room, layout, frames, start, index)
    spare = (room.bottom - room.top - round(product.height)) // 2
    top = room.bottom - spare + GAP // 2
    line = zone.model_copy(update={"top": top, "bottom": top + taken})
    return product, (headline(brief, page, "item", line, 0, frames, rate, behind, 0.0),)


def _ground(brief: Brief, first: Material, frames: int, rate: FrameRate) -> Ground:
    wanted, settings = brief.request.background, brief.preset.background
    if brief.background is not None:
        return backgrounds.filled(brief.background)
    if wanted is not None and wanted.startswith("#"):
        return backgrounds.plain(wanted)
    if wanted == "blur" or (wanted is None and settings.kind == "blur" and not first.transparent):
        return backgrounds.copied(first, settings)
    if wanted == "brand":
        if brief.brand is None:
            raise refused("background", "no_brand", "there is no brand.", "Name one under “brand:”.")
        return backgrounds.designed(settings.model_copy(update={"kind": "colour"}), frames)
    kind = "gradient" if wanted == "gradient" or settings.kind == "blur" else settings.kind
    return backgrounds.designed(settings.model_copy(update={"kind": kind}), frames)
