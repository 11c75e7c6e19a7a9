"""Captions of speech: what is on screen when, their words lit one after the other."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, Cue
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import fonts
from pytoon_pipeline.rendering.ass import colour_tag, with_fallback_fonts

# A caption comes in at this share of its size, and grows fast at first.
SCALE_IN_FROM, SCALE_IN_EXPONENT = 0.8, 0.6


@dataclass(frozen=True)
class Event:
    """One state of a caption on screen, from frame ``start`` to before ``end`` of a segment.

    ``growing`` are the sizes, as shares of the full one, at which its first frames show it.
    """

    start: int
    end: int
    text: str
    scales: tuple[float, ...] = ()


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
                growing = tuple(
                    _scale_in(range(start + a - cue.start, start + b - cue.start), plan.style.scale_in_seconds, rate)
                )
                found.append(
                    Event(
                        a,
                        b,
                        _shrink_to_fit(cue, width, plan.style) + _highlighted_words(cue, index, plan.style),
                        growing,
                    )
                )
    return found


def missing_glyphs(cues: Sequence[Cue], style: CaptionStyle) -> dict[int, str]:
    """Characters that no font here has, by the index of the caption that needs them."""
    found = {index: fonts.missing_characters(_clean(cue.text, style), style.font) for index, cue in enumerate(cues)}
    return {index: "".join(sorted(lacking)) for index, lacking in found.items() if lacking}


def _clean(text: str, style: CaptionStyle) -> str:
    printable = "".join(char if fonts.printed(char) else " " for char in text)
    plain = " ".join(printable.split())
    return plain.upper() if style.uppercase else plain


def _highlighted_words(cue: Cue, lit: int, style: CaptionStyle) -> str:
    parts = []
    for index, word in enumerate(cue.words):
        tag = colour_tag(style.highlight if index == lit else style.colour)
        parts.append(f"{{{tag}}}{with_fallback_fonts(_clean(word.text, style), style.font)}")
    return " ".join(parts)


def _shrink_to_fit(cue: Cue, width: int, style: CaptionStyle) -> str:
    """An override that shrinks a caption with a word too wide for the screen."""
    scratch = width - 2 * style.margin - 2 * style.outline
    widest = max(fonts.text_width(_clean(word.text, style), style.font, style.size) for word in cue.words)
    scale = min(100.0, 100 * scratch / widest) if widest else 100.0
    return f"{{\\fscx{scale:.1f}\\fscy{scale:.1f}}}" if scale < 100 else ""


def _scale_in(since: range, seconds: float, rate: FrameRate) -> Iterator[float]:
    """Sizes of a caption in frames counted from its first, until it has grown to the full one."""
    for frame in since:
        passed = rate.seconds(frame)
        if passed >= seconds:
            return
        yield round(SCALE_IN_FROM + (1 - SCALE_IN_FROM) * (passed / seconds) ** SCALE_IN_EXPONENT, 4)
