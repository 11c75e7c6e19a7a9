"""The text of a subtitle cue: how wide it is, where it breaks into lines, and which words need no space between them.

Limits: Netflix Timed Text Style Guide, General Requirements: at most two lines; English (USA): 42 characters per line.
Its guides for Chinese and Korean allow 16 characters per line, so a wide character counts as 42/16.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

MAX_LINES, LINE_WIDTH = 2, 42
WIDE = LINE_WIDTH / 16
# A line does not end with such a short word, often an article or a preposition, when it can end with another.
SHORT_WORD = 3
SENTENCE_ENDS, CLAUSE_ENDS = (
    (".", "!", "?", "…", "。", "！", "？", "؟", "।"),
    (",", ";", ":", "–", "—", "、", "，", "،"),
)
CLOSING = "\"'”’»)]）」』"
# Scripts that are written without spaces between words: Chinese, Japanese, Thai, Lao, Khmer and Burmese.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3001-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff01-\uff9f\U00020000-\U0003ffff]"
)
HIRAGANA = re.compile("[\u3041-\u309f]")


@dataclass(frozen=True)
class Piece:
    """A word, or a part of a long word without spaces, in frames of the video. ``space`` stands before it in a line."""

    text: str
    start: int
    end: int
    space: str = " "

    @cached_property
    def width(self) -> float:
        return width(self.text)

    @property
    def ends_sentence(self) -> bool:
        return self.text.rstrip(CLOSING).endswith(SENTENCE_ENDS)

    @property
    def ends_clause(self) -> bool:
        return self.text.rstrip(CLOSING).endswith(CLAUSE_ENDS)

    @property
    def is_short(self) -> bool:
        spaced = not UNSPACED.match(self.text[0])
        return spaced and len(self.text) <= SHORT_WORD and not (self.ends_clause or self.ends_sentence)

    def ends_phrase(self, following: "Piece") -> bool:
        """Whether a phrase is likely to end here: before a short word, and in Japanese after the ending of a word."""
        if not following.space:
            return bool(HIRAGANA.match(self.text[-1]) and not HIRAGANA.match(following.text[0]))
        return following.is_short and not self.is_short


def width(text: str) -> float:
    """The width of a text in characters of a line. Marks that stand on others have none."""
    return sum(_character_width(char) for char in text)


def _character_width(char: str) -> float:
    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return WIDE if unicodedata.east_asian_width(char) in ("W", "F") else 1


def pieces(words: Sequence[tuple[str, int, int]]) -> list[Piece]:
    """Words with their frames, white space aside. A word that fits no line is split, its time by width."""
    found: list[Piece] = []
    for word, start, end in words:
        for text in word.split():
            parts = _parts(text)
            whole, passed = sum(map(width, parts)) or 1, 0.0
            for number, part in enumerate(parts):
                first = start + int((end - start) * passed / whole)
                passed += width(part)
                last = start + int((end - start) * passed / whole)
                space = "" if number or (found and _unspaced(found[-1].text, part)) else " "
                found.append(Piece(part, first, last, space))
    return found


def _unspaced(before: str, after: str) -> bool:
    return bool(UNSPACED.match(before[-1]) and UNSPACED.match(after[0]))


def _parts(word: str) -> list[str]:
    """The parts of a word between which a line may break (Unicode line breaking, UAX #14), each fitting a line."""
    if width(word) <= LINE_WIDTH and not (UNSPACED.search(word) and len(word) > 1):
        return [word]
    from uniseg.graphemecluster import grapheme_clusters
    from uniseg.linebreak import line_break_units

    found: list[str] = []
    for unit in line_break_units(word):
        if width(unit) <= LINE_WIDTH:
            found.append(unit)
            continue
        part = ""
        for cluster in grapheme_clusters(unit):
            if part and width(part + cluster) > LINE_WIDTH:
                found.append(part)
                part = ""
            part += cluster
        found.append(part)
    return found


def joined(line: Sequence[Piece]) -> str:
    """Pieces as one line of text."""
    return "".join(piece.space * (n > 0) + piece.text for n, piece in enumerate(line))


def line_width(line: Sequence[Piece]) -> float:
    """The width of pieces as one line."""
    return sum(piece.width + len(piece.space) for piece in line) - len(line[0].space)


def lines(words: Sequence[Piece]) -> tuple[str, ...]:
    """One line if it fits, else two even ones, else as few as possible."""
    full = full_lines(words)
    if len(full) == MAX_LINES:
        splits = [(words[:n], words[n:]) for n in range(1, len(words))]
        fitting = [split for split in splits if max(map(line_width, split)) <= LINE_WIDTH]
        full = list(min(fitting, key=lambda split: _split_cost(*split)))
    return tuple(map(joined, full))


def full_lines(words: Sequence[Piece]) -> list[Sequence[Piece]]:
    """As few lines as possible, each as full as possible."""
    found: list[list[Piece]] = []
    room = 0.0
    for word in words:
        if not found or word.width + len(word.space) > room:
            found.append([])
            room = LINE_WIDTH + len(word.space)
        found[-1].append(word)
        room -= word.width + len(word.space)
    return list(found)


def _split_cost(first: Sequence[Piece], second: Sequence[Piece]) -> float:
    """Low for even lines, the first rather the shorter one, broken after punctuation and not after a short word."""
    difference = (line_width(first) - line_width(second)) / LINE_WIDTH
    cost = difference * 1.2 if difference > 0 else -difference
    if first[-1].ends_sentence or first[-1].ends_clause:
        cost -= 0.4
    elif first[-1].ends_phrase(second[0]):
        cost -= 0.2
    elif first[-1].is_short:
        cost += 0.3
    # Readers of SubRip take a last line of digits for the number of the next cue.
    return cost + 10 * joined(second).isdigit()
