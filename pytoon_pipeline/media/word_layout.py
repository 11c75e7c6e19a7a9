"""Where the words of a text stand: each at the place that shaping gives it, so that it can be drawn on its own."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.media import fonts

Align = Literal["left", "centre", "right"]

# From this code point on, scripts join or stack their letters: space between these would tear them apart.
FIRST_JOINING = 0x0590
# How far a box or marker extends beyond its word, across and up and down, and the place of an underline below the
# baseline, in em. A box behind a line has this share of its padding above and below it.
MARK_ACROSS, MARK_UP, LINE_TOP, LINE_BOTTOM = 0.11, 0.1, 0.08, 0.2
LINE_PADDING = 0.7
# Space below the baseline for the descenders of small letters, in em.
DESCENT = 0.22


@dataclass(frozen=True)
class PlacedWord:
    """A word of line ``line``: the left edge of its advance and its baseline, and its advance, in pixels."""

    text: str
    line: int
    x: float
    baseline: float
    width: float


@dataclass(frozen=True)
class Typography:
    """What decides how wide and high a text is. ``size`` is the distance from ascender to descender in pixels.

    ``line_height`` is the distance between baselines and ``letter_spacing`` is added after each character, both in em;
    without ``line_height`` it is ``size``.
    """

    font: str
    size: float
    line_height: float | None = None
    letter_spacing: float = 0.0

    @property
    def em(self) -> float:
        """The em square in pixels."""
        font = fonts.load(self.font)
        return self.size * font.em / font.height

    @property
    def pitch(self) -> float:
        """The distance between baselines in pixels."""
        return self.size if self.line_height is None else self.line_height * self.em

    def width(self, text: str) -> float:
        """The width of one line in pixels, without the space after its last character."""
        return fonts.text_width(text, self.font, self.size) + max(0, characters(text) - 1) * self.spacing(text)

    def spacing(self, text: str) -> float:
        """What is added after each character of ``text`` in pixels; nothing in scripts that join their letters."""
        return self.letter_spacing * self.em if self.letter_spacing and is_separable(text) else 0.0

    def above(self, lines: Sequence[str]) -> float:
        """The height of the first line above its baseline: that of capitals, or more where a script needs it."""
        font = fonts.load(self.font)
        share = font.cap_height / font.height if is_separable("".join(lines)) else font.ascent / font.height
        return self.size * share

    def below(self, lines: Sequence[str]) -> float:
        """The space below the last baseline: nothing where all letters are capitals."""
        text = "".join(lines)
        if not is_separable(text):
            font = fonts.load(self.font)
            return self.size * (1 - font.ascent / font.height)
        return DESCENT * self.em if any(char.islower() for char in text) else 0.0

    def height(self, lines: Sequence[str]) -> float:
        """The height of the lines in pixels, from the top of the first to the bottom of the last."""
        return self.above(lines) + (len(lines) - 1) * self.pitch + self.below(lines)


def is_separable(text: str) -> bool:
    """Whether the letters of ``text`` stand beside each other, as in Latin, Greek and Cyrillic script."""
    return all(ord(char) < FIRST_JOINING or 0x1E00 <= ord(char) < 0x2070 for char in text)


def is_right_to_left(text: str) -> bool:
    """Whether any character is right-to-left: the order of the words is then not that of the text."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


@lru_cache(maxsize=4096)
def characters(text: str) -> int:
    """The number of characters as readers see them (grapheme clusters)."""
    return len(clusters(text))


def clusters(text: str) -> list[str]:
    """The characters as readers see them (grapheme clusters, UAX #29)."""
    if text.isascii():
        return list(text)
    from uniseg.graphemecluster import grapheme_clusters

    return list(grapheme_clusters(text))


def units_of(line: str) -> list[str]:
    """The words of a line; a line with right-to-left letters, or without spaces, is one unit."""
    return [line] if is_right_to_left(line) else line.split(" ")


def place_words(
    lines: Sequence[str], type_: Typography, width: float, height: float, align: Align = "centre"
) -> tuple[PlacedWord, ...]:
    """The words of ``lines`` in a box of ``width`` × ``height`` pixels, in the middle of its height."""
    baseline = (height - type_.height(lines)) / 2 + type_.above(lines)
    words: list[PlacedWord] = []
    for number, line in enumerate(lines):
        free = width - type_.width(line)
        x = {"left": 0.0, "centre": free / 2, "right": free}[align]
        words += place_line(line, type_, number, x, baseline + number * type_.pitch)
    return tuple(words)


def place_line(line: str, type_: Typography, number: int, x: float, baseline: float) -> list[PlacedWord]:
    """The words of one line from its left edge ``x`` on, with the kerning of letters on both sides of a space."""
    units = units_of(line)
    words = []
    for n, text in enumerate(units):
        own, end = type_.width(text), type_.width(" ".join(units[: n + 1]))
        words.append(PlacedWord(text, number, x + end - own, baseline, own))
    return words


def place_letters(word: PlacedWord, type_: Typography) -> list[PlacedWord]:
    """The characters of a word, each where shaping the word puts it; the whole word where letters join."""
    letters = clusters(word.text)
    if not is_separable(word.text) or len(letters) < 2:
        return [word]
    placed = []
    for n, letter in enumerate(letters):
        own, end = type_.width(letter), type_.width("".join(letters[: n + 1]))
        placed.append(PlacedWord(letter, word.line, word.x + end - own, word.baseline, own))
    return placed


def line_box(words: Sequence[PlacedWord], type_: Typography) -> Rect[float]:
    """The rectangle of words on one line, from the height of capitals to the lowest descender."""
    text, baseline = [" ".join(word.text for word in words)], words[0].baseline
    return Rect(
        min(word.x for word in words),
        baseline - type_.above(text),
        max(word.x + word.width for word in words),
        baseline + type_.below(text),
    )


def padded_lines(words: Sequence[PlacedWord], type_: Typography, padding: float) -> list[Rect[float]]:
    """The boxes behind the lines of a text, with ``padding`` pixels at their sides. All have the same height."""
    lines = [[word for word in words if word.line == number] for number in sorted({word.line for word in words})]
    text, up = [" ".join(word.text for word in words)], LINE_PADDING * padding
    above, below = type_.above(text) + up, type_.below(text) + up
    boxes = [line_box(line, type_) for line in lines]
    return [
        Rect(box.left - padding, line[0].baseline - above, box.right + padding, line[0].baseline + below)
        for box, line in zip(boxes, lines, strict=True)
    ]


def mark_box(kind: str, word: PlacedWord, type_: Typography) -> Rect[float]:
    """The rectangle of the *box*, *marker* or *underline* of a key word."""
    em, area = type_.em, line_box([word], type_)
    if kind == "underline":
        return Rect(area.left, word.baseline + LINE_TOP * em, area.right, word.baseline + LINE_BOTTOM * em)
    across, up = MARK_ACROSS * em, MARK_UP * em
    return Rect(area.left - across, area.top - up, area.right + across, area.bottom + up)
