"""Spoken words to cues: whole sentences and clauses where the limits of a cue allow it. Pure."""

from collections.abc import Sequence, Set
from fractions import Fraction
from itertools import pairwise
from math import inf

from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.delivery.cue_text import LINE_WIDTH, MAX_LINES, Piece, full_lines, line_width

# Limits of a cue in seconds and characters per second, see ``cues``.
MIN_SECONDS, MAX_SECONDS, READING_SPEED = Fraction(5, 6), 7, 17
# A pause of this length separates phrases.
PAUSE_SECONDS = 0.35
# How well a cue may end: after a sentence, where a pause was cut out, after a clause or a short pause, elsewhere.
SENTENCE, CUT, CLAUSE, PHRASE, SHORT_WORD = 1.0, 0.9, 0.6, 0.15, -0.15
# Text with punctuation: how much better a cue may end at a pause.
PAUSED = 0.25
# Cost of exceeding a limit that can be kept otherwise.
EXCESS = 1000.0


def split(words: Sequence[Piece], rate: FrameRate, frames: int, cuts: Set[int] = frozenset()) -> list[list[Piece]]:
    """Words in cues at the least cost: at the ends of sentences, at pauses and cuts, else evenly.

    At ``cuts``, frames of the video, something was cut out of the speech.
    """
    ends = _end_values(words, rate, cuts)
    starts = [word.start for word in words] + [frames]
    best: list[tuple[float, int]] = [(0.0, len(words))] * (len(words) + 1)
    for first in range(len(words) - 1, -1, -1):
        best[first] = (inf, len(words))
        free = starts[first] - (words[first - 1].end if first else 0)
        inside = 0.0
        for last in range(first + 1, len(words) + 1):
            group = words[first:last]
            excess = _excess(group, rate)
            if last == len(words) or starts[last] > starts[first]:
                cost = inside + EXCESS * excess + _cost(group, free, starts[last], rate) + 2 * (1 - ends[last - 1])
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


def _end_values(words: Sequence[Piece], rate: FrameRate, cuts: Set[int]) -> list[float]:
    """How well a cue may end after each word; below 0 after a short one. Punctuation counts more than pauses."""
    punctuated = any(word.ends_sentence for word in words)
    found = []
    for word, following in pairwise(words):
        value = PHRASE if word.ends_phrase(following) else SHORT_WORD if word.is_short else 0.0
        if word.ends_clause:
            value = CLAUSE
        rest = CUT if any(word.start < cut <= following.start for cut in cuts) else _rest(word, following, rate)
        if rest:
            value = min(CUT, value + PAUSED) if punctuated else max(value, rest)
        if word.ends_sentence and not following.text[:1].islower():
            value = SENTENCE
        found.append(value)
    return [*found, SENTENCE]


def _rest(word: Piece, following: Piece, rate: FrameRate) -> float:
    """How well a cue may end at the pause after ``word``; 0 without one."""
    pause = _pause(word, following, rate)
    return min(CUT, CLAUSE + pause - PAUSE_SECONDS) if pause >= PAUSE_SECONDS else 0.0


def _pause(word: Piece, following: Piece, rate: FrameRate) -> float:
    return float((following.start - word.end) / rate.fraction)


def _inside_cost(word: Piece, following: Piece, end_value: float, rate: FrameRate) -> float:
    """The cost of going on in the same cue after ``word``."""
    return 2.5 * max(0.0, end_value) ** 2 + max(0.0, _pause(word, following, rate) - PAUSE_SECONDS)


def _excess(group: Sequence[Piece], rate: FrameRate) -> int:
    """Lines too many, and 1 more for a duration that is too long."""
    too_long = len(group) > 1 and group[-1].end - group[0].start > MAX_SECONDS * rate.fraction
    return max(0, len(full_lines(group)) - MAX_LINES) + too_long


def _cost(group: Sequence[Piece], free: int, until: int, rate: FrameRate) -> float:
    """The cost of a cue that can stay until the frame ``until``: one by itself, more if it is short or fast.

    ``free`` frames before it have no speech; a short cue may begin there.
    """
    seconds = float((until - group[0].start) / rate.fraction)
    characters = line_width(group)
    short = max(0.0, 1 - (seconds + max(0.0, float(free / rate.fraction))) / float(MIN_SECONDS))
    fast = max(0.0, characters / min(seconds, MAX_SECONDS) / READING_SPEED - 1) if seconds > 0 else 1.0
    unfilled = 1 - min(1.0, characters / (MAX_LINES * LINE_WIDTH))
    return 1 + 6 * short + min(fast, 2.0) + 0.8 * unfilled**2
