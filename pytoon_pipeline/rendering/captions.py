"""Captions of speech as ASS for libass, their words lit one after the other."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec import CaptionPlan, Cue
from pytoon_pipeline.contracts.timing import FrameRate
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.rendering.ass import AUTOMATIC_DIRECTION, colour_tag, in_fonts

POP_FROM = 80


@dataclass(frozen=True)
class Event:
    """One state of a caption on screen, from frame ``start`` to before ``end`` of a segment."""

    start: int
    end: int
    text: str


def events(plan: CaptionPlan, start: int, frames: int, width: int, rate: FrameRate) -> list[Event]:
    """What is on screen in frames ``[start, start + frames)``, counted from there. One event a lit word."""
    found = []
    for cue in plan.cues:
        if cue.end <= start or cue.start >= start + frames:
            continue
        edges = [cue.start, *(word.start for word in cue.words[1:]), cue.end]
        for index, (first, last) in enumerate(itertools.pairwise(edges)):
            a, b = max(first - start, 0), min(last - start, frames)
            if a < b:
                text = _opening(cue, first, start, a, width, plan.style, rate)
                found.append(Event(a, b, text + _words(cue, index, plan.style)))
    return found


def write(lines: Iterable[Event], style: CaptionStyle, width: int, height: int, rate: FrameRate, path: Path) -> None:
    """Writes an ASS file."""
    import pysubs2

    file = pysubs2.SSAFile()
    file.info.update(
        {"PlayResX": str(width), "PlayResY": str(height), "ScaledBorderAndShadow": "yes", "WrapStyle": "0"}
    )
    file.info["YCbCr Matrix"] = "TV.709"
    font = fonts.load(style.font)
    file.styles["Default"] = pysubs2.SSAStyle(
        fontname=font.family,
        fontsize=style.size,
        bold=font.bold,
        primarycolor=pysubs2.Color(*rgb(style.colour)),
        outlinecolor=pysubs2.Color(*rgb(style.outline_colour)),
        backcolor=pysubs2.Color(0, 0, 0, 128),
        outline=style.outline,
        shadow=style.shadow,
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        marginl=style.margin,
        marginr=style.margin,
        marginv=round(height * (1 - style.position)),
        encoding=AUTOMATIC_DIRECTION,
    )
    for line in lines:
        file.append(pysubs2.SSAEvent(start=_ms(line.start, rate), end=_ms(line.end, rate), text=line.text))
    file.save(str(path), format_="ass")


def missing_glyphs(cues: Sequence[Cue], style: CaptionStyle) -> dict[int, str]:
    """Characters that no font here has, by the index of the caption that needs them."""
    found = {index: fonts.lacking(_clean(cue.text, style), style.font) for index, cue in enumerate(cues)}
    return {index: "".join(sorted(lacking)) for index, lacking in found.items() if lacking}


def _clean(text: str, style: CaptionStyle) -> str:
    printable = "".join(char if char.isprintable() else " " for char in text)
    plain = " ".join(printable.split())
    return plain.upper() if style.uppercase else plain


def _words(cue: Cue, lit: int, style: CaptionStyle) -> str:
    parts = []
    for index, word in enumerate(cue.words):
        tag = colour_tag(style.highlight if index == lit else style.colour)
        parts.append(f"{{{tag}}}{in_fonts(_clean(word.text, style), style.font)}")
    return " ".join(parts)


def _opening(cue: Cue, first: int, start: int, shown: int, width: int, style: CaptionStyle, rate: FrameRate) -> str:
    """Overrides at the start of an event: shrinks a word too wide for the screen, and lets a new caption grow in."""
    room = width - 2 * style.margin - 2 * style.outline
    widest = max(fonts.text_width(_clean(word.text, style), style.font, style.size) for word in cue.words)
    scale = min(100.0, 100 * room / widest) if widest else 100.0
    opening = f"\\fscx{scale:.1f}\\fscy{scale:.1f}" if scale < 100 else ""
    if style.pop and first == cue.start:
        # Counted from the event's start, which is rounded and which a segment's beginning may have cut.
        begin = round(rate.seconds(cue.start - start) * 1000) - _ms(shown, rate)
        small = scale * POP_FROM / 100
        opening = (
            f"\\fscx{small:.1f}\\fscy{small:.1f}"
            f"\\t({begin},{begin + round(style.pop * 1000)},0.6,\\fscx{scale:.1f}\\fscy{scale:.1f})"
        )
    return f"{{{opening}}}" if opening else ""


def _ms(frame: int, rate: FrameRate) -> int:
    """A frame's time in ASS's hundredths, rounded down: a frame at 0.0333 s is then within ``[0.03, …)``."""
    return int(frame / rate.fraction * 100) * 10
