"""A video without media: texts on a designed ground, one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.spec.layers import Layer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.planning.assembly import assemble
from pytoon_pipeline.planning.backdrops import Backdrops
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout import text_layouts
from pytoon_pipeline.planning.layout.backgrounds import designed_background
from pytoon_pipeline.planning.pacing import text_length
from pytoon_pipeline.planning.sequences import SceneSequence
from pytoon_pipeline.planning.text_assignment import page_seconds
from pytoon_pipeline.planning.title_request import TitleRequest

# Height of a statement in the area where texts may stand: around the optical centre.
POSITION = 0.45
# A statement fills the area: its largest size in pixels, and the most lines.
SIZE, LINES = 300, 7

# A text and its frames.
Timed = tuple[TitleRequest, FrameRange]


def plan_text(context: PlanContext) -> RenderSpec:
    """The titles on a designed ground. Raises ``InvalidInput`` when there are none."""
    if not context.titles:
        raise field_error("media", "nothing_to_show", "the request has neither media nor text.", "Add media or text.")
    context = replace(context, titles=text_layouts.with_explanations(context.titles))
    frames = text_length(context.pacing)
    background, backdrop = designed_background(context.preset.background, frames, context.canvas)
    texts = _texts(context, _timed(context, frames), backdrop)
    scene = Scene(start=0, frames=frames, layers=(*background, *texts), background_layers=len(background))
    return assemble(context, [SceneSequence((scene,), backdrop, static=(FrameRange(start=0, end=frames),))])


def _timed(context: PlanContext, frames: int) -> list[Timed]:
    """Each title for its share of the time that reading all takes. Raises ``InvalidInput`` when that is too long."""
    rate, max_cps = context.rate, context.preset.headline.max_cps
    needed = [page_seconds(title.text, max_cps) for title in context.titles]
    if rate.nearest(sum(needed)) > frames:
        raise field_error(
            context.titles[0].field if len(context.titles) == 1 else "text",
            "text_too_long",
            f"Reading the texts takes {sum(needed):.0f} s, but the video lasts {frames / float(rate.fraction):.0f} s.",
            "Shorten the texts, or raise max_seconds.",
        )
    edges, passed = [0], 0.0
    for seconds in needed:
        passed += seconds
        edges.append(round(frames * passed / sum(needed)))
    spans = [FrameRange(start=start, end=end) for start, end in pairwise(edges)]
    return list(zip(context.titles, spans, strict=True))


def _texts(context: PlanContext, timed: Sequence[Timed], behind: Backdrops) -> Iterator[Layer]:
    layout, headline = context.preset.layout, context.preset.headline
    wide, area = context.title_style.area, context.text_column
    large = headline.model_copy(update={"size": max(SIZE, headline.size), "max_lines": LINES, "position": POSITION})
    style = replace(context.title_style, headline=large)
    by_layout = groupby(timed, lambda one: text_layouts.layout_of(one[0], context.titles, layout.text))
    for name, group in by_layout:
        if name == "list":
            yield from text_layouts.numbered_list(list(group), style, wide, behind, headline.accent)
            continue
        for title, shown in group:
            if name == "big_number":
                yield from text_layouts.big_number(title, style, area, shown, behind)
            elif name == "quote":
                yield from text_layouts.quote(title, style, wide, shown, behind, headline.accent)
            else:
                yield from text_layouts.statement(title, style, area, shown, behind)
