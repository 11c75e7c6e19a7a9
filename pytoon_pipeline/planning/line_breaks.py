"""Where lines and pages end: by sense, and balanced.

Every way of breaking is weighed at once (Knuth and Plass, "Breaking paragraphs into lines", 1981): what a break costs
by sense, how far lines differ in length, and a last line of one short word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pytoon_pipeline.planning.phrases import WEAK, break_cost

# The cost of a line that differs from the mean length by all of it.
RAGGEDNESS = 30.0
# A last line of one word of at most so many characters, or any line of one word of the second number, and its cost.
SHORT_WORD, TINY, LONELY = 5, 3, 7.0
# The cost of a hyphen: a word is in few parts, at a smaller size.
HYPHEN = 11.0
# The cost of a break between phrases of a script without spaces.
PHRASE = 3.0
# The cost of a break where the person broke the line.
ASKED = -12.0
# A further line is worth this much better breaks.
MORE_LINES = 8.0
# How much more a break by sense counts between pages, where the reader has to wait, and what each page costs.
PAGE_SENSE, PAGE_COST = 3.0, 60.0
# The cost of a page that is longer or shorter than the mean by all of it, and of a last page under this share of it.
PAGE_BALANCE = 20.0
ORPHAN_SHARE, ORPHAN = 0.6, 25.0
# The cost of a page that ends within a word.
BROKEN_WORD = 300.0
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "।")
SENTENCE_END = -6.0


@dataclass(frozen=True)
class BreakUnit:
    """A part of a text that stays on one line: its text with the space after it, and the index of the word that it is,
    or is a part of. ``width`` is without that space but with the ``hyphen`` that a line ends with; ``advance`` is the
    other way round. ``ends``: the person broke the line here.
    """

    text: str
    word: int
    width: float
    advance: float
    hyphen: bool = False
    ends: bool = False


def costs(units: Sequence[BreakUnit]) -> list[float]:
    """What a break before each unit costs; the first value is not used."""
    words: dict[int, str] = {}
    for unit in units:
        words[unit.word] = words.get(unit.word, "") + unit.text
    numbers = list(words)
    whole = [text.strip() for text in words.values()]
    at = {number: n for n, number in enumerate(numbers)}
    result = [0.0]
    for before, unit in pairwise(units):
        inside = before.word == unit.word
        if before.ends:
            result.append(ASKED)
        elif inside:
            result.append(HYPHEN if before.hyphen else WEAK if before.text.isascii() else PHRASE)
        else:
            result.append(break_cost(whole, at[unit.word]))
    return result


@dataclass(frozen=True)
class Lines:
    """Units in lines, and how bad the breaks between them are: 0 for even lines that all end by sense."""

    lines: tuple[Sequence[BreakUnit], ...]
    cost: float


def break_lines(units: Sequence[BreakUnit], limit: float, max_lines: int) -> Lines | None:
    """``units`` in lines no wider than ``limit``; none where they need more than ``max_lines``.

    There are as few lines as possible, or one more where it breaks much better.
    """
    fewest = count_lines(units, limit)
    if fewest is None or fewest > max_lines:
        return None
    sense = costs(units)
    options = [_best(units, sense, limit, count) for count in (fewest, fewest + 1) if count <= max_lines]
    found = [one for one in options if one is not None]
    first, *more = sorted(found, key=lambda one: len(one.lines))
    return more[0] if more and more[0].cost + MORE_LINES < first.cost else first


def break_pages(
    units: Sequence[BreakUnit], fits: Callable[[Sequence[BreakUnit]], bool], max_pages: int
) -> list[Sequence[BreakUnit]]:
    """``units`` on pages that fit, as few as possible, of about one length, ended by sense; empty without a way."""
    count, sense = len(units), costs(units)
    reach = _reach(units, fits)
    if reach is None:
        return []
    best: list[tuple[float, int]] = [(0.0, 0)]
    total = sum(unit.advance for unit in units)
    pages = _fewest_pages(reach)
    if pages > max_pages:
        return []
    even = total / pages
    ends = [0.0]
    for unit in units:
        ends.append(ends[-1] + unit.advance)
    for end in range(1, count + 1):
        options = [
            (
                best[start][0]
                + PAGE_COST
                + PAGE_BALANCE * ((ends[end] - ends[start]) / even - 1) ** 2
                + (PAGE_SENSE * page_sense(units, sense, end) if end < count else 0.0)
                + (ORPHAN if start and end == count and ends[end] - ends[start] < ORPHAN_SHARE * even else 0.0),
                start,
            )
            for start in range(end)
            if reach[start] >= end
        ]
        best.append(min(options))
    return _traced(units, best)


def page_sense(units: Sequence[BreakUnit], sense: Sequence[float], at: int) -> float:
    """What it costs that a page ends before unit ``at``."""
    ends_sentence = units[at - 1].text.rstrip().endswith(SENTENCE_ENDS)
    broken = BROKEN_WORD if units[at - 1].word == units[at].word else 0.0
    return sense[at] + broken + (SENTENCE_END if ends_sentence else 0.0)


def _reach(units: Sequence[BreakUnit], fits: Callable[[Sequence[BreakUnit]], bool]) -> list[int] | None:
    """For each unit, the end of the longest page that begins with it; none where a unit does not fit."""
    reach, end = [], 0
    for start in range(len(units)):
        end = max(end, start)
        while end < len(units) and fits(units[start : end + 1]):
            end += 1
        if end == start:
            return None
        reach.append(end)
    return reach


def _fewest_pages(reach: Sequence[int]) -> int:
    pages, at = 0, 0
    while at < len(reach):
        at, pages = reach[at], pages + 1
    return pages


def count_lines(units: Sequence[BreakUnit], limit: float) -> int | None:
    """The number of lines when each takes as many units as fit; none where a unit is wider than a line."""
    lines, width = 1, 0.0
    for unit in units:
        if unit.width > limit:
            return None
        if width + unit.width > limit:
            lines, width = lines + 1, 0.0
        width += unit.advance
    return lines


def _best(units: Sequence[BreakUnit], sense: Sequence[float], limit: float, lines: int) -> Lines | None:
    """The best way to break ``units`` into exactly ``lines``; none where there is none."""
    count = len(units)
    starts = [0.0]
    for unit in units:
        starts.append(starts[-1] + unit.advance)
    mean = (starts[-1] - units[-1].advance + units[-1].width) / lines

    def line_cost(start: int, end: int) -> float | None:
        width = starts[end - 1] - starts[start] + units[end - 1].width
        if width > limit:
            return None
        # A combining mark alone has no width.
        cost = RAGGEDNESS * (width / mean - 1) ** 2 if mean else 0.0
        if lines > 1 and end - start == 1 and len(units[start].text.strip()) <= (SHORT_WORD if end == count else TINY):
            cost += LONELY
        return cost + (sense[end] if end < count else 0.0)

    # The cost of the units before ``end``, and where their last line begins.
    best: list[tuple[float, tuple[int, ...]] | None] = [(0.0, (0,))] + [None] * count
    for _ in range(lines):
        row: list[tuple[float, tuple[int, ...]] | None] = [None] * (count + 1)
        for end in range(1, count + 1):
            for start in range(end - 1, -1, -1):
                if starts[end - 1] - starts[start] + units[end - 1].width > limit:
                    break
                before, cost = best[start], line_cost(start, end)
                if before is None or cost is None:
                    continue
                option = (before[0] + cost, (*before[1], end))
                row[end] = option if row[end] is None else min(row[end], option)  # type: ignore[type-var]
        best = row
    if (found := best[count]) is None:
        return None
    edges = found[1]
    return Lines(tuple(units[a:b] for a, b in pairwise(edges)), found[0])


def _traced(units: Sequence[BreakUnit], best: Sequence[tuple[float, int]]) -> list[Sequence[BreakUnit]]:
    groups: list[Sequence[BreakUnit]] = []
    end = len(units)
    while end:
        start = best[end][1]
        groups.append(units[start:end])
        end = start
    return groups[::-1]
