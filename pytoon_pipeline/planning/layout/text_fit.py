"""Fits text: it wraps by sense, shrinks within limits, and continues on further pages. Nothing is ever cut off."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from math import ceil

from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.word_layout import Typography, clusters, units_of
from pytoon_pipeline.planning.hyphens import syllables
from pytoon_pipeline.planning.line_breaks import (
    PAGE_SENSE,
    BreakUnit,
    break_lines,
    break_pages,
    costs,
    count_lines,
    page_sense,
)
from pytoon_pipeline.planning.line_units import line_units

SHRINK = 0.94
# A line may be wider than its parts because of kerning: the parts may use this share of the width.
SLACK = 0.98
MAX_PAGES = 60
# A text shrinks to this share of its preferred size rather than take another page, and to the second share, and at
# least to the last size, rather than break a word.
PAGE_SHARE, WORD_SHARE, WORD_SIZE = 0.72, 0.6, 110
# The same share where the larger text has hyphens: fewer parts of a word may be worth a smaller size.
HYPHEN_SHARE = 0.6
# The same for a word that breaks only between its characters.
CHARACTER_SHARE = 0.4
# What a size costs beside its breaks (see ``line_breaks``): for each page, and for a text half as large.
PAGE_COST, HALF_SIZE_COST = 100.0, 25.0
LEADING_VOWELS, FOLLOWING_VOWELS = "เแโใไເແໂໃໄ", "ะาำๅฯๆະາຳໆ"
# Widths are measured at this size and scaled.
MEASURE = 100.0


@dataclass(frozen=True)
class TextLayout:
    """Lines at a size that fit. ``width`` is that of the longest line, ``height`` that of all lines, in pixels.

    ``words`` has, for each word of the lines, its index among the words of the text, or -1 where lines are not made of
    words. ``marked`` are the indices of those that a person marked; None where nothing of the text is marked.
    ``stack`` are parts of different sizes, one below the other, of which the page consists; empty for one size.
    """

    lines: tuple[str, ...]
    size: int
    width: int
    height: int
    words: tuple[int, ...] = ()
    marked: tuple[int, ...] | None = None
    stack: tuple["TextLayout", ...] = ()

    @property
    def characters(self) -> int:
        return sum(len(line) for line in self.lines)


@dataclass(frozen=True)
class TextBox:
    """The space of a text: its font, the preferred and the smallest size, and the limits in pixels and lines.

    ``line_height`` and ``letter_spacing`` are those of ``Typography``. ``page_share`` is the share of the preferred
    size to which a text shrinks rather than take another page.
    """

    font: str
    size: int
    min_size: int
    width: float
    height: float
    lines: int
    line_height: float | None = None
    letter_spacing: float = 0.0
    page_share: float = PAGE_SHARE

    def typography(self, size: float) -> Typography:
        return Typography(self.font, size, self.line_height, self.letter_spacing)

    def sizes(self) -> Iterator[int]:
        """The sizes to try, from the preferred one to the smallest."""
        size = float(self.size)
        while int(size) > self.min_size:
            yield int(size)
            size *= SHRINK
        yield self.min_size


def clean(text: str, uppercase: bool = False) -> str:
    """Text without control characters, white space collapsed; line breaks stay."""
    lines = []
    for line in text.splitlines():
        printable = "".join(char if fonts.printed(char) else " " for char in line)
        lines.append(" ".join(printable.split()))
    done = "\n".join(line for line in lines if line)
    return done.upper() if uppercase else done


def fit(text: str, box: TextBox) -> TextLayout | None:
    """``text`` on one page, large and with good breaks; none when it does not fit even at the smallest size."""
    best: tuple[float, TextLayout] | None = None
    largest = 0
    for size in box.sizes():
        if best is not None and size < max(best[1].size * PAGE_SHARE, largest * _least_share([best[1]], box)):
            break
        found = _page(text, box, size)
        if found is not None and (best is None or found[0] + _size_cost(box, size) < best[0]):
            best = (found[0] + _size_cost(box, size), found[1])
            largest = largest or size
    return None if best is None else best[1]


def split_pages(text: str, box: TextBox) -> list[TextLayout]:
    """``text`` on as few pages as possible, all of one size; empty when it cannot be shown."""
    size = common_size([(text, box)])
    return [] if size is None else pages_at(text, box, size)


def common_size(texts: Sequence[tuple[str, TextBox]]) -> int | None:
    """The size at which all texts, each in its own box, are on few pages with good breaks; none where one cannot be.

    The boxes have the same preferred and smallest sizes.
    """
    box = min((one for _, one in texts), key=lambda one: one.width)
    best: tuple[float, int] | None = None
    share = box.page_share
    for size in box.sizes():
        if best is not None and size < box.size * share:
            break
        pages = [_pages(text, one, size) for text, one in texts]
        if all(pages):
            breaks = sum(PAGE_COST + cost for group in pages for cost, _ in group)
            cost = breaks + len(texts) * _size_cost(box, size)
            if best is None or cost < best[0]:
                best, share = (cost, size), _least_share([page for group in pages for _, page in group], box)
    return None if best is None else best[1]


def _least_share(pages: Iterable[TextLayout], box: TextBox) -> float:
    """The share of a size to which texts may shrink from ``pages`` for better breaks."""
    broken = any(line.endswith("-") for page in pages for line in page.lines[:-1])
    return HYPHEN_SHARE if broken else box.page_share


def _size_cost(box: TextBox, size: int) -> float:
    return HALF_SIZE_COST * 2 * (1 - size / box.size)


def pages_at(text: str, box: TextBox, size: int) -> list[TextLayout]:
    """``text`` at exactly ``size``, on pages that end by sense; empty where it does not fit."""
    return [page for _, page in _pages(text, box, size)]


@lru_cache(maxsize=4096)
def page_at(text: str, box: TextBox, size: int) -> TextLayout | None:
    """``text`` on one page at exactly ``size``; none where it does not fit."""
    found = _page(text, box, size)
    return None if found is None else found[1]


@lru_cache(maxsize=4096)
def _pages(text: str, box: TextBox, size: int) -> tuple[tuple[float, TextLayout], ...]:
    """The pages of ``pages_at``, and what the breaks on each cost."""
    if (whole := _page(text, box, size)) is not None:
        return (whole,)
    units = _sized(text, box, size)
    most = _max_lines(text, box, size)
    limit = box.width * SLACK

    def fits(part: Sequence[BreakUnit]) -> bool:
        lines = count_lines(part, limit)
        return lines is not None and lines <= most

    groups = break_pages(units, fits, MAX_PAGES)
    pages = [_laid_out([group], box, size, most) for group in groups]
    if not all(pages):
        return ()
    sense, ends = costs(units), accumulate(map(len, groups))
    at_end = [PAGE_SENSE * max(0.0, page_sense(units, sense, end)) if end < len(units) else 0.0 for end in ends]
    return tuple((page[0] + cost, page[1]) for page, cost in zip(pages, at_end, strict=True) if page is not None)


def _page(text: str, box: TextBox, size: int) -> tuple[float, TextLayout] | None:
    """``text`` on one page at ``size``, with the line breaks that the person made; none where it does not fit."""
    paragraphs: list[list[BreakUnit]] = [[]]
    for unit in _sized(text, box, size):
        paragraphs[-1].append(unit)
        if unit.ends:
            paragraphs.append([])
    return _laid_out([one for one in paragraphs if one], box, size, _max_lines(text, box, size))


def _laid_out(
    paragraphs: Sequence[Sequence[BreakUnit]], box: TextBox, size: int, max_lines: int
) -> tuple[float, TextLayout] | None:
    lines: list[Sequence[BreakUnit]] = []
    cost = 0.0
    for units in paragraphs:
        found = break_lines(units, box.width * SLACK, max_lines - len(lines))
        if found is None:
            return None
        lines += found.lines
        cost += found.cost
    texts = tuple(_line_text(line) for line in lines)
    type_ = box.typography(size)
    width, height = max(type_.width(line) for line in texts), type_.height(texts)
    if width > box.width or height > box.height:
        return None
    words = tuple(word for line, text in zip(lines, texts, strict=True) for word in _words(line, text))
    return cost, TextLayout(texts, size, ceil(width), ceil(height), words)


def _line_text(line: Sequence[BreakUnit]) -> str:
    return "".join(unit.text for unit in line).strip() + ("-" if line[-1].hyphen else "")


def _words(line: Sequence[BreakUnit], text: str) -> Iterator[int]:
    """The index of the word of the text for each word of a line."""
    if len(units_of(text)) != len(text.split(" ")):
        yield -1
        return
    begins = True
    for unit in line:
        if begins:
            yield unit.word
        begins = unit.text.endswith(" ")


def _max_lines(text: str, box: TextBox, size: int) -> int:
    """The number of lines that fit into the height of the box."""
    type_ = box.typography(size)
    lines = box.lines
    while lines > 0 and type_.height([text] * lines) > box.height:
        lines -= 1
    return lines


def _sized(text: str, box: TextBox, size: int) -> list[BreakUnit]:
    """The units of ``text`` with their widths at ``size``. Words too wide for a line are in parts, where the text
    would be too small otherwise.
    """
    factor, limit = size / MEASURE, box.width * SLACK
    found: list[BreakUnit] = []
    for unit in _units(text, box.font, box.letter_spacing):
        sized = replace(unit, width=unit.width * factor, advance=unit.advance * factor)
        share = WORD_SHARE if len(syllables(unit.text.rstrip())) > 1 else CHARACTER_SHARE
        smallest = max(box.min_size, min(box.size * share, WORD_SIZE))
        # A word that is broken in any case is broken where the text is large.
        hopeless = unit.width * smallest / MEASURE > limit
        if (size <= smallest or hopeless) and sized.width > limit:
            found += _broken(sized, box.typography(size), limit, at_least=size <= box.min_size)
        else:
            found.append(sized)
    return found


def _broken(unit: BreakUnit, type_: Typography, limit: float, *, at_least: bool) -> Iterator[BreakUnit]:
    """A word too wide for a line in parts: with hyphens where its language permits, else between characters.

    A word whose parts are too wide with their hyphens stays whole, as it fits at a smaller size, unless this is the
    smallest one (``at_least``).
    """
    word = unit.text.rstrip()
    parts, hyphen = syllables(word), "-"
    too_wide = any(type_.width(part + hyphen) > limit for part in parts)
    if len(parts) > 1 and too_wide and not at_least:
        yield unit
        return
    if len(parts) < 2 or too_wide:
        parts, hyphen = tuple(_syllabic(clusters(word))), ""
    # Pieces that meet on a line are one word again, which one glyph can move to a wider fallback font.
    runs = [run for run in fonts.font_runs(unit.text, type_.font) if not run.font.colour]

    def width(text: str) -> float:
        return max(type_.width(text), *(run._replace(text=text).width(type_.size) for run in runs), 0.0)

    pieces = [""]
    for part in parts:
        longer = pieces[-1] + part
        if pieces[-1] and width(longer + hyphen) > limit:
            pieces.append(part)
        else:
            pieces[-1] = longer
    for n, piece in enumerate(pieces):
        last = n == len(pieces) - 1
        text = piece + (unit.text[len(word) :] if last else "")
        ends = bool(hyphen) and not last
        yield BreakUnit(
            text, unit.word, type_.width(piece + (hyphen if ends else "")), type_.width(text), ends, unit.ends and last
        )


def _syllabic(characters: Sequence[str]) -> Iterator[str]:
    """Characters, with Thai and Lao vowels joined to the consonant that they are written with."""
    joined = ""
    for char in characters:
        if joined and not (joined[-1] in LEADING_VOWELS or char[0] in FOLLOWING_VOWELS):
            yield joined
            joined = ""
        joined += char
    if joined:
        yield joined


@lru_cache(maxsize=256)
def _units(text: str, font: str, letter_spacing: float) -> tuple[BreakUnit, ...]:
    """The units between which a line may break, with their widths at the size ``MEASURE``."""
    type_ = Typography(font, MEASURE, letter_spacing=letter_spacing)
    units = []
    word = 0
    paragraphs = text.split("\n")
    for number, paragraph in enumerate(paragraphs):
        parts = line_units(paragraph)
        for n, part in enumerate(parts):
            last = n == len(parts) - 1
            ends = last and number < len(paragraphs) - 1
            whole = part + " " if ends else part
            units.append(BreakUnit(whole, word, type_.width(part.rstrip()), type_.width(whole), ends=ends))
            word += whole.endswith(" ")
    return tuple(units)
