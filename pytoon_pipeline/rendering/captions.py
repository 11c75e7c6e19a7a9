"""Captions of speech as events: what is on screen when, with the spoken word highlighted."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, Cue
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import fonts
from pytoon_pipeline.rendering.ass import colour_tag, with_fallback_fonts

# A caption appears at this share of its size and scales up, fast at first.
SCALE_IN_FROM, SCALE_IN_EXPONENT = 0.8, 0.6


@dataclass(frozen=True)
class Event:
    """One state of a caption on screen, in frames ``[start, end)`` of a segment.

    ``text`` is escaped for libass. ``scales`` are the scale factors of its first frames; later frames have scale 1.
    """

    start: int
    end: int
    text: str
    scales: tuple[float, ...] = ()


def events(plan: CaptionPlan, start: int, frames: int, width: int, rate: FrameRate) -> list[Event]:
    """The events in frames ``[start, start + frames)``, counted from ``start``: one per highlighted word."""
    result = []
    for cue in plan.cues:
        if cue.end <= start or cue.start >= start + frames:
            continue
        edges = [cue.start, *(word.start for word in cue.words[1:]), cue.end]
        for index, (first, last) in enumerate(itertools.pairwise(edges)):
            a, b = max(first - start, 0), min(last - start, frames)
            if a < b:
                age = range(start + a - cue.start, start + b - cue.start)
                scales = tuple(_scale_in(age, plan.style.scale_in_seconds, rate))
                text = _shrink_to_fit(cue, width, plan.style) + _highlighted_words(cue, index, plan.style)
                result.append(Event(a, b, text, scales))
    return result


def missing_glyphs(cues: Sequence[Cue], style: CaptionStyle) -> dict[int, str]:
    """Characters that no available font contains, by the index of the cue that needs them."""
    missing = {index: fonts.missing_characters(_clean(cue.text, style), style.font) for index, cue in enumerate(cues)}
    return {index: "".join(sorted(characters)) for index, characters in missing.items() if characters}


def _clean(text: str, style: CaptionStyle) -> str:
    printable = "".join(char if fonts.printed(char) else " " for char in text)
    normalised = " ".join(printable.split())
    return normalised.upper() if style.uppercase else normalised


def _highlighted_words(cue: Cue, highlighted: int, style: CaptionStyle) -> str:
    parts = []
    for index, word in enumerate(cue.words):
        tag = colour_tag(style.highlight if index == highlighted else style.colour)
        parts.append(f"{{{tag}}}{with_fallback_fonts(_clean(word.text, style), style.font)}")
    return " ".join(parts)


def _shrink_to_fit(cue: Cue, width: int, style: CaptionStyle) -> str:
    """The override tag that shrinks a caption with a word wider than the frame; empty when every word fits."""
    available = width - 2 * style.margin - 2 * style.outline
    widest = max(fonts.text_width(_clean(word.text, style), style.font, style.size) for word in cue.words)
    scale = min(100.0, 100 * available / widest) if widest else 100.0
    return f"{{\\fscx{scale:.1f}\\fscy{scale:.1f}}}" if scale < 100 else ""


def _scale_in(age: range, seconds: float, rate: FrameRate) -> Iterator[float]:
    """Scale factors of a caption by its age in frames, until it has its full size after ``seconds``."""
    for frame in age:
        elapsed = rate.seconds(frame)
        if elapsed >= seconds:
            return
        yield round(SCALE_IN_FROM + (1 - SCALE_IN_FROM) * (elapsed / seconds) ** SCALE_IN_EXPONENT, 4)
