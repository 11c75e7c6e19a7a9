"""The letters, words and lines of a text, each drawn once as a sprite on the sheet of its text box."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import floor

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.text_animation import TextUnit
from pytoon_pipeline.contracts.style import Emphasis, TextShadow, TextStyle, WordStyle
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.word_layout import PlacedWord, Typography, line_box, marked_runs, place_letters, place_words
from pytoon_pipeline.rendering.sprites import combined
from pytoon_pipeline.rendering.text_marks import background_boxes, mark
from pytoon_pipeline.rendering.word_images import word_layers
from pytoon_pipeline.rendering.yuva import Sprite

# A soft shadow of a text: its opacity, and its blur as a multiple of its distance.
SHADOW_OPACITY, SHADOW_BLUR = 0.45, 2.0


@dataclass(frozen=True)
class Unit:
    """A part of a text that moves as one: its sprite, its rectangle at rest, and the line that it belongs to.

    ``rank`` is its distance from the middle of its line in units.
    """

    sprite: Sprite
    area: Rect[float]
    line: int
    rank: float = 0.0


class TextSheet:
    """The drawn parts of a text in its box. Sizes are in image pixels, ``detail`` per pixel of the video.

    The upper left corner of the box is at ``corner``: where it has the same place between pixels as on the canvas, the
    text at rest needs no resampling.
    """

    def __init__(
        self, lines: tuple[str, ...], style: TextStyle, emphasised: tuple[int, ...], width: float, height: float,
        detail: float, corner: tuple[float, float] = (0.0, 0.0),
    ) -> None:  # fmt: skip
        self.lines, self.style, self.detail = lines, style, detail
        left, top = corner
        self.box = Rect(left, top, left + width * detail, top + height * detail)
        self.type_ = Typography(style.font, style.size * detail, style.line_height, style.letter_spacing)
        inset = (style.background.padding if style.background else 0) * detail
        shift = left + {"left": inset, "centre": 0.0, "right": -inset}[style.align]
        placed = place_words(lines, self.type_, width * detail, height * detail, style.align)
        self.words = [PlacedWord(one.text, one.line, one.x + shift, one.baseline + top, one.width) for one in placed]
        self._emphasised = frozenset(emphasised) if style.emphasis else frozenset()

    @cached_property
    def backgrounds(self) -> list[Sprite]:
        """The boxes behind the text, from the first line to the last."""
        behind = self.style.background
        return background_boxes(behind, self.words, self.type_, self.box, self.detail) if behind else []

    @cached_property
    def marked(self) -> list[Sprite]:
        """Key words with their marks, in the colours that they have with them."""
        return [self._drawn(self._parts(run, marks=True)) for run in marked_runs(self.words, self._emphasised)]

    @cached_property
    def at_rest(self) -> Sprite:
        """The whole text."""
        return self._drawn([*self.backgrounds, *self._parts(range(len(self.words)), marks=True)])

    def units(self, kind: TextUnit, marks: bool) -> list[Unit]:
        """The text in units, without its background where they are smaller than the part it lies behind.

        Without ``marks``, key words look as they do before their marks are drawn.
        """
        key = (kind, marks)
        if key not in self._units:
            self._units[key] = list(self._letters(marks) if kind == "letter" else self._groups(kind, marks))
        return self._units[key]

    @cached_property
    def _units(self) -> dict[tuple[TextUnit, bool], list[Unit]]:
        return {}

    def carries_background(self, kind: TextUnit) -> bool:
        """Whether units of this kind hold the text's background, so that it moves with them."""
        behind = self.style.background
        return behind is not None and (kind == "whole" or (kind == "line" and behind.shape == "lines"))

    def _groups(self, kind: TextUnit, marks: bool) -> list[Unit]:
        every = range(len(self.words))
        if kind == "word":
            shared = marked_runs(self.words, self._emphasised)
            groups = sorted([*shared, *([n] for n in every if n not in self._emphasised)])
        elif kind == "line":
            groups = [[n for n in every if self.words[n].line == line] for line in range(len(self.lines))]
        else:
            groups = [list(every)]
        units = []
        for number, group in enumerate(groups):
            boxes: list[Sprite] = []
            if self.carries_background(kind):
                boxes = self.backgrounds if kind == "whole" else [self.backgrounds[number]]
            words = [self.words[n] for n in group]
            sprite = self._drawn([*boxes, *self._parts(group, marks)])
            units.append(Unit(sprite, self._area(words), words[0].line))
        return units

    def _letters(self, marks: bool) -> list[Unit]:
        units: list[Unit] = []
        for line in range(len(self.lines)):
            numbered = [
                (n, letter)
                for n, word in enumerate(self.words)
                if word.line == line
                for letter in place_letters(word, self.type_)
            ]
            middle = (len(numbered) - 1) / 2
            for rank, (n, letter) in enumerate(numbered):
                below, letters = _layers(letter, self._style_of(n, marks))
                sprite = self._drawn([*below, letters])
                units.append(Unit(sprite, line_box([letter], self.type_), line, rank - middle))
        return units

    def _area(self, words: Sequence[PlacedWord]) -> Rect[float]:
        lines = {word.line for word in words}
        areas = [line_box([word for word in words if word.line == line], self.type_) for line in sorted(lines)]
        return Rect(
            min(one.left for one in areas), areas[0].top, max(one.right for one in areas), areas[-1].bottom
        )  # fmt: skip

    def _parts(self, numbers: Sequence[int], marks: bool) -> list[Sprite]:
        """Marks, then what lies below the letters, then the letters: no outline covers a neighbour's letters."""
        emphasis, found = self.style.emphasis, []
        if emphasis and emphasis.kind != "colour":
            shown = [n for n in numbers if n in self._emphasised and marks]
            runs = [[self.words[n] for n in run] for run in marked_runs(self.words, shown)]
            found = [mark(emphasis.kind, run, self.type_, emphasis.mark_colour) for run in runs]
        drawn = [_layers(self.words[n], self._style_of(n, marks)) for n in numbers]
        return [*found, *(one for below, _ in drawn for one in below), *(letters for _, letters in drawn)]

    def _style_of(self, number: int, marks: bool) -> WordStyle:
        emphasis = self.style.emphasis
        with_mark = emphasis is not None and (marks or emphasis.kind == "colour")
        key = emphasis if number in self._emphasised and with_mark else None
        return word_style(self.style, key, self.detail)

    def _drawn(self, sprites: Sequence[Sprite]) -> Sprite:
        return combined(sprites)


def word_style(style: TextStyle, emphasis: Emphasis | None, detail: float) -> WordStyle:
    """How the words of a text are drawn at ``detail`` image pixels per pixel of the video; key words as ``emphasis``.

    Words on a box or marker need neither outline nor shadow.
    """
    on_mark = emphasis is not None and emphasis.kind in ("box", "marker")
    distance = 0.0 if on_mark else style.shadow * detail
    # What is drawn may be larger than what people may write.
    shadow = TextShadow.model_construct(
        colour=style.outline_colour, opacity=SHADOW_OPACITY, blur=SHADOW_BLUR * distance, x=0, y=distance
    )
    font = fonts.load(style.font)
    return WordStyle(
        font=style.font,
        size=style.size * detail,
        colour=emphasis.colour if emphasis else style.colour,
        outline=0 if on_mark else style.outline * detail,
        outline_colour=style.outline_colour,
        # Of the size, while a text's own is of the em.
        letter_spacing=style.letter_spacing * font.em / font.height,
        shadows=(shadow,) if distance else (),
        text_engine=style.text_engine,
    )


@lru_cache(maxsize=32)
def text_sheet(
    lines: tuple[str, ...], style: TextStyle, emphasised: tuple[int, ...], width: float, height: float, detail: float,
    corner: tuple[float, float],
) -> TextSheet:  # fmt: skip
    """The sheet of a text. Neighbouring segments use the same one."""
    return TextSheet(lines, style, emphasised, width, height, detail, corner)


def _layers(word: PlacedWord, style: WordStyle) -> tuple[list[Sprite], Sprite]:
    """What lies below the letters of a word, if anything does, and its letters, at their exact place."""
    face = fonts.load(style.font)
    top = word.baseline - style.size * face.ascent / face.height
    left_even, top_even = 2 * floor(word.x / 2), 2 * floor(top / 2)
    phase_x, phase_y = round(word.x - left_even, 3), round(top - top_even, 3)
    below, letters = word_layers(word.text, style, phase_x, phase_y)
    left, upper, _, _ = letters.nominal
    x, y = left_even + round(phase_x - left), top_even + round(phase_y - upper)
    return [Sprite(x, y, below)] if below else [], Sprite(x, y, letters)
