"""Fits text: it wraps, then shrinks within limits, then continues on further pages. Nothing is ever cut off."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil

from pytoon_pipeline.media import fonts

SHRINK = 0.94
# A line may be wider than its parts because of kerning: the parts may use this share of the width.
SLACK = 0.98
MAX_PAGES = 60


@dataclass(frozen=True)
class TextLayout:
    """Lines at a size that fit. ``width`` is that of the longest line, ``height`` that of all lines, in pixels."""

    lines: tuple[str, ...]
    size: int
    width: int
    height: int

    @property
    def characters(self) -> int:
        return sum(len(line) for line in self.lines)


@dataclass(frozen=True)
class TextBox:
    """The space of a text: its font, the preferred and the smallest size, and the limits in pixels and lines."""

    font: str
    size: int
    min_size: int
    width: float
    height: float
    lines: int


def clean(text: str, uppercase: bool = False) -> str:
    """Text without control characters, white space collapsed; line breaks stay."""
    lines = []
    for line in text.splitlines():
        printable = "".join(char if fonts.printed(char) else " " for char in line)
        lines.append(" ".join(printable.split()))
    done = "\n".join(line for line in lines if line)
    return done.upper() if uppercase else done


def fit(text: str, box: TextBox) -> TextLayout | None:
    """``text`` at the largest size that fits; none when it does not fit even at the smallest."""
    size = float(box.size)
    while True:
        height = max(box.min_size, int(size))
        lines = _wrap(text, box, height, last=height == box.min_size)
        if lines is not None and len(lines) <= box.lines and len(lines) * height <= box.height:
            width = max(fonts.text_width(line, box.font, height) for line in lines)
            if width <= box.width:
                return TextLayout(tuple(lines), height, ceil(width), len(lines) * height)
        if height == box.min_size:
            return None
        size *= SHRINK


def split_pages(text: str, box: TextBox) -> list[TextLayout]:
    """``text`` on as few pages as possible, of about the same length; empty when even single words do not fit."""
    units = _units(text.replace("\n", " "))
    for count in range(1, min(MAX_PAGES, max(1, len(units))) + 1):
        chunks = [text] if count == 1 else _chunks(units, count)
        pages = [fit(chunk, box) for chunk in chunks]
        if all(pages):
            size = min(page.size for page in pages if page)
            # All pages have the size of the smallest.
            same_size = TextBox(box.font, size, min(size, box.min_size), box.width, box.height, box.lines)
            return [page for chunk in chunks if (page := fit(chunk, same_size))]
    return []


def _chunks(units: Sequence[str], count: int) -> list[str]:
    """``units`` in ``count`` groups, cut near equal length, at the end of a sentence where one is near."""
    total = sum(len(unit) for unit in units)
    ends: list[int] = []
    passed = 0
    marks = []
    for index, unit in enumerate(units):
        passed += len(unit)
        marks.append((index + 1, passed, unit.rstrip().endswith((".", "!", "?", "…", ":", "。"))))
    for number in range(1, count):
        even = total * number / count
        reach = total / count * 0.25
        best = min(marks, key=lambda mark: abs(mark[1] - even) - (reach if mark[2] else 0))
        ends.append(best[0])
    edges = sorted({0, *ends, len(units)})
    return ["".join(units[a:b]).strip() for a, b in pairwise(edges)]


def _wrap(text: str, box: TextBox, size: int, last: bool) -> list[str] | None:
    """Lines within the width, as few as possible, then as even as possible. Words break only as a last resort."""
    limit = box.width * SLACK / size
    lines: list[str] = []
    for paragraph in text.split("\n"):
        units = [(unit, _width(unit.rstrip(), box.font), _width(unit, box.font)) for unit in _units(paragraph)]
        if any(bare > limit for _, bare, _ in units):
            if not last:
                return None
            units = [part for unit in units for part in _broken(unit, box.font, limit)]
        lines += _even(units, limit)
    return lines


def _even(units: Sequence[tuple[str, float, float]], limit: float) -> list[str]:
    """Greedy lines within the narrowest width that needs no more lines than ``limit``."""
    best = _greedy(units, limit)
    low, high = max((bare for _, bare, _ in units), default=0.0), limit
    for _ in range(12):
        middle = (low + high) / 2
        lines = _greedy(units, middle)
        low, high = (low, middle) if len(lines) <= len(best) else (middle, high)
        best = lines if len(lines) <= len(best) else best
    return best


def _greedy(units: Sequence[tuple[str, float, float]], limit: float) -> list[str]:
    lines: list[str] = []
    line, width = "", 0.0
    for unit, bare, whole in units:
        if line and width + bare > limit:
            lines.append(line.strip())
            line, width = "", 0.0
        line, width = line + unit, width + whole
    return [*lines, line.strip()] if line.strip() else lines


def _broken(unit: tuple[str, float, float], font: str, limit: float) -> list[tuple[str, float, float]]:
    """A word too long for a line, broken between grapheme clusters, which readers see as characters."""
    from uniseg.graphemecluster import grapheme_clusters

    if unit[1] <= limit:
        return [unit]
    # Pieces that meet on a line are one word again, which one glyph can move to a wider fallback font.
    runs = [run for run in fonts.font_runs(unit[0], font) if not run.font.colour]

    def width(text: str) -> float:
        return max(_width(text, font), *(run._replace(text=text).width(1.0) for run in runs), 0.0)

    pieces, piece = [], ""
    for cluster in grapheme_clusters(unit[0]):
        if piece and width(piece + cluster) > limit:
            pieces.append(piece)
            piece = ""
        piece += cluster
    return [(part, width(part.rstrip()), width(part)) for part in [*pieces, piece] if part]


@lru_cache(maxsize=4096)
def _width(text: str, font: str) -> float:
    """Width at size 1."""
    return fonts.text_width(text, font, 1.0)


@lru_cache(maxsize=256)
def _units(text: str) -> tuple[str, ...]:
    """The units between which a line may break (Unicode line breaking, UAX #14)."""
    if re.fullmatch(r"[\x20-\x7e]*", text):
        return tuple(re.findall(r"\S+\s*", text))
    from uniseg.linebreak import line_break_units

    return tuple(line_break_units(text))
