"""Key words of titles: those that a person marks with *asterisks*, else those that carry the text."""

import re
from collections.abc import Sequence
from typing import Literal

from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.style import Emphasis, TextStyle
from pytoon_pipeline.media.colour import contrast, luminance_of, opposite
from pytoon_pipeline.planning.backdrops import Backdrop, colour_backdrop
from pytoon_pipeline.planning.key_words import key_words

# One or more words between single or double asterisks that touch them. A backslash keeps an asterisk as it is.
MARKED = re.compile(r"(?<![\w*\\])(?P<mark>\*{1,2})(?=[^\s*])(?P<words>(?:[^*\n\\]|\\.)*?[^\s*\\])(?P=mark)(?![\w*])")
# What follows a number and belongs to it.
UNIT = re.compile(
    r"(%|‰|°C?|[€$£¥]|[kcm]?m[²³]?|[kmµ]?g|[mc]?l|min|h|km/h|[GMk]B|(second|minute|hour|day|week|month|year)s?|times)[.,:;!?]?"
)
ESCAPED = re.compile(r"\\\*")
# Words that are strong when spoken and say little when written large.
PLAIN_WORDS = frozenset(
    (
        "every",
        "all",
        "each",
        "some",
        "any",
        "many",
        "most",
        "more",
        "both",
        "always",
        "must",
        "now",
        "today",
        "first",
        "last",
        "new",
        "everything",
        "only",
        "best",
        "alle",
        "jede",
        "jeder",
        "jedes",
        "jetzt",
        "neu",
        "tous",
        "toutes",
    )
)
# Colours with less contrast than this look alike, and an underline needs the second ratio (WCAG 2.2, 1.4.11).
ALIKE, LINE_CONTRAST = 1.25, 3.0
# An outline from so many pixels on, or a box from this opacity on, is what the letters stand on.
MIN_OUTLINE, MIN_OPACITY = 3.0, 0.6


def without_marks(text: str) -> tuple[str, frozenset[int]]:
    """``text`` without the asterisks that mark key words, and the indices of these among its words."""
    marked: set[int] = set()
    plain = ""
    end = 0
    for match in MARKED.finditer(text):
        plain += text[end : match.start()]
        first = len(plain.split()) - (not plain[-1:].isspace() and bool(plain))
        plain += match["words"]
        marked |= set(range(first, len(plain.split())))
        end = match.end()
    plain += text[end:]
    return ESCAPED.sub("*", plain), frozenset(marked)


def chosen_words(words: Sequence[str]) -> tuple[int, ...]:
    """The indices of the word of a page that stands out, with the unit of a number; never of all words."""
    weak = {n for n, word in enumerate(words) if word.strip(".,:;!?…").lower() in PLAIN_WORDS}
    kept = [n for n in range(len(words)) if n not in weak]
    found = [kept[n] for n in key_words([words[n] for n in kept], limit=1)]
    if found and words[found[0]][-1:].isdigit() and UNIT.fullmatch(" ".join(words[found[0] + 1 : found[0] + 2])):
        found.append(found[0] + 1)
    return tuple(found) if len(found) < len(words) else ()


def emphasis_of(
    headline: HeadlineSettings, style: TextStyle, backdrop: Backdrop, min_contrast: float
) -> Emphasis | None:
    """How key words of a text in ``style`` stand out from it, with at least ``min_contrast``; None for not at all."""
    if headline.emphasis == "none":
        return None
    accent, behind = headline.accent, _behind(style, backdrop)
    if headline.emphasis == "underline":
        line = accent if behind.min_contrast(accent) >= LINE_CONTRAST else style.colour
        return Emphasis(kind="underline", colour=style.colour, mark_colour=line)
    if (
        headline.emphasis == "colour"
        and behind.min_contrast(accent) >= min_contrast
        and not _alike(accent, style.colour)
    ):
        return Emphasis(kind="colour", colour=accent)
    kind: Literal["marker", "box"] = "marker" if headline.emphasis == "marker" else "box"
    if behind.darkest == behind.lightest and contrast(luminance_of(accent), behind.darkest) < ALIKE:
        # The accent is the ground already: key words are inverted.
        return Emphasis(kind=kind, colour=accent, mark_colour=style.colour)
    readable = contrast(luminance_of(style.colour), luminance_of(accent)) >= min_contrast
    return Emphasis(kind=kind, colour=style.colour if readable else opposite(accent), mark_colour=accent)


def _behind(style: TextStyle, backdrop: Backdrop) -> Backdrop:
    """What the letters of a text stand on: its own box or outline, else what is shown."""
    if style.background is not None and style.background.opacity >= MIN_OPACITY:
        return colour_backdrop(style.background.colour)
    return colour_backdrop(style.outline_colour) if style.outline >= MIN_OUTLINE else backdrop


def _alike(first: str, second: str) -> bool:
    return first.lower() == second.lower()
