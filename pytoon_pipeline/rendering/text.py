"""Text layers as sheets: lines set by libass once, then placed like any picture."""

import os
import subprocess
import tempfile
from functools import lru_cache
from math import ceil
from pathlib import Path

import numpy as np

from pytoon_pipeline.contracts.style import TextBox, TextStyle
from pytoon_pipeline.media import ffmpeg, fonts
from pytoon_pipeline.media.colour import rgb, yuv
from pytoon_pipeline.rendering import ass, shapes
from pytoon_pipeline.rendering.sheets import Patch, Sheet, clear, from_premultiplied, lay

# Marks above and below letters may reach out of their line by this share of its height.
OVERHANG = 0.25


@lru_cache(maxsize=128)
def draw(lines: tuple[str, ...], style: TextStyle, width: int, height: int, detail: float) -> Sheet:
    """Lines of text in a box of ``width`` × ``height``, ``detail`` pixels of the sheet for one of the video."""
    margin = style.outline + style.shadow + OVERHANG * style.size
    reach = 2 * ceil(margin * detail / 2)
    box_w, box_h = 2 * ceil(width * detail / 2), 2 * ceil(height * detail / 2)
    sheet = _set(lines, style, box_w, box_h, reach, detail)
    if style.box is None:
        return sheet
    canvas = clear(*sheet.size)
    lay(canvas, Patch(reach, reach, _plate(style.box, box_w, box_h, detail)))
    lay(canvas, Patch(0, 0, sheet))
    return Sheet(canvas.y, canvas.u, canvas.v, canvas.a, canvas.h, box=sheet.box)


def _plate(box: TextBox, width: int, height: int, detail: float) -> Sheet:
    coverage = shapes.rounded(width, height, box.radius * detail) * np.float32(box.opacity)
    y, u, v = (np.float32(value) for value in yuv(box.colour))
    return from_premultiplied(y * coverage, u * coverage, v * coverage, coverage)


def _set(lines: tuple[str, ...], style: TextStyle, box_w: int, box_h: int, reach: int, detail: float) -> Sheet:
    width, height = box_w + 2 * reach, box_h + 2 * reach
    with tempfile.TemporaryDirectory(prefix="pytoon-text-") as folder:
        room = Path(folder)
        names = fonts.with_fallbacks(style.font)
        configuration = fonts.configure(room / "fonts", *names)
        _write(lines, style, width, height, reach, detail, room / "text.ass")
        graph = (
            f"color=black@0:s={width}x{height}:r=1:d=1,format=yuva444p,setparams=range=tv:colorspace=bt709,"
            f"ass=f=text.ass:fontsdir=fonts:alpha=1"
        )
        done = subprocess.run(
            [ffmpeg.program(), "-v", "error", "-nostdin", "-f", "lavfi", "-i", graph, "-frames:v", "1",
             "-f", "rawvideo", "-pix_fmt", "yuva444p", "-"],
            cwd=room, env=dict(os.environ, FONTCONFIG_FILE=str(configuration)), capture_output=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise ffmpeg.fault(done.stderr.decode("utf-8", "replace"))
    y, u, v, a = np.frombuffer(done.stdout, np.uint8).reshape(4, height, width).astype(np.float32)
    # libass has drawn on black, which the share that shows through takes out again.
    coverage = a / 255
    rest = 1 - coverage
    sheet = from_premultiplied(y - 16 * rest, u - 128 * rest, v - 128 * rest, coverage)
    return Sheet(sheet.y, sheet.u, sheet.v, sheet.a, sheet.h, box=(reach, reach, box_w, box_h))


def _write(
    lines: tuple[str, ...], style: TextStyle, width: int, height: int, reach: int, detail: float, path: Path
) -> None:
    import pysubs2

    file = pysubs2.SSAFile()
    file.info.update({"PlayResX": str(width), "PlayResY": str(height), "ScaledBorderAndShadow": "yes"})
    file.info.update({"WrapStyle": "2", "YCbCr Matrix": "TV.709"})
    font = fonts.load(style.font)
    inset = (style.box.padding if style.box else 0) * detail
    x = {"left": reach + inset, "centre": width / 2, "right": width - reach - inset}[style.align]
    place = {"left": 4, "centre": 5, "right": 6}[style.align]
    file.styles["Default"] = pysubs2.SSAStyle(
        fontname=font.family,
        fontsize=style.size * detail,
        bold=font.bold,
        primarycolor=pysubs2.Color(*rgb(style.colour)),
        outlinecolor=pysubs2.Color(*rgb(style.outline_colour)),
        backcolor=pysubs2.Color(*rgb(style.outline_colour), 90),
        outline=style.outline * detail,
        shadow=style.shadow * detail,
        encoding=ass.AUTOMATIC_DIRECTION,
    )
    text = "\\N".join(ass.in_fonts(line, style.font) for line in lines)
    opening = f"{{\\an{place}\\pos({x:.2f},{height / 2:.2f})}}"
    file.append(pysubs2.SSAEvent(start=0, end=10_000, text=opening + text))
    file.save(str(path), format_="ass")
