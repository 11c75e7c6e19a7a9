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
from pytoon_pipeline.contracts.spec.layers import TextLayer
from pytoon_pipeline.contracts.style import TextShadow, TextStyle
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.media.word_layout import PlacedWord, Typography, place_letters, place_words
from pytoon_pipeline.rendering import emoji

if TYPE_CHECKING:
    from PIL.Image import Image
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
    shadows: tuple[TextShadow, ...] = ()

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
        shadow = max((one.spread + 2 * one.blur + max(abs(one.x), abs(one.y)) for one in self.shadows), default=0.0)
        margin = self.outline + 0.2 * self.size + shadow
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


def _glyphs(lines: Sequence[Sequence[Run]], style: TextStyle, size: float, outline: float) -> list[Glyphs]:
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
            x, y = run.x * factor - area.left * OVERSAMPLING, run.baseline * factor - area.top * OVERSAMPLING
            colour = rgb(glyphs.outline_colour if stroke else run.colour)
            width = glyphs.outline * factor if stroke else 0
            for part in fonts.font_runs(run.text, glyphs.font):
                if part.font.colour:
                    _paste_emoji(picture, part, glyphs.size * factor, x, y)
                else:
                    font = _font(part.font.name, round(glyphs.size * factor * part.scale, 5))
                    pen.text(
                        (x, y), part.text, fill=colour, font=font, anchor="ls", stroke_width=width, stroke_fill=colour
                    )
                x += part.width(glyphs.size * factor)
    values = np.asarray(cv2.resize(np.asarray(picture), size, interpolation=cv2.INTER_AREA), np.float32)
    alpha = values[:, :, 3] / 255
    colours = values[:, :, 2::-1] * alpha[:, :, None]
    for shadow in reversed(glyphs.shadows):
        colours, alpha = _over_shadow(colours, alpha, shadow, scale)
    return colours, alpha


def _over_shadow(
    colours: NDArray[np.float32], alpha: NDArray[np.float32], shadow: TextShadow, scale: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Letters over a shadow of theirs."""
    import cv2

    reach = max(1, round(shadow.spread * scale))
    wide = cv2.dilate(alpha, np.ones((2 * reach + 1, 2 * reach + 1))) if shadow.spread else alpha
    move = np.array([[1, 0, shadow.x * scale], [0, 1, shadow.y * scale]], np.float32)
    cover = cv2.warpAffine(wide, move, alpha.shape[::-1])
    if shadow.blur:
        cover = cv2.GaussianBlur(cover, (0, 0), shadow.blur * scale)
    cover = np.asarray(cover * shadow.opacity * (1 - alpha), np.float32)
    tint = np.array(rgb(shadow.colour)[::-1], np.float32)
    return colours + cover[:, :, None] * tint, alpha + cover


def _runs(parts: Sequence[tuple[str, Colour]], x: float, baseline: float, style: TextStyle, size: float) -> list[Run]:
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


def _paste_emoji(picture: "Image", run: fonts.FontRun, size: float, x: float, y: float) -> None:
    """Pastes a run of emoji with its start on the baseline at ``x``, ``y``."""
    from PIL import Image

    pixels = emoji.draw(run, size, x, y)
    inside = pixels.rgba[max(0, -pixels.top) :, max(0, -pixels.left) :]
    if inside.size:
        place = (max(0, pixels.left), max(0, pixels.top))
        picture.alpha_composite(Image.fromarray(np.ascontiguousarray(inside), "RGBa").convert("RGBA"), place)


@lru_cache(maxsize=32)
def _font(name: str, scale: float) -> "FreeTypeFont":
    """A font at ``scale`` pixels per unit."""
    from PIL import ImageFont

    face = fonts.load(name)
    return ImageFont.truetype(str(face.file), max(1.0, scale * face.em))
