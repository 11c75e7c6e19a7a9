"""A short text as a poster: each of its lines about as wide as the area, so that sizes contrast and the frame is full.

Lines come in one after the other. Every other poster is broken another way, left aligned beside a bar, and marks its
key words otherwise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import ceil

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.spec.easing import EaseOut
from pytoon_pipeline.contracts.spec.effects import Rounded
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.media.bidi import is_right_to_left
from pytoon_pipeline.media.text_runs import begins_with_emoji
from pytoon_pipeline.media.word_layout import is_separable, units_of
from pytoon_pipeline.planning.backdrops import Backdrops
from pytoon_pipeline.planning.key_words import FUNCTION_WORDS
from pytoon_pipeline.planning.layout.text_fit import TextBox, TextLayout, page_at
from pytoon_pipeline.planning.layout.titles import (
    BOXED,
    TitleStyle,
    box_padding,
    key_words_of,
    text_box,
    title_layer,
    with_marks,
)
from pytoon_pipeline.planning.phrases import break_cost
from pytoon_pipeline.planning.title_request import TitleRequest

# Texts of so many words become posters, of at most so many lines.
WORDS, MAX_LINES = range(2, 11), 5
# The largest and the smallest size of a line in pixels, and how much larger than the smallest line others may be.
MAX_SIZE, MIN_SIZE, MAX_RATIO = 480, 96, 2.1
# A poster takes at most this share of the area's height; its middle is at this share.
MAX_HEIGHT, CENTRE = 0.86, 0.47
# The distance between lines as a share of the larger one's size, and beside a line with a stroke or box under its key
# words; and between boxes of whole lines in pixels.
GAP, MARK_GAP, BOX_GAP = 0.1, 0.24, 16
# Lines come in so many seconds after each other, all within this share of the time that the poster is shown.
STAGGER_SECONDS, MAX_STAGGER = 0.22, 0.3
# What a break costs, as a share of the area that it must fill more: for each, and for each point of ``break_cost``.
BREAK, SENSE = 0.03, 0.01
# What a line costs that has only words that lead to others.
LEADING = 0.14
# Another way to break the lines is used where it is at most this much worse than the best, and nearly fills as much.
NEARLY, FILLED_SHARE = 0.08, 0.85
# Without a key word, the largest line is marked where it is this much larger than the smallest.
MARKED_RATIO = 1.25
# Lines of words that only lead to others are at most this multiple of the smallest line.
LEADING_RATIO = 1.0
# The bar beside a text: its width and its distance in pixels, and the seconds in which it comes in.
BAR_WIDTH, BAR_GAP, BAR_SECONDS = 16, 44, 0.4


@dataclass(frozen=True)
class _Poster:
    """The lines of a poster, each with its size and with its key words. ``filled`` is the share of the area that
    they cover, and ``worth`` the same less what their breaks cost.
    """

    lines: tuple[TextLayout, ...]
    gaps: tuple[int, ...]
    filled: float
    worth: float

    @property
    def height(self) -> int:
        return sum(line.height for line in self.lines) + sum(self.gaps)


def poster(
    title: TitleRequest,
    style: TitleStyle,
    area: Rect[int],
    shown: FrameRange,
    behind: Backdrops,
    accent: Colour,
    turn: int,
    *,
    at_once: bool,
    after: int = 0,
    share: float = MAX_HEIGHT,
) -> list[Layer]:
    """The layers of ``title`` as poster number ``turn`` of its video; empty for texts that are none.

    It takes at most this ``share`` of the height of ``area``.
    ``at_once``: all lines are there from the start. Else the lines after the first one come in from frame ``after`` on.
    """
    words = title.text.split()
    if len(words) not in WORDS or not is_separable(title.text):
        return []
    beside = bool(turn % 2) and style.headline.background not in BOXED
    mirrored = is_right_to_left(title.text)
    inner = area
    if beside:
        room = BAR_WIDTH + BAR_GAP
        inner = replace(area, right=area.right - room) if mirrored else replace(area, left=area.left + room)
    headline = _marked_by_turn(style.headline, turn)
    if beside:
        headline = headline.model_copy(update={"align": "left"})
    found = _chosen(title, headline, inner, turn, share)
    if found is None:
        return []
    top = area.top + round((area.height - found.height) * CENTRE)
    block = replace(area, top=top, bottom=top + found.height)
    layers: list[Layer] = []
    for number, (line, gap) in enumerate(zip(found.lines, (*found.gaps, 0), strict=True)):
        row = replace(inner, top=top, bottom=top + line.height)
        part = shown if at_once else _later(shown, number, len(found.lines), style.rate, after)
        own = replace(style, headline=headline.model_copy(update={"size": line.size}))
        layers.append(title_layer(line, title.role, own, row, part, behind, 0.0))
        top += line.height + gap
    if beside:
        layers.insert(0, accent_bar(block, accent, shown, style.rate, mirrored=mirrored, at_once=at_once))
    return layers


def accent_bar(
    block: Rect[int], colour: Colour, shown: FrameRange, rate: FrameRate, *, mirrored: bool, at_once: bool
) -> ShapeLayer:
    """A bar as high as ``block`` at the side where its lines begin, which comes in from beyond the frame's edge."""
    x = block.right - BAR_WIDTH / 2 if mirrored else block.left + BAR_WIDTH / 2
    start = x + (1 if mirrored else -1) * (block.left + BAR_WIDTH)
    frames = max(1, min(rate.nearest(BAR_SECONDS), shown.frames // 3))
    way = (Keyframe(value=round(start, 2)), Keyframe(frame=frames, value=round(x, 2), easing=EaseOut()))
    return ShapeLayer(
        name="bar",
        start=shown.start,
        frames=shown.frames,
        width=BAR_WIDTH,
        height=2 * round(block.height / 2),
        fill=Fill(colours=(colour,)),
        effects=(Rounded(radius=BAR_WIDTH / 2),),
        transform=Transform(x=constant(x) if at_once else way, y=constant(block.top + block.height / 2)),
    )


def _marked_by_turn(headline: HeadlineSettings, turn: int) -> HeadlineSettings:
    """Every other poster underlines its key words where the preset marks them otherwise."""
    if headline.emphasis in ("none", "underline") or headline.background in BOXED or turn % 2 == 0:
        return headline
    return headline.model_copy(update={"emphasis": "underline"})


def _later(shown: FrameRange, number: int, lines: int, rate: FrameRate, after: int) -> FrameRange:
    step = min(rate.nearest(STAGGER_SECONDS), int(MAX_STAGGER * shown.frames / lines))
    return FrameRange(start=shown.start + (after + number * step if number else 0), end=shown.end)


def _chosen(
    title: TitleRequest, headline: HeadlineSettings, area: Rect[int], turn: int, share: float
) -> _Poster | None:
    """The poster that fills ``area`` best; on every other ``turn`` the second best, where it is nearly as good."""
    box = replace(text_box(headline, area), size=MAX_SIZE, min_size=MIN_SIZE, lines=MAX_LINES)
    found = (_scaled(page, title, box, headline, area, share) for page in _ways(title, box))
    posters = [one for one in found if one is not None]
    if not posters:
        return None
    best, *others = sorted(posters, key=lambda one: -one.worth)
    good = [one for one in others if one.worth >= best.worth - NEARLY and one.filled >= FILLED_SHARE * best.filled]
    return good[0] if turn % 2 and good else best


def _ways(title: TitleRequest, box: TextBox) -> Iterator[TextLayout]:
    """The ways to break a text into several lines by sense, none within a word or before an emoji."""
    seen = set()
    for size in box.sizes():
        page = page_at(title.text, box, size)
        if page is None or page.lines in seen or len(page.lines) < 2 or -1 in page.words:
            continue
        seen.add(page.lines)
        whole = len(set(page.words)) == len(page.words)
        if whole and not any(map(begins_with_emoji, page.lines[1:])):
            yield page


def _scaled(
    page: TextLayout, title: TitleRequest, box: TextBox, headline: HeadlineSettings, area: Rect[int], share: float
) -> _Poster | None:
    """The lines of ``page``, each about as wide as ``box``; none where one would be too small."""
    padding = box_padding(headline) if headline.background in BOXED else 0.0
    wide = [page.size * box.width / box.typography(page.size).width(line) for line in page.lines]
    smallest = min(wide)
    ratios = [LEADING_RATIO if _only_leads(line) else MAX_RATIO for line in page.lines]
    sizes = [min(size, MAX_SIZE, ratio * smallest) for size, ratio in zip(wide, ratios, strict=True)]
    heights = [box.typography(size).height((line,)) + 2 * padding for size, line in zip(sizes, page.lines, strict=True)]
    marked = _marked(with_marks(page, title), sizes)
    strokes = [bool(own) and headline.emphasis not in ("none", "colour") for own in marked]
    gaps = [
        BOX_GAP if padding else (MARK_GAP if any(strokes[n : n + 2]) else GAP) * max(pair)
        for n, pair in enumerate(pairwise(sizes))
    ]
    factor = min(1.0, share * area.height / (sum(heights) + sum(gaps)))
    whole = [int(size * factor) for size in sizes]
    if min(whole) < MIN_SIZE:
        return None
    lines = []
    for text, size, own in zip(page.lines, whole, marked, strict=True):
        type_ = box.typography(size)
        height = 2 * ceil(type_.height((text,)) / 2) + 2 * round(padding)
        words = tuple(range(len(units_of(text))))
        lines.append(TextLayout((text,), size, ceil(type_.width(text)), height, words, own))
    filled = sum(line.width * line.height for line in lines) / area.area
    even = tuple(2 * round(factor * gap / 2) for gap in gaps)
    return _Poster(tuple(lines), even, filled, filled - _breaks_cost(page))


def _marked(page: TextLayout, sizes: Sequence[float]) -> list[tuple[int, ...]]:
    """For each line, the indices of its key words; without any, all of the largest line, where it stands out."""
    keys = key_words_of(page)
    stands_out = not keys and max(sizes) >= MARKED_RATIO * min(sizes)
    found, first = [], 0
    for line, size in zip(page.lines, sizes, strict=True):
        count = len(units_of(line))
        largest = stands_out and size == max(sizes)
        found.append(tuple(n for n in range(count) if largest or first + n in keys))
        first += count
    return found


def _only_leads(line: str) -> bool:
    return not set(map(str.lower, line.split())) - FUNCTION_WORDS


def _breaks_cost(page: TextLayout) -> float:
    """What the breaks of a page cost by sense."""
    words = " ".join(page.lines).split()
    starts = accumulate(len(line.split()) for line in page.lines[:-1])
    return sum(BREAK + SENSE * break_cost(words, at) for at in starts) + LEADING * sum(map(_only_leads, page.lines))
