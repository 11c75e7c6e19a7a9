"""Text layers as images: libass draws the lines once, then they are placed like any image."""

from dataclasses import replace
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from pytoon_pipeline.contracts.style import TextBackground, TextStyle
from pytoon_pipeline.media.colour import rgb, yuv
from pytoon_pipeline.rendering import ass, fallback_text, libass, shapes
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage, blend, from_premultiplied, transparent_image

if TYPE_CHECKING:
    from pysubs2 import SSAStyle

# Diacritics may extend beyond the line by this share of its height.
OVERHANG = 0.25


@lru_cache(maxsize=128)
def render_text(lines: tuple[str, ...], style: TextStyle, width: int, height: int, detail: float) -> YuvaImage:
    """Lines of text in a box of ``width`` × ``height`` video pixels, at ``detail`` image pixels per video pixel."""
    margin = style.outline + style.shadow + OVERHANG * style.size
    reach = 2 * ceil(margin * detail / 2)
    box_w, box_h = 2 * ceil(width * detail / 2), 2 * ceil(height * detail / 2)
    image = _render_lines(lines, style, box_w, box_h, reach, detail)
    if style.background is None:
        return image
    canvas = transparent_image(box_w + 2 * reach, box_h + 2 * reach)
    blend(canvas, Sprite(reach, reach, _background(style.background, box_w, box_h, detail)))
    left, top, _, _ = image.nominal
    blend(canvas, Sprite(reach - round(left), reach - round(top), image))
    return replace(canvas, box=(reach, reach, box_w, box_h))


def _background(background: TextBackground, width: int, height: int, detail: float) -> YuvaImage:
    coverage = shapes.rounded(width, height, background.radius * detail) * np.float32(background.opacity)
    y, u, v = (np.float32(value) for value in yuv(background.colour))
    return from_premultiplied(y * coverage, u * coverage, v * coverage, coverage)


def _render_lines(
    lines: tuple[str, ...], style: TextStyle, box_w: int, box_h: int, reach: int, detail: float
) -> YuvaImage:
    """The lines without background. The image's box is the text box; diacritics and outlines may overhang it."""
    width, height = box_w + 2 * reach, box_h + 2 * reach
    inset = (style.background.padding if style.background else 0) * detail
    x = {"left": reach + inset, "centre": width / 2, "right": width - reach - inset}[style.align]
    alignment = {"left": 4, "centre": 5, "right": 6}[style.align]
    text = "\\N".join(ass.with_fallback_fonts(line, style.font) for line in lines)
    position = f"{{\\an{alignment}\\pos({x:.2f},{height / 2:.2f})}}"
    draw = libass.draw if style.text_engine == "shaped" else fallback_text.draw
    (image,) = draw([position + text], _ass_style(style, detail), style.font, width, height, wrap=False)
    left, top, _, _ = image.nominal
    return replace(image, box=(left + reach, top + reach, box_w, box_h))


def _ass_style(style: TextStyle, detail: float) -> "SSAStyle":
    import pysubs2

    shadow_colour = pysubs2.Color(*rgb(style.outline_colour), 90)
    return libass.ass_style(
        style.font, style.size * detail, style.colour, style.outline_colour, style.outline * detail,
        style.shadow * detail, backcolor=shadow_colour,
    )  # fmt: skip
