"""Captions as ASS for libass: what a person wrote is drawn literally, never read as styling."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec import CaptionPlan, Cue
from pytoon_pipeline.contracts.timing import FrameRate
from pytoon_pipeline.rendering.fonts import FALLBACKS, Font, load

POP_FROM = 80
# Keeps a backslash from forming a command with the letter behind it; it has no width.
WORD_JOINER = "\u2060"


@dataclass(frozen=True)
class Event:
    """One state of a caption on screen, from frame ``start`` to before ``end`` of a segment."""

    start: int
    end: int
    text: str


def events(plan: CaptionPlan, start: int, frames: int, width: int, rate: FrameRate) -> list[Event]:
    """What is on screen in frames ``[start, start + frames)``, counted from there. One event a lit word."""
    font = load(plan.style.font)
    found = []
    for cue in plan.cues:
        if cue.end <= start or cue.start >= start + frames:
            continue
        edges = [cue.start, *(word.start for word in cue.words[1:]), cue.end]
        for index, (first, last) in enumerate(itertools.pairwise(edges)):
            a, b = max(first - start, 0), min(last - start, frames)
            if a < b:
                text = _opening(cue, first, start, a, width, plan.style, font, rate)
                found.append(Event(a, b, text + _words(cue, index, plan.style, font)))
    return found


def write(lines: Iterable[Event], style: CaptionStyle, width: int, height: int, rate: FrameRate, path: Path) -> None:
    """Writes an ASS file."""
    import pysubs2

    file = pysubs2.SSAFile()
    file.info.update(
        {"PlayResX": str(width), "PlayResY": str(height), "ScaledBorderAndShadow": "yes", "WrapStyle": "0"}
    )
    file.info["YCbCr Matrix"] = "TV.709"
    font = load(style.font)
    file.styles["Default"] = pysubs2.SSAStyle(
        fontname=font.family,
        fontsize=style.size,
        bold=font.bold,
        primarycolor=pysubs2.Color(*_rgb(style.colour)),
        outlinecolor=pysubs2.Color(*_rgb(style.outline_colour)),
        backcolor=pysubs2.Color(0, 0, 0, 128),
        outline=style.outline,
        shadow=style.shadow,
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        marginl=style.margin,
        marginr=style.margin,
        marginv=round(height * (1 - style.position)),
    )
    for line in lines:
        file.append(pysubs2.SSAEvent(start=_ms(line.start, rate), end=_ms(line.end, rate), text=line.text))
    file.save(str(path), format_="ass")


def missing_glyphs(cues: Sequence[Cue], style: CaptionStyle) -> dict[int, str]:
    """Characters that no font here has, by the index of the caption that needs them."""
    fonts = [load(name) for name in (style.font, *FALLBACKS)]
    found = {}
    for index, cue in enumerate(cues):
        lacking = set.intersection(*(font.missing(_clean(cue.text, style)) for font in fonts))
        if lacking:
            found[index] = "".join(sorted(lacking))
    return found


def literal(text: str) -> str:
    """``text`` such that libass draws exactly its characters."""
    return text.replace("\\", "\\" + WORD_JOINER).replace("{", "\\{").replace("}", "\\}")


def _clean(text: str, style: CaptionStyle) -> str:
    printable = "".join(char if char.isprintable() else " " for char in text)
    plain = " ".join(printable.split())
    return plain.upper() if style.uppercase else plain


def _words(cue: Cue, lit: int, style: CaptionStyle, font: Font) -> str:
    parts = []
    for index, word in enumerate(cue.words):
        colour = style.highlight if index == lit else style.colour
        r, g, b = _rgb(colour)
        parts.append(f"{{\\1c&H{b:02X}{g:02X}{r:02X}&}}{_in_fonts(_clean(word.text, style), font)}")
    return " ".join(parts)


def _in_fonts(text: str, font: Font) -> str:
    """Runs of characters that the font lacks name the fallback that has them."""
    lacking = font.missing(text)
    if not lacking:
        return literal(text)
    other = next((f for f in map(load, FALLBACKS) if not lacking & f.missing(text)), load(FALLBACKS[0]))
    return f"{{\\fn{other.family}}}{literal(text)}{{\\fn{font.family}}}"


def _opening(
    cue: Cue, first: int, start: int, shown: int, width: int, style: CaptionStyle, font: Font, rate: FrameRate
) -> str:
    """Overrides at the start of an event: shrinks a word too wide for the screen, and lets a new caption grow in."""
    room = width - 2 * style.margin - 2 * style.outline
    widest = max(font.width(_clean(word.text, style), style.size) for word in cue.words)
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


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
