"""The overlay archetype: products on a background, with text above or below them."""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import BackgroundSettings, LayoutSettings
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec, Scene
from pytoon_pipeline.contracts.suggestions import listed
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.archetypes.text_only import plan_text
from pytoon_pipeline.planning.assembly import assemble
from pytoon_pipeline.planning.backdrops import Backdrops
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout import backgrounds
from pytoon_pipeline.planning.layout.backgrounds import Background
from pytoon_pipeline.planning.layout.products import GAP, headline_and_product_areas, product_layout, text_zone
from pytoon_pipeline.planning.layout.titles import TitleStyle, item_text, title_area, title_layer
from pytoon_pipeline.planning.pacing import Pacing, plan_lengths, shorten
from pytoon_pipeline.planning.sequences import AudioRef, SceneSequence, own_audio
from pytoon_pipeline.planning.shots import stills

# At most this many products stand in one frame.
MAX_TOGETHER = 3

# Products that are shown together, and the place of each.
Group = tuple[Sequence[PlanItem], Sequence[Rect[int]]]


def plan_overlay(context: PlanContext) -> RenderSpec:
    """Products on a background; the headline beside them is never covered."""
    items, pacing, preset, titles = context.items, context.pacing, context.preset, context.title_style
    item_texts = any(item.entry.text for item in items)
    headline_area, product_area = headline_and_product_areas(
        context.titles, preset.headline, preset.layout, context.safe_area, titles.area, item_texts
    )
    if not items:
        return plan_text(context, headline_area)
    lengths, notes = plan_lengths(items, pacing)
    groups, group_notes = _groups(items, product_area, preset.layout, titles)
    # Groups overlap less often than their items would, so lengths that fitted one by one may be too long together.
    frames = shorten([_group_frames(group, lengths, pacing) for group, _ in groups], pacing)
    sequences = [_sequence(context, group, length) for group, length in zip(groups, frames, strict=True)]
    return assemble(context, sequences, [*notes, *group_notes], headline_area)


def _groups(
    items: Sequence[PlanItem], area: Rect[int], layout: LayoutSettings, style: TitleStyle
) -> tuple[list[Group], list[Note]]:
    """Products that are shown together, with their places, and notes on those that had to be separated."""
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


def _group_frames(group: Sequence[PlanItem], lengths: Sequence[int], pacing: Pacing) -> int:
    """Products that are shown together need less time than one after the other. No clip runs past its end."""
    own = [lengths[item.index] for item in group]
    if len(own) == 1:
        return own[0]
    clips = [lengths[item.index] for item in group if not item.material.is_still]
    longest = min(clips) if clips else max(*own, pacing.rate.nearest(pacing.stills.max_seconds))
    return min(sum(own), longest, pacing.content_frames)


def _sequence(context: PlanContext, group: Group, frames: int) -> SceneSequence:
    items, places = group
    preset, style, file = context.preset, context.title_style, context.media.background
    background, backdrop = _background(
        items[0].material, frames, context.request.background, file, preset.background, context.brand is not None
    )
    layers: list[Layer] = list(background)
    audio: list[AudioRef] = []
    for item, place in zip(items, places, strict=True):
        product, text = _product(item, place, frames, preset.layout, style, backdrop)
        layers += [product, *text]
        audio += own_audio(item.material, frames, item.source_start)
    shown = [*(item.material for item in items), *([file] if file is not None else [])]
    static = (FrameRange(start=0, end=frames),) if all(material.is_still for material in shown) else ()
    scene = Scene(start=0, frames=frames, layers=tuple(layers), background_layers=len(background))
    return SceneSequence((scene,), backdrop, audio=tuple(audio), static=static)


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
    spare = (space.bottom - space.top - round(product.height)) // 2
    top = space.bottom - spare + GAP // 2
    line = replace(zone, top=top, bottom=top + text_height)
    return product, (title_layer(page, "item", style, line, FrameRange(start=0, end=frames), backdrop, 0.0),)


def _background(
    first: AnalysedMedia,
    frames: int,
    requested: str | None,
    file: AnalysedMedia | None,
    settings: BackgroundSettings,
    branded: bool,
) -> Background:
    """The background that the request asks for, else the preset's. ``first`` is the first product in front of it.

    ``file`` is the picture or clip that the request names. Raises ``InvalidInput`` for a brand's colours without one.
    """
    if file is not None:
        return backgrounds.fill_background(file)
    if requested is not None and requested.startswith("#"):
        return backgrounds.plain_background(requested)
    if requested == "blur" or (requested is None and settings.kind == "blur" and not first.transparent):
        return backgrounds.blurred_copy(first, settings)
    if requested == "brand":
        if not branded:
            raise field_error("background", "no_brand", "the value “brand” needs a brand.", "Set one with “brand:”.")
        return backgrounds.designed_background(settings.model_copy(update={"kind": "colour"}), frames)
    kind = "gradient" if requested == "gradient" or settings.kind == "blur" else settings.kind
    return backgrounds.designed_background(settings.model_copy(update={"kind": kind}), frames)
