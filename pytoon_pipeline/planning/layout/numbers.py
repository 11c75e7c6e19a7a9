"""Titles with a number or a price: it stands large on a line of its own, between what comes before and after it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from pytoon_pipeline.planning.layout.text_fit import TextBox, TextLayout, fit
from pytoon_pipeline.planning.title_request import TitleRequest

# Units of measurement that stand on the line of their number.
UNIT = r"(?:[%$€£¥₹×]|[kcm]?m|[km]?g|[cm]?l|kW|W|[MGT]B|h|min|°C?)(?![\w²³])"
NUMBER = re.compile(
    r"(?P<before>\D*?)(?<![^\s])(?P<number>[+\-−–]?(?P<currency>[$€£¥₹])?\s?\d+(?:[.,]\d{3})*(?:[.,]\d{1,2})?"
    rf"(?P<unit>\s?{UNIT})?)(?:\s+(?P<after>\D+))?"
)
# What comes before has at most so many characters, before a price or a measure more; what comes after so many words.
MAX_BEFORE, MAX_BEFORE_MEASURE, MAX_AFTER = 14, 20, 6
# A number has at least and at most so many characters, and at most this size in pixels.
MIN_CHARACTERS, MAX_CHARACTERS, NUMBER_SIZE = 2, 8, 600
# The number's share of the height, and with lines above and below it, others, the first at which these fit; their size
# as a share of the number's, with limits in pixels.
NUMBER_SHARES, LABEL_SHARE, MIN_LABEL, MAX_LABEL = (0.66, 0.56, 0.48), 0.36, 64, 190
# The distance between a number and the lines around it as a share of its size: digits may reach the edge of their line.
GAP_SHARE = 0.05
# A wider padding than an outline is that of a box. Boxes do not touch.
MAX_OUTLINE, BOX_GAP = 24, 14
ROLES = ("hook", "headline", "beat", "cta")


class NumberText(NamedTuple):
    """The parts of a text with a number; ``before`` and ``after`` may be empty."""

    before: str
    number: str
    after: str


def number_text(text: str) -> NumberText | None:
    """The parts of a short text with one number or price; none for other texts."""
    found = NUMBER.fullmatch(text.replace("\n", " "))
    if found is None:
        return None
    before, number, after = (" ".join((found[name] or "").split()) for name in ("before", "number", "after"))
    most = MAX_BEFORE_MEASURE if found["currency"] or found["unit"] else MAX_BEFORE
    fits = MIN_CHARACTERS <= len(number) <= MAX_CHARACTERS and len(before) <= most
    return NumberText(before, number, after) if fits and len(after.split()) <= MAX_AFTER else None


def with_labels(titles: Sequence[TitleRequest], items: int) -> tuple[TitleRequest, ...]:
    """``titles``, over one item the hook that is a number joined with the only beat, which explains it."""
    beats = [title for title in titles if title.role == "beat"]
    hook = next((title for title in titles if title.role == "hook"), None)
    if items != 1 or len(beats) != 1 or hook is None or number_text(hook.text) is None:
        return tuple(titles)
    joined = f"{hook.text} {beats[0].text}"
    if number_text(joined) is None:
        return tuple(titles)
    return tuple(replace(one, text=joined) if one is hook else one for one in titles if one is not beats[0])


def number_page(title: TitleRequest, box: TextBox, padding: float) -> TextLayout | None:
    """The page of a title with a number, which fills the width of ``box``, with the other parts in ``stack``.

    ``padding`` is that of each part. None for titles without a number, and where it would not be larger than ordinary.
    """
    parts = number_text(title.text) if title.role in ROLES else None
    if parts is None:
        return None
    shares = NUMBER_SHARES if parts.before and parts.after else NUMBER_SHARES[:1]
    pages = (_stacked(parts, box, padding, share) for share in shares)
    return next((page for page in pages if page is not None), None)


def _stacked(parts: NumberText, box: TextBox, padding: float, share: float) -> TextLayout | None:
    """The page with a number in this share of the height; none where the parts do not fit."""
    line = replace(box, size=NUMBER_SIZE, min_size=box.size, lines=1, height=box.height * share)
    number = fit(parts.number, line)
    if number is None:
        return None
    size = min(MAX_LABEL, max(MIN_LABEL, round(number.size * LABEL_SHARE)))
    free = box.height - number.height - round(GAP_SHARE * number.size) * bool(parts.before or parts.after)
    label = replace(box, size=size, min_size=min(size, MIN_LABEL), lines=2, height=free)
    others = [fit(text, label) if text else number for text in (parts.before, parts.after)]
    if others[0] is None or others[1] is None:
        return None
    above, below = (other if text else None for other, text in zip(others, (parts.before, parts.after), strict=True))
    stack = tuple(one for one in (above, number, below) if one is not None)
    height = sum(one.height for one in stack) + sum(gaps(stack, padding)) + round(2 * padding) * (len(stack) - 1)
    if height > box.height:
        return None
    width = max(one.width for one in stack)
    lines = tuple(line for one in stack for line in one.lines)
    return TextLayout(lines, number.size, width, height, stack=stack)


def gaps(stack: Sequence[TextLayout], padding: float) -> list[int]:
    """The distances between the parts of a page, in pixels."""
    if padding > MAX_OUTLINE:
        return [BOX_GAP] * (len(stack) - 1)
    return [round(GAP_SHARE * max(a.size, b.size)) for a, b in pairwise(stack)]
