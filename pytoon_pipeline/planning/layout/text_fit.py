"""Fitting text: it wraps, then shrinks within limits, then goes on to further pages. Nothing is ever cut off."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil

from pytoon_pipeline.media import fonts

SHRINK = 0.94
# Shaping a whole line may differ from its parts by kerning; lines keep this share of their width free.
SLACK = 0.98
MAX_PAGES = 60


@dataclass(frozen=True)
class TextLayout:
    """Lines at a size that fit. ``width`` is that of the longest; ``height`` of all together, in pixels."""

    lines: tuple[str, ...]
    size: int
    width: int
    height: int

    @property
    def characters(self) -> int:
        return sum(len(line) for line in self.lines)


@dataclass(frozen=True)
class TextBox:
    """Where text must fit: its font, the wanted and the smallest size, and the space, in pixels and lines."""

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


def fit(text: str, room: TextBox) -> TextLayout | None:
    """``text`` at the largest size at which it fits; none when it does not fit even at the smallest."""
    size = float(room.size)
    while True:
        height = max(room.min_size, int(size))
        lines = _wrap(text, room, height, last=height == room.min_size)
        if lines is not None and len(lines) <= room.lines and len(lines) * height <= room.height:
            width = max(fonts.text_width(line, room.font, height) for line in lines)
            if width <= room.width:
                return TextLayout(tuple(lines), height, ceil(width), len(lines) * height)
        if height == room.min_size:
            return None
        size *= SHRINK


def split_pages(text: str, room: TextBox) -> list[TextLayout]:
    """``text`` on as few pages as hold it, each of about the same length; empty when even single words do not fit."""
    units = _units(text.replace("\n", " "))
    for count in range(1, min(MAX_PAGES, max(1, len(units))) + 1):
        chunks = [text] if count == 1 else _chunks(units, count)
        found = [fit(chunk, room) for chunk in chunks]
        if all(found):
            size = min(page.size for page in found if page)
            # One size over all pages looks planned.
            alike = TextBox(room.font, size, min(size, room.min_size), room.width, room.height, room.lines)
            return [page for chunk in chunks if (page := fit(chunk, alike))]
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
        wanted = total * number / count
        reach = total / count * 0.25
        best = min(marks, key=lambda mark: abs(mark[1] - wanted) - (reach if mark[2] else 0))
        ends.append(best[0])
    edges = sorted({0, *ends, len(units)})
    return ["".join(units[a:b]).strip() for a, b in pairwise(edges)]


def _wrap(text: str, room: TextBox, size: int, last: bool) -> list[str] | None:
    """Lines within the width, as few as possible, then as even as possible. Words break only as a last resort."""
    limit = room.width * SLACK / size
    lines: list[str] = []
    for paragraph in text.split("\n"):
        units = [(unit, _width(unit.rstrip(), room.font), _width(unit, room.font)) for unit in _units(paragraph)]
        if any(bare > limit for _, bare, _ in units):
            if not last:
                return None
            units = [part for unit in units for part in _broken(unit, room.font, limit)]
        lines += _even(units, limit)
    return lines


def _even(units: Sequence[tuple[str, float, float]], limit: float) -> list[str]:
    """Greedy lines within the narrowest width that needs no more of them."""
    best = _greedy(units, limit)
    low, high = max((bare for _, bare, _ in units), default=0.0), limit
    for _ in range(12):
        middle = (low + high) / 2
        tried = _greedy(units, middle)
        low, high = (low, middle) if len(tried) <= len(best) else (middle, high)
        best = tried if len(tried) <= len(best) else best
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
    """A word too long for a line, in pieces between what readers see as characters."""
    from uniseg.graphemecluster import grapheme_clusters

    if unit[1] <= limit:
        return [unit]
    pieces, piece = [], ""
    for cluster in grapheme_clusters(unit[0]):
        if piece and _width(piece + cluster, font) > limit:
            pieces.append(piece)
            piece = ""
        piece += cluster
    return [(part, _width(part.rstrip(), font), _width(part, font)) for part in [*pieces, piece] if part]


@lru_cache(maxsize=4096)
def _width(text: str, font: str) -> float:
    """Width at size 1."""
    return fonts.text_width(text, font, 1.0)


@lru_cache(maxsize=256)
def _units(text: str) -> tuple[str, ...]:
    """Pieces between which a line may break (Unicode line breaking, UAX #14)."""
    if re.fullmatch(r"[\x20-\x7e]*", text):
        return tuple(re.findall(r"\S+\s*", text))
    from uniseg.linebreak import line_break_units

    return tuple(line_break_units(text))
