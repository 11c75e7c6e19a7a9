"""Where the words of captions stand: lines broken by sense, in the column, at a size that fits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.caption_states import look_of
from pytoon_pipeline.contracts.spec.render_spec import Cue, WordPlace
from pytoon_pipeline.media import bidi, fonts
from pytoon_pipeline.media.word_layout import Typography
from pytoon_pipeline.planning.line_units import line_units
from pytoon_pipeline.planning.phrases import break_cost

# What another line costs, one that is much shorter than the widest, and a break by sense as a share of a page's.
LINE, RAGGED, SENSE = 12.0, 12.0, 0.5
# What it costs to shrink a page, by the share that its widest line exceeds the column: another line is better.
OVERFULL = 400.0
# Lines of a stack are at most this many times the style's size.
MAX_STACKED = 1.5
# Space between stacked lines, as a share of their height.
STACK_GAP = 0.12


@dataclass(frozen=True)
class _Unit:
    """Words that are drawn in one piece: their indices, their text as drawn, and its width at the style's size."""

    first: int
    last: int
    text: str
    width: float
    scale: float


def place_words(cue: Cue, style: CaptionStyle, bottom: float, width: int, scale: float = 1.0) -> Cue:
    """``cue`` with places for its words on a frame of ``width`` pixels, their lowest line ending at ``bottom``.

    Letters have ``scale`` times the style's size, or less where a word needs it.
    """
    inset = _inset(style)
    available = width - 2 * style.margin - 2 * inset
    lines = _lines(cue, style, available / scale)
    widths = [_line_width(line, style) for line in lines]
    if style.layout == "stacked":
        sizes = [min(MAX_STACKED * scale, available / width) for width in widths]
    else:
        sizes = [min(scale, available / max(widths))] * len(lines)
    places: list[WordPlace] = []
    baseline = bottom
    face = fonts.load(style.font)
    for number in range(len(lines) - 1, -1, -1):
        size = style.size * sizes[number]
        if number == len(lines) - 1:
            baseline = bottom - size * (1 - face.ascent / face.height)
        free = available - widths[number] * sizes[number]
        x = style.margin + inset + _indent(cue, style, free)
        places += _placed(lines[number], number, x, baseline, size, style)
        pitch = size * style.line_height
        if style.layout == "stacked":
            pitch = size * (face.cap_height / face.height + STACK_GAP)
        baseline -= pitch
    return cue.model_copy(update={"places": tuple(sorted(places, key=lambda place: (place.line, place.x)))})


def moved_down(cue: Cue, pixels: float) -> Cue:
    """``cue`` with its places ``pixels`` further down."""
    places = (place.model_copy(update={"baseline": round(place.baseline + pixels, 3)}) for place in cue.places)
    return cue.model_copy(update={"places": tuple(places)})


def extent(cue: Cue, style: CaptionStyle) -> Rect[int]:
    """The rectangle around the words of a cue with places, from ascender to descender, in pixels."""
    face = fonts.load(style.font)
    above, below = face.ascent / face.height, 1 - face.ascent / face.height
    return Rect(
        round(min(place.x for place in cue.places)),
        round(min(place.baseline - above * place.size for place in cue.places)),
        round(max(place.x + place.width for place in cue.places)),
        round(max(place.baseline + below * place.size for place in cue.places)),
    )


def drawn_text(text: str, style: CaptionStyle) -> str:
    """A word as it is drawn."""
    printable = "".join(char if fonts.printed(char) else " " for char in text)
    normalised = " ".join(printable.split())
    return normalised.upper() if style.uppercase else normalised


def _indent(cue: Cue, style: CaptionStyle, free: float) -> float:
    """The part of the ``free`` width of a line that lies left of it. Lines begin on the side where reading begins."""
    if style.align == "centre":
        return free / 2
    return free if bidi.is_right_to_left(cue.text) else 0.0


def _inset(style: CaptionStyle) -> float:
    """The space at both sides of a line that boxes, outlines and the growth of the spoken word need."""
    boxes = [one for one in (style.line_box, style.block_box, style.active.box, style.emphasis.box) if one]
    padding = max([one.padding_x for one in boxes], default=0.0) * style.size
    return max(padding, style.outline)


def _lines(cue: Cue, style: CaptionStyle, column: float) -> list[list[_Unit]]:
    """The units of each line, from left to right."""
    texts = [drawn_text(word.text, style) for word in cue.words]
    scales = [look_of(style, style.after, word.emphasis).scale or 1.0 for word in cue.words]
    units = [_Unit(n, n, text, _width(text, style) * scales[n], scales[n]) for n, text in enumerate(texts)]
    if len(units) == 1 and units[0].width > column:
        return [[part] for part in _split_long(units[0], style, column)]
    lines = []
    for first, last in _breaks(texts, [unit.width for unit in units], style, column):
        order = bidi.word_order(texts[first:last])
        if order is None:
            text = " ".join(texts[first:last])
            lines.append([_Unit(first, last - 1, text, _width(text, style), 1.0)])
        else:
            lines.append([units[first + n] for n in order])
    return lines


def _breaks(texts: Sequence[str], widths: Sequence[float], style: CaptionStyle, column: float) -> list[tuple[int, int]]:
    """The words ``[first, last)`` of each line: as few lines as fit, broken by sense and of similar width."""
    space = _space(style)
    count = len(texts)

    def width(first: int, last: int) -> float:
        return sum(widths[first:last]) + space * (last - first - 1)

    best: tuple[float, list[tuple[int, int]]] | None = None
    for lines in range(1, min(style.max_lines, count) + 1):
        for inner in combinations(range(1, count), lines - 1):
            edges = [0, *inner, count]
            spans = list(pairwise(edges))
            longest = max(width(*span) for span in spans)
            cost = SENSE * sum(break_cost(texts, at) for at in inner) + OVERFULL * max(0.0, longest / column - 1)
            cost += RAGGED * sum((1 - width(*span) / longest) ** 2 for span in spans if longest)
            cost += 0.0 if style.layout == "stacked" else LINE * lines
            if best is None or cost < best[0]:
                best = (cost, spans)
    assert best is not None
    return best[1]


def _split_long(unit: _Unit, style: CaptionStyle, column: float) -> Iterator[_Unit]:
    """A text without spaces on several lines, where its script permits a break; else in one piece."""
    parts = line_units(unit.text)
    if len(parts) < 2 or style.max_lines < 2:
        yield unit
        return
    count = min(style.max_lines, -int(-unit.width // column))
    total, line, passed = sum(map(len, parts)), "", 0
    for part in parts:
        line, passed = line + part, passed + len(part)
        if passed >= total / count:
            yield _Unit(unit.first, unit.last, line, _width(line, style) * unit.scale, unit.scale)
            total, count, line, passed = total - passed, count - 1, "", 0


def _placed(
    line: Sequence[_Unit], number: int, x: float, baseline: float, size: float, style: CaptionStyle
) -> Iterator[WordPlace]:
    factor = size / style.size
    for unit in line:
        width = unit.width * factor
        yield WordPlace(
            first=unit.first,
            last=unit.last,
            text=unit.text,
            line=number,
            x=round(x + (width - width / unit.scale) / 2, 3),
            baseline=round(baseline, 3),
            width=round(width / unit.scale, 3),
            size=round(size, 3),
        )
        x += width + _space(style) * factor


def _line_width(line: Sequence[_Unit], style: CaptionStyle) -> float:
    return sum(unit.width for unit in line) + _space(style) * (len(line) - 1)


def _space(style: CaptionStyle) -> float:
    type_ = Typography(style.font, style.size, letter_spacing=style.letter_spacing)
    return fonts.load(style.font).width(" ", style.size) + style.word_spacing * type_.em


def _width(text: str, style: CaptionStyle) -> float:
    return Typography(style.font, style.size, letter_spacing=style.letter_spacing).width(text)
