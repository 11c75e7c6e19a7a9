"""Where the words of a text stand: each at the place that shaping gives it, so that it can be drawn on its own."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.media import fonts

Align = Literal["left", "centre", "right"]

# Scripts that join or stack their letters: space between these would tear them apart.
JOINING = ((0x0590, 0x1E00), (0xA800, 0xAC00), (0xFB1D, 0xFE00), (0xFE70, 0xFF00), (0x10800, 0x12000))
# Signs that fill the em square, how far they reach above and below the baseline, and the least distance between the
# baselines of their lines, and of those of scripts that stack letters, in em.
SQUARE = ((0x2E80, 0xA4D0), (0xAC00, 0xD7A4), (0xF900, 0xFB00), (0xFF00, 0xFFF0), (0x1F000, 0x30000))
SQUARE_ABOVE, SQUARE_BELOW, SQUARE_LINES, TALL_LINES = 0.84, 0.12, 1.15, 1.35
# How far a box or marker extends beyond its word, across and up and down, and at least beyond the ink of brackets and
# of accents on capitals, and the place of an underline below the baseline, in em. A box behind a line has this share of
# its padding above and below it.
MARK_ACROSS, MARK_UP, MARK_RIM, LINE_TOP, LINE_BOTTOM = 0.09, 0.1, 0.03, 0.08, 0.2
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

    def pitch(self, lines: Sequence[str]) -> float:
        """The distance between baselines in pixels, larger for scripts with signs above and below their letters."""
        if self.line_height is None:
            return self.size
        text = "".join(lines)
        least = TALL_LINES if not is_separable(text) else SQUARE_LINES if has_square_signs(text) else 0.0
        return max(self.line_height, least) * self.em

    def width(self, text: str) -> float:
        """The width of one line in pixels, without the space after its last character."""
        return fonts.text_width(text, self.font, self.size) + max(0, characters(text) - 1) * self.spacing(text)

    def spacing(self, text: str) -> float:
        """What is added after each character of ``text`` in pixels; nothing in scripts that join their letters."""
        return self.letter_spacing * self.em if self.letter_spacing and is_separable(text) else 0.0

    def above(self, lines: Sequence[str]) -> float:
        """The height of the first line above its baseline: that of capitals, or more where a script needs it."""
        font, text = fonts.load(self.font), "".join(lines)
        if not is_separable(text):
            return self.size * font.ascent / font.height
        capitals = self.size * font.cap_height / font.height
        return max(capitals, SQUARE_ABOVE * self.em) if has_square_signs(text) else capitals

    def below(self, lines: Sequence[str]) -> float:
        """The space below the last baseline: nothing where all letters are capitals."""
        text = "".join(lines)
        if not is_separable(text):
            font = fonts.load(self.font)
            return self.size * (1 - font.ascent / font.height)
        if any(char.islower() for char in text):
            return DESCENT * self.em
        return SQUARE_BELOW * self.em if has_square_signs(text) else 0.0

    def height(self, lines: Sequence[str]) -> float:
        """The height of the lines in pixels, from the top of the first to the bottom of the last."""
        return self.above(lines) + (len(lines) - 1) * self.pitch(lines) + self.below(lines)


def is_separable(text: str) -> bool:
    """Whether the letters of ``text`` stand beside each other, as in Latin, Cyrillic and Chinese script."""
    return not any(first <= ord(char) < end for char in text for first, end in JOINING)


def has_square_signs(text: str) -> bool:
    """Whether ``text`` has signs that fill the em square: Chinese, Japanese and Korean ones, and emoji."""
    return any(first <= ord(char) < end for char in text for first, end in SQUARE)


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
        words += place_line(line, type_, number, x, baseline + number * type_.pitch(lines))
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


def marked_runs(words: Sequence[PlacedWord], marked: Collection[int]) -> list[list[int]]:
    """The indices ``marked``, those of neighbours on one line together: they share a mark."""
    runs: list[list[int]] = []
    for number in sorted(marked):
        if runs and number == runs[-1][-1] + 1 and words[number].line == words[number - 1].line:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def mark_box(kind: str, words: Sequence[PlacedWord], type_: Typography) -> Rect[float]:
    """The rectangle of the *box*, *marker* or *underline* of key words that are neighbours on one line."""
    em, area = type_.em, line_box(words, type_)
    if kind == "underline":
        return Rect(area.left, words[0].baseline + LINE_TOP * em, area.right, words[0].baseline + LINE_BOTTOM * em)
    across, up, rim, baseline = MARK_ACROSS * em, MARK_UP * em, MARK_RIM * em, words[0].baseline
    above, below = fonts.text_reach(" ".join(word.text for word in words), type_.font, type_.size)
    return Rect(
        area.left - across,
        min(area.top - up, baseline - above - rim),
        area.right + across,
        max(area.bottom + up, baseline + below + rim),
    )
