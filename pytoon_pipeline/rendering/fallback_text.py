"""Setting text plainly: letter after letter by Pillow, for when libass cannot be had. No shaping, one colour."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pytoon_pipeline.media import fonts
from pytoon_pipeline.rendering.ass import WORD_JOINER
from pytoon_pipeline.rendering.yuva import YuvaImage, from_rgba

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont
    from pysubs2 import SSAStyle

# Of the font size, between one line and the next.
LINE_SPACING = 0.25
POSITION = re.compile(r"\\an(\d)\\pos\(([\d.-]+),([\d.-]+)\)")


def draw(
    texts: Sequence[str], style: "SSAStyle", font: str, width: int, height: int, *, wrap: bool
) -> Iterator[YuvaImage]:
    """The same as ``libass.draw``: each text on ``width`` × ``height`` pixels. Of overrides only the place counts."""
    for text in texts:
        yield _draw_one(text, style, font, width, height, wrap)


def _draw_one(text: str, style: "SSAStyle", name: str, width: int, height: int, wrap: bool) -> YuvaImage:
    from PIL import Image, ImageDraw

    scratch = width - (style.marginl + style.marginr if wrap else 0)
    font, written = _fit_font(plain_text(text), name, style.fontsize, scratch, wrap)
    picture = Image.new("RGBA", (width, height))
    pen = ImageDraw.Draw(picture)
    options: dict[str, Any] = {
        "font": font,
        "spacing": LINE_SPACING * style.fontsize,
        "stroke_width": round(style.outline),
    }
    left, top, right, bottom = pen.multiline_textbbox((0, 0), written, **options)
    if place := POSITION.search(text):
        share = {"4": 0.0, "5": 0.5, "6": 1.0}[place[1]]
        x, y = float(place[2]) - share * (right - left), float(place[3]) - (bottom - top) / 2
    else:
        share, x, y = 0.5, (width - (right - left)) / 2, height - style.marginv - (bottom - top)
    options |= {"fill": _rgb(style.primarycolor), "stroke_fill": _rgb(style.outlinecolor)}
    pen.multiline_text((x - left, y - top), written, align=("left", "center", "right")[round(2 * share)], **options)
    return replace(from_rgba(np.array(picture)), box=(0, 0, width, height))


def plain_text(text: str) -> str:
    """The characters that a text for libass stands for, lines parted by line feeds."""
    shielded = text.replace("\\" + WORD_JOINER, "\0").replace("\\{", "\1").replace("\\}", "\2")
    bare = re.sub(r"\{[^}]*\}", "", shielded).replace("\\N", "\n")
    return bare.replace("\0", "\\").replace("\1", "{").replace("\2", "}")


def _fit_font(text: str, name: str, size: float, scratch: float, wrap: bool) -> tuple["FreeTypeFont", str]:
    """The font, smaller where a word would not fit into ``scratch``, and the text in lines."""
    font = _font(name, size)
    pieces = text.split() if wrap else text.split("\n")
    widest = max((font.getlength(piece) for piece in pieces), default=0.0)
    if widest > scratch:
        font = _font(name, size * scratch / widest)
    lines = [part for line in text.split("\n") for part in (_wrap(line, font, scratch) if wrap else [line])]
    return font, "\n".join(lines)


def _wrap(line: str, font: "FreeTypeFont", scratch: float) -> list[str]:
    lines = [""]
    for word in line.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > scratch:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _font(name: str, size: float) -> "FreeTypeFont":
    from PIL import ImageFont

    known = fonts.load(name)
    # Plans give the distance from ascender to descender; Pillow wants the size of the em.
    probe = ImageFont.truetype(str(known.file), 1000)
    return ImageFont.truetype(str(known.file), max(1, round(1000 * known.width("M", size) / probe.getlength("M"))))


def _rgb(colour: Any) -> tuple[int, int, int]:
    return colour.r, colour.g, colour.b
