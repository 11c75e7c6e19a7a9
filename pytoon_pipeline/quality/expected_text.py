"""The expected glyphs of texts and captions, drawn small by Pillow, which the renderer does not use for shaped text."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.layers import TextLayer
from pytoon_pipeline.contracts.spec.render_spec import Cue
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.media.word_layout import PlacedWord, Typography, place_letters, place_words

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

# Glyphs are drawn this much larger and then downscaled.
OVERSAMPLING = 2
# Small pixels by which glyphs may be offset: two renderers differ in kerning and hinting, and with the fallback
# renderer also in the positions of lines.
SLACK, FALLBACK_SLACK = 2, 12


class Run(NamedTuple):
    """Part of a line in one colour, with its left edge and baseline in video pixels."""

    text: str
    x: float
    baseline: float
    colour: Colour


class Glyphs(NamedTuple):
    """Runs in one style. Lengths are in video pixels; ``slack`` is the possible offset in small pixels."""

    runs: tuple[Run, ...]
    font: str
    size: float
    outline: float
    outline_colour: Colour
    slack: int = SLACK

    @property
    def right_to_left(self) -> bool:
        """Whether any run is right-to-left. Such glyphs are drawn at the right place, but not in order."""
        return any(unicodedata.bidirectional(char) in ("R", "AL") for run in self.runs for char in run.text)

    @property
    def extent(self) -> Rect[float]:
        """The rectangle that the glyphs may cover, in video pixels."""
        left = min(run.x for run in self.runs)
        right = max(run.x + fonts.text_width(run.text, self.font, self.size) for run in self.runs)
        top, bottom = min(run.baseline for run in self.runs), max(run.baseline for run in self.runs)
        margin = self.outline + 0.2 * self.size
        return Rect(left - margin, top - self.size - margin, right + margin, bottom + 0.3 * self.size + margin)


class PlacedText(NamedTuple):
    """The words of a text layer around its centre, and what decides their size, in video pixels."""

    words: tuple[PlacedWord, ...]
    typography: Typography


def placed_text(layer: TextLayer, scale: float) -> PlacedText:
    """Where the words of a text layer stand, relative to its centre."""
    style = layer.style
    type_ = Typography(style.font, style.size * scale, style.line_height, style.letter_spacing)
    inset = (style.background.padding if style.background else 0) * scale
    left = inset - layer.width * scale / 2
    words = place_words(layer.lines, type_, layer.width * scale - 2 * inset, 0, style.align)
    return PlacedText(tuple(replace(word, x=word.x + left) for word in words), type_)


def text_glyphs(layer: TextLayer, text: PlacedText, x: float, y: float, scale: float) -> list[Glyphs]:
    """The words of a text layer with its centre at ``x``, ``y``."""
    style, emphasis = layer.style, layer.style.emphasis
    lines: list[list[Run]] = [[] for _ in layer.lines]
    for number, word in enumerate(text.words):
        key = emphasis is not None and number in layer.emphasised
        # Pillow knows no letter spacing: letters are drawn one by one.
        parts = place_letters(word, text.typography) if style.letter_spacing else [word]
        colour = emphasis.colour if emphasis is not None and key else style.colour
        lines[word.line] += [Run(part.text, part.x + x, part.baseline + y, colour) for part in parts]
    return _glyphs(lines, style, style.size * scale, style.outline * scale)


def cue_glyphs(cue: Cue, frame: int, style: CaptionStyle, width: int, height: int) -> list[Glyphs]:
    """A caption at a frame of the video, with the spoken word highlighted."""
    words = [_clean(word.text, style) for word in cue.words]
    highlighted = max((n for n, word in enumerate(cue.words) if word.start <= frame), default=0)
    available = width - 2 * style.margin
    widest = max(fonts.text_width(word, style.font, style.size) for word in words)
    size = style.size * (min(1.0, (available - 2 * style.outline) / widest) if widest else 1.0)
    lines = _wrapped(words, style.font, size, available)
    bottom = 2 * round(height * style.position / 2)
    result = []
    for number, line in enumerate(lines):
        # The fallback renderer uses one colour.
        parts = [
            (words[n], style.highlight if n == highlighted and style.text_engine == "shaped" else style.colour)
            for n in line
        ]
        wide = fonts.text_width(" ".join(word for word, _ in parts), style.font, size)
        top = bottom - (len(lines) - number) * size
        result.append(_runs(parts, (width - wide) / 2, _baseline(style.font, top, size), style, size))
    return _glyphs(result, style, size, style.outline)


def _glyphs(
    lines: Sequence[Sequence[Run]], style: TextStyle | CaptionStyle, size: float, outline: float
) -> list[Glyphs]:
    """All lines together; with the fallback renderer, each line on its own."""
    if style.text_engine == "shaped":
        lines = [[run for line in lines for run in line]]
    slack = SLACK if style.text_engine == "shaped" else FALLBACK_SLACK
    return [Glyphs(tuple(line), style.font, size, outline, style.outline_colour, slack) for line in lines if line]


def draw(glyphs: Glyphs, area: Rect[int], scale: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Premultiplied BGR, 0..255, and coverage, 0..1, of the small pixels ``area``, ``scale`` per video pixel."""
    import cv2
    from PIL import Image, ImageDraw

    size = area.size
    picture = Image.new("RGBA", (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING))
    pen = ImageDraw.Draw(picture)
    factor = scale * OVERSAMPLING
    # The outlines of all glyphs lie below the fill of all.
    for stroke in (True, False) if glyphs.outline else (False,):
        for run in glyphs.runs:
            font = _font(fonts.fitting(run.text, glyphs.font).name, round(glyphs.size * factor, 2))
            place = (run.x * factor - area.left * OVERSAMPLING, run.baseline * factor - area.top * OVERSAMPLING)
            colour = rgb(glyphs.outline_colour if stroke else run.colour)
            width = glyphs.outline * factor if stroke else 0
            pen.text(place, run.text, fill=colour, font=font, anchor="ls", stroke_width=width, stroke_fill=colour)
    values = np.asarray(cv2.resize(np.asarray(picture), size, interpolation=cv2.INTER_AREA), np.float32)
    alpha = values[:, :, 3] / 255
    return values[:, :, 2::-1] * alpha[:, :, None], alpha


def _runs(
    parts: Sequence[tuple[str, Colour]], x: float, baseline: float, style: TextStyle | CaptionStyle, size: float
) -> list[Run]:
    """The words of a line from the left edge ``x`` on. A right-to-left line is one run."""
    line = " ".join(text for text, _ in parts)
    if any(unicodedata.bidirectional(char) in ("R", "AL") for char in line):
        return [Run(line, x, baseline, parts[0][1])]
    space = fonts.load(style.font).width(" ", size)
    result = []
    for text, colour in parts:
        for word in text.split(" "):
            result.append(Run(word, x, baseline, colour))
            x += fonts.text_width(word, style.font, size) + space
    return result


def _baseline(font: str, top: float, size: float) -> float:
    face = fonts.load(font)
    return top + size * face.ascent / face.height


def _clean(text: str, style: CaptionStyle) -> str:
    normalised = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return normalised.upper() if style.uppercase else normalised


def _wrapped(words: Sequence[str], font: str, size: float, available: float) -> list[list[int]]:
    """The indices of the words in each line: as few lines as possible; two lines as even as possible."""

    def wide(numbers: Sequence[int]) -> float:
        return fonts.text_width(" ".join(words[n] for n in numbers), font, size)

    lines: list[list[int]] = [[]]
    for number in range(len(words)):
        if lines[-1] and wide([*lines[-1], number]) > available:
            lines.append([])
        lines[-1].append(number)
    if len(lines) != 2:
        return lines
    every = list(range(len(words)))
    splits = [(every[:n], every[n:]) for n in range(1, len(words))]
    fitting = [split for split in splits if max(map(wide, split)) <= available]
    return [*min(fitting or [tuple(lines)], key=lambda split: abs(wide(split[0]) - wide(split[1])))]  # type: ignore[list-item]


@lru_cache(maxsize=32)
def _font(name: str, size: float) -> "FreeTypeFont":
    from PIL import ImageFont

    face = fonts.load(name)
    return ImageFont.truetype(str(face.file), max(1.0, size * face.em / face.height))
