"""Splits spoken words into pages of captions: a few words each, broken by sense."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import CueWord
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.planning.phrases import break_cost

# A page shorter than this cannot be read.
MIN_PAGE_SECONDS = 0.5
# A word of so many letters may stand alone.
LONG_WORD = 12
# What a page costs, one with a single short word, one shown too briefly, and one much shorter than it may be.
PAGE, LONELY, TOO_SHORT, UNEVEN = 2.0, 4.0, 5.0, 3.0


def split_pages(phrase: Sequence[CueWord], style: CaptionStyle, rate: FrameRate) -> list[list[CueWord]]:
    """The pages of a phrase: within the style's limits, and of those the ones with the best breaks.

    A single word longer than the limit stands alone; its page is shrunk to fit.
    """
    texts = [word.text for word in phrase]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(phrase) + 1):
        options = []
        for start in range(max(0, end - style.max_words), end):
            length = sum(map(len, texts[start:end])) + end - start - 1
            if length <= style.max_chars or end - start == 1:
                cost = best[start][0] + _page_cost(phrase, start, end, style, rate)
                options.append((cost + (break_cost(texts, start) if start else 0.0), start))
        best.append(min(options))
    pages: list[list[CueWord]] = []
    end = len(phrase)
    while end:
        start = best[end][1]
        pages.append(list(phrase[start:end]))
        end = start
    return pages[::-1]


def _page_cost(phrase: Sequence[CueWord], start: int, end: int, style: CaptionStyle, rate: FrameRate) -> float:
    """What a page of ``phrase[start:end]`` costs without the breaks around it."""
    words = phrase[start:end]
    until = phrase[end].start if end < len(phrase) else words[-1].end
    length = sum(len(word.text) for word in words) + len(words) - 1
    cost = PAGE + UNEVEN * max(0.0, 1 - length / style.max_chars) ** 2
    if len(words) == 1 < style.max_words and len(phrase) > 1:
        cost += LONELY * max(0.0, 1 - length / LONG_WORD)
    if until - words[0].start < rate.nearest(MIN_PAGE_SECONDS) and len(words) < len(phrase):
        cost += TOO_SHORT
    return cost
