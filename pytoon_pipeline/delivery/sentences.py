"""Spoken words to cues: whole sentences and clauses where the limits of a cue allow it. Pure."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import inf

from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.delivery.cue_text import LINE_WIDTH, MAX_LINES, Piece, full_lines, line_width

# Limits of a cue in seconds and characters per second, see ``cues``.
MIN_SECONDS, MAX_SECONDS, READING_SPEED = Fraction(5, 6), 7, 17
# A pause of this length separates phrases.
PAUSE_SECONDS = Fraction(35, 100)
# How well a cue may end after a sentence, at a pause or a cut, and after a clause; 0 is in the middle of a phrase.
SENTENCE, PAUSE, CLAUSE, SHORT_WORD = 1.0, 0.8, 0.6, -0.15
# Cost of exceeding a limit that can be kept otherwise.
EXCESS = 1000.0


def split(
    words: Sequence[Piece], rate: FrameRate, frames: int, cuts: frozenset[int] = frozenset()
) -> list[list[Piece]]:
    """Words in cues at the least cost: at the ends of sentences, at pauses and cuts, else evenly."""
    ends = _end_values(words, rate, cuts)
    starts = [word.start for word in words] + [frames]
    best: list[tuple[float, int]] = [(0.0, len(words))] * (len(words) + 1)
    for first in range(len(words) - 1, -1, -1):
        best[first] = (inf, len(words))
        inside = 0.0
        for last in range(first + 1, len(words) + 1):
            group = words[first:last]
            excess = _excess(group, rate)
            if last == len(words) or starts[last] > starts[first]:
                cost = inside + EXCESS * excess + _cost(group, starts[last], rate) + _break_cost(ends[last - 1])
                best[first] = min(best[first], (cost + best[last][0], last))
                if excess and best[first][0] < inf:
                    break
            if last < len(words):
                inside += _inside_cost(words[last - 1], words[last], ends[last - 1], rate)
    groups, first = [], 0
    while first < len(words):
        groups.append(list(words[first : best[first][1]]))
        first = best[first][1]
    return groups


def _end_values(words: Sequence[Piece], rate: FrameRate, cuts: frozenset[int]) -> list[float]:
    """How well a cue may end after each word; below 0 after a short one."""
    found = []
    for word, following in pairwise(words):
        paused = following.start - word.end >= PAUSE_SECONDS * rate.fraction
        if word.ends_sentence and not following.text[:1].islower():
            found.append(SENTENCE)
        elif paused or any(word.start < cut <= following.start for cut in cuts):
            found.append(PAUSE)
        elif word.ends_clause:
            found.append(CLAUSE)
        else:
            found.append(SHORT_WORD if word.is_short else 0.0)
    return [*found, SENTENCE]


def _break_cost(end_value: float) -> float:
    return 2 * (1 - end_value)


def _inside_cost(word: Piece, following: Piece, end_value: float, rate: FrameRate) -> float:
    """The cost of going on in the same cue after ``word``."""
    pause = float((following.start - word.end) / rate.fraction)
    return 1.6 * max(0.0, end_value) ** 2 + max(0.0, pause - float(PAUSE_SECONDS))


def _excess(group: Sequence[Piece], rate: FrameRate) -> int:
    """Lines too many, and 1 more for a duration that is too long."""
    too_long = len(group) > 1 and group[-1].end - group[0].start > MAX_SECONDS * rate.fraction
    return max(0, len(full_lines(group)) - MAX_LINES) + too_long


def _cost(group: Sequence[Piece], until: int, rate: FrameRate) -> float:
    """The cost of a cue that can stay until the frame ``until``: one by itself, more if it is short or fast."""
    seconds = float(min((until - group[0].start) / rate.fraction, Fraction(MAX_SECONDS)))
    characters = line_width(group)
    short = max(0.0, 1 - seconds / float(MIN_SECONDS))
    fast = max(0.0, characters / seconds / READING_SPEED - 1) if seconds > 0 else 1.0
    unfilled = 1 - min(1.0, characters / (MAX_LINES * LINE_WIDTH))
    return 1 + 6 * short + min(fast, 2.0) + 0.8 * unfilled**2
