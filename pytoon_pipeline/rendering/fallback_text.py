"""The fallback text renderer: Pillow draws text when libass is not available. No shaping, one colour."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pytoon_pipeline.media import fonts
from pytoon_pipeline.rendering.ass import WORD_JOINER
from pytoon_pipeline.rendering.yuva import YuvaImage, from_pixels

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont
    from pysubs2 import SSAStyle

# Space between lines, as a share of the font size.
LINE_SPACING = 0.25
POSITION = re.compile(r"\\an(\d)\\pos\(([\d.-]+),([\d.-]+)\)")


def draw(
    texts: Sequence[str], style: "SSAStyle", font: str, width: int, height: int, *, wrap: bool
) -> Iterator[YuvaImage]:
    """Draws each text on ``width`` × ``height`` pixels, like ``libass.draw``. Only the position override is applied."""
    for text in texts:
        yield _draw_one(text, style, font, width, height, wrap)


def _draw_one(text: str, style: "SSAStyle", name: str, width: int, height: int, wrap: bool) -> YuvaImage:
    from PIL import Image, ImageDraw

    available = width - (style.marginl + style.marginr if wrap else 0)
    font, lines = _fit_font(plain_text(text), name, style.fontsize, available, wrap)
    canvas = Image.new("RGBA", (width, height))
    pen = ImageDraw.Draw(canvas)
    options: dict[str, Any] = {
        "font": font,
        "spacing": LINE_SPACING * style.fontsize,
        "stroke_width": round(style.outline),
    }
    left, top, right, bottom = pen.multiline_textbbox((0, 0), lines, **options)
    if position := POSITION.search(text):
        share = {"4": 0.0, "5": 0.5, "6": 1.0}[position[1]]
        x, y = float(position[2]) - share * (right - left), float(position[3]) - (bottom - top) / 2
    else:
        share, x, y = 0.5, (width - (right - left)) / 2, height - style.marginv - (bottom - top)
    options |= {"fill": _rgb(style.primarycolor), "stroke_fill": _rgb(style.outlinecolor)}
    pen.multiline_text((x - left, y - top), lines, align=("left", "center", "right")[round(2 * share)], **options)
    return replace(from_pixels(np.array(canvas)), box=(0, 0, width, height))


def plain_text(text: str) -> str:
    """The text that libass would draw: override tags removed, escapes resolved, lines separated by line feeds."""
    escaped = text.replace("\\" + WORD_JOINER, "\0").replace("\\{", "\1").replace("\\}", "\2")
    without_tags = re.sub(r"\{[^}]*\}", "", escaped).replace("\\N", "\n")
    return without_tags.replace("\0", "\\").replace("\1", "{").replace("\2", "}")


def _fit_font(text: str, name: str, size: float, available: float, wrap: bool) -> tuple["FreeTypeFont", str]:
    """The font, smaller when a word is wider than ``available`` pixels, and the text broken into lines."""
    font = _font(name, size)
    unbreakable = text.split() if wrap else text.split("\n")
    widest = max((font.getlength(part) for part in unbreakable), default=0.0)
    if widest > available:
        font = _font(name, size * available / widest)
    lines = [part for line in text.split("\n") for part in (_wrap(line, font, available) if wrap else [line])]
    return font, "\n".join(lines)


def _wrap(line: str, font: "FreeTypeFont", available: float) -> list[str]:
    lines = [""]
    for word in line.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > available:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _font(name: str, size: float) -> "FreeTypeFont":
    from PIL import ImageFont

    font = fonts.load(name)
    # Plans give the distance from ascender to descender; Pillow expects the size of the em.
    probe = ImageFont.truetype(str(font.file), 1000)
    return ImageFont.truetype(str(font.file), max(1, round(1000 * font.width("M", size) / probe.getlength("M"))))


def _rgb(colour: Any) -> tuple[int, int, int]:
    return colour.r, colour.g, colour.b
