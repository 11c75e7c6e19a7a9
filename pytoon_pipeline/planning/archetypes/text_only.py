"""A video without media: texts on a designed ground, one after the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle, groupby, pairwise
from math import ceil

from pytoon_pipeline.contracts.errors import field_error
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.contracts.transitions import OVERLAYING
from pytoon_pipeline.planning.assembly import assemble
from pytoon_pipeline.planning.backdrops import Backdrops
from pytoon_pipeline.planning.closing import COVERING, card_transition
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.layout import text_layouts
from pytoon_pipeline.planning.layout.backgrounds import designed_background
from pytoon_pipeline.planning.layout.poster_regions import PosterRegion, poster_region
from pytoon_pipeline.planning.layout.posters import poster
from pytoon_pipeline.planning.layout.text_floor import text_floor
from pytoon_pipeline.planning.layout.text_grounds import TextGround, text_grounds
from pytoon_pipeline.planning.layout.titles import TitleStyle, role_size, symmetric
from pytoon_pipeline.planning.pacing import text_length
from pytoon_pipeline.planning.sequences import SceneSequence
from pytoon_pipeline.planning.text_assignment import page_seconds
from pytoon_pipeline.planning.title_request import TitleRequest

# Height of a statement in the area where texts may stand: around the optical centre.
POSITION = 0.45
# A statement fills the area: its largest size in pixels, and its most lines.
SIZE, LINES = 300, 7
# The largest size of a text of at most so many characters.
WORD_SIZE, WORD_LENGTH = 900, 10
# A longer text is shown sentence by sentence, in characters; its largest size.
LONG, LONG_SIZE = 64, 180
# A text that stays for longer than this is shown on one ground after the other, in seconds.
MAX_SECONDS = 3.2
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n+")
# A poster stands in the region of its turn where it then covers at least this share of what it else would.
SMALLER = 0.85
# The last item of a list stays for this much longer, in seconds.
LIST_END_SECONDS = 0.8

# A text and its frames.
Timed = tuple[TitleRequest, FrameRange]


@dataclass(frozen=True)
class _Page:
    """Texts that are seen together, and their layout. ``number`` is that of one of ``beats`` on a page of its own.
    ``sentences`` are all parts of the long text of which it is one; ``again``: it has been shown before.
    """

    layout: text_layouts.TextLayoutName
    titles: tuple[TitleRequest, ...]
    number: int = 0
    beats: tuple[TitleRequest, ...] = ()
    sentences: tuple[TitleRequest, ...] = ()
    again: bool = False


def plan_text(context: PlanContext) -> RenderSpec:
    """The titles, each on a ground of its own. Raises ``InvalidInput`` when there are none."""
    if not context.titles:
        raise field_error("media", "nothing_to_show", "the request has neither media nor text.", "Add media or text.")
    pages = _pages(text_layouts.with_explanations(context.titles), context.preset.layout.text)
    timed = iter(_timed(context, pages))
    grounds = cycle(text_grounds(context.preset, context.title_style.min_contrast))
    kind = card_transition(context.transition.kind, context.brand.transitions if context.brand else COVERING)
    overlap = 0 if kind == "cut" else context.transition.frames
    sequences: list[SceneSequence] = []
    for page in pages:
        own = [next(timed) for _ in page.titles]
        first = own[0][1].start - (overlap if sequences else 0)
        texts = [(one, FrameRange(start=shown.start - first, end=shown.end - first)) for one, shown in own]
        texts[0] = (texts[0][0], FrameRange(start=0, end=texts[0][1].end))
        for n, part in enumerate(_shots(context, page, texts)):
            turn = len(sequences)
            comes_by = "cut" if n else kind
            sequence = _sequence(context, replace(page, again=n > 0), part, next(grounds), turn)
            sequences.append(replace(sequence, comes_by=comes_by))
    return assemble(context, sequences)


def _shots(context: PlanContext, page: _Page, texts: Sequence[Timed]) -> list[Sequence[Timed]]:
    """The texts of a page in one shot; a single one that stays for long, in shots of about the same length."""
    ((title, shown), *more) = texts
    shots = ceil(shown.end / float(context.rate.fraction) / MAX_SECONDS)
    if more or shots < 2 or len(title.text) > LONG:
        return [texts]
    edges = [round(n * shown.end / shots) for n in range(shots + 1)]
    return [[(title, FrameRange(start=0, end=end - start))] for start, end in pairwise(edges)]


def _pages(titles: Sequence[TitleRequest], wanted: str) -> list[_Page]:
    """The texts by what is seen together: a list of short items, else a sentence of a long text, or a text."""
    pages = []
    for name, group in groupby(titles, lambda one: text_layouts.layout_of(one, titles, wanted)):
        own = tuple(group)
        if name == "list" and (wanted == "list" or text_layouts.is_short(own)):
            pages.append(_Page(name, own))
        elif name == "list":
            pages += [_Page(name, (title,), number, own) for number, title in enumerate(own, 1)]
        else:
            for title in own:
                parts = _sentences(title, name)
                pages += [_Page(name, (part,), sentences=parts) for part in parts or (title,)]
    return pages


def _sentences(title: TitleRequest, layout: str) -> tuple[TitleRequest, ...]:
    """The sentences of a long statement; empty for other texts."""
    if layout != "statement" or len(title.text) <= LONG:
        return ()
    return tuple(replace(title, text=part) for part in SENTENCE_END.split(title.text) if part.strip())


def _timed(context: PlanContext, pages: Sequence[_Page]) -> list[Timed]:
    """Each title for its share of the time that reading all takes. Raises ``InvalidInput`` when that is too long."""
    rate, max_cps = context.rate, context.preset.headline.max_cps
    frames = text_length(context.pacing)
    titles = [title for page in pages for title in page.titles]
    needed = [page_seconds(title.text, max_cps) for title in titles]
    if rate.nearest(sum(needed)) > frames:
        raise field_error(
            context.titles[0].field if len(context.titles) == 1 else "text",
            "text_too_long",
            f"Reading the texts takes {sum(needed):.0f} s, but the video lasts {frames / float(rate.fraction):.0f} s.",
            "Shorten the texts, or raise max_seconds.",
        )
    at = -1
    for page in pages:
        at += len(page.titles)
        needed[at] += LIST_END_SECONDS * (len(page.titles) > 1)
    frames = min(context.pacing.content_frames, max(frames, rate.nearest(sum(needed))))
    edges, passed = [0], 0.0
    for seconds in needed:
        passed += seconds
        edges.append(round(frames * passed / sum(needed)))
    spans = [FrameRange(start=start, end=end) for start, end in pairwise(edges)]
    return list(zip(titles, spans, strict=True))


def _sequence(
    context: PlanContext, page: _Page, timed: Sequence[Timed], ground: TextGround, turn: int
) -> SceneSequence:
    frames, fps = timed[-1][1].end, float(context.rate.fraction)
    background, backdrop = designed_background(ground.background, frames, context.canvas)
    region, texts = _poster(context, page, timed, ground.headline, backdrop, turn)
    free, accent = region.free_area(context.canvas), ground.headline.accent
    floor = text_floor(accent, free, frames, fps, context.canvas, turn, hangs=region.hangs)
    texts = texts or _texts(context, page, timed, ground.headline, backdrop, region)
    # A ground of another colour comes in with its text.
    scene = Scene(start=0, frames=frames, layers=(*background, *floor, *texts))
    return SceneSequence((scene,), backdrop, static=(FrameRange(start=0, end=frames),))


def _texts(
    context: PlanContext,
    page: _Page,
    timed: Sequence[Timed],
    headline: HeadlineSettings,
    behind: Backdrops,
    region: PosterRegion,
) -> Sequence[Layer]:
    wide = context.title_style.area
    area = symmetric(wide, context.canvas) if headline.align == "centre" else wide
    title, shown = timed[0]
    style = _style(context, title, headline)
    large = style.headline
    if page.number:
        return text_layouts.numbered_page(page.number, page.beats, style, area, shown, behind, headline.accent)
    if page.layout == "list":
        return text_layouts.numbered_list(timed, style, wide, behind, headline.accent)
    if page.layout == "big_number":
        return text_layouts.big_number(title, style, area, shown, behind, known=page.again)
    if page.layout == "quote":
        return text_layouts.quote(title, style, wide, shown, behind, headline.accent)
    if page.sentences:
        settings = large.model_copy(update={"size": max(LONG_SIZE, headline.size), "align": "left"})
        shared = role_size([(one, settings, wide) for one in page.sentences])
        return text_layouts.statement(title, replace(style, headline=settings), region.area, shown, behind, shared)
    if len(title.text.split()) == 1:
        return text_layouts.word(title, style, area, shown, behind, headline.accent, known=page.again)
    return text_layouts.statement(title, style, area, shown, behind)


def _style(context: PlanContext, title: TitleRequest, headline: HeadlineSettings) -> TitleStyle:
    """How a text fills the area."""
    size = WORD_SIZE if len(title.text) <= WORD_LENGTH else max(SIZE, headline.size)
    large = headline.model_copy(update={"size": size, "max_lines": LINES, "position": POSITION})
    return replace(context.title_style, headline=large)


def _poster(
    context: PlanContext,
    page: _Page,
    timed: Sequence[Timed],
    headline: HeadlineSettings,
    behind: Backdrops,
    turn: int,
) -> tuple[PosterRegion, Sequence[Layer]]:
    """A statement as a poster, and its region: that of its turn, unless it is then smaller. Other texts are none;
    sentences of a long one stand in the middle and low by turns.
    """
    own, area = context.title_style, context.title_style.area
    usual, (title, shown) = PosterRegion(context.safe_area), timed[0]
    if page.layout == "statement" and page.sentences:
        return (poster_region(2, area, own.upper, context.canvas) if turn % 2 else PosterRegion(area)), ()
    if page.layout != "statement":
        return usual, ()
    # A text waits for the middle of a transition that mixes two scenes.
    mixed = context.transition.kind in OVERLAYING and not page.again
    after = min(context.transition.frames // 2, shown.frames // 4) if mixed else 0
    style, accent = _style(context, title, headline), headline.accent

    def layers(region: PosterRegion) -> Sequence[Layer]:
        centred = not turn % 2 and headline.align == "centre"
        area = symmetric(region.area, context.canvas) if centred else region.area
        # The first frame of a video shows all of its text.
        return poster(
            title, style, area, shown, behind, accent, turn, at_once=turn == 0, after=after, share=region.share
        )

    region = poster_region(turn, area, own.upper, context.canvas)
    whole, found = layers(PosterRegion(area)), layers(region)
    if not whole or region.area == area or _covered(found) < SMALLER * _covered(whole):
        return usual, whole
    return region, found


def _covered(layers: Sequence[Layer]) -> float:
    """The pixels that texts cover."""
    return sum(layer.width * layer.height for layer in layers if isinstance(layer, TextLayer))
