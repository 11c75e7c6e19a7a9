"""Where speech is cut: at the quietest moment between two words, and what then stays of a source."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.time import TimeRange, gaps

WINDOW_SECONDS = 0.01
# Before the first word that goes, and before the next word that stays, a cut looks this far for the quietest moment.
REACH_SECONDS = 0.15
# Words that touch each other are cut within so much of where they meet.
TOUCHING_SECONDS = 0.03
# The pause after words goes with them, unless something else may happen in it.
MAX_PAUSE_SECONDS = 1.0
# Between a cut and a pause nothing shorter than this stays without a word.
MIN_WORDLESS_SECONDS = 0.5


def cut_span(
    start: float, end: float, before: float, after: float, decibels: NDArray[np.float64]
) -> tuple[float, float]:
    """The range to cut out for words from ``start`` to ``end`` seconds.

    The word before them ends at ``before``, the next one begins at ``after``; ``decibels`` is the level of each 10 ms,
    shape (windows,). The pause after the words goes with them when it is short.
    """
    first = quietest(max(before, start - REACH_SECONDS), start, decibels)
    if after - end > MAX_PAUSE_SECONDS:
        return first, quietest(end, end + REACH_SECONDS, decibels)
    return first, quietest(max(end, after - REACH_SECONDS), after, decibels)


def quietest(start: float, end: float, decibels: NDArray[np.float64]) -> float:
    """The middle of the quietest 10 ms from ``start`` to ``end``; near them, where they are the same moment."""
    if end - start < TOUCHING_SECONDS:
        start, end = (start + end) / 2 - TOUCHING_SECONDS, (start + end) / 2 + TOUCHING_SECONDS
    first = max(0, round(start / WINDOW_SECONDS))
    window = decibels[first : max(first + 1, round(end / WINDOW_SECONDS))]
    if not len(window):
        return round(max(0.0, start), 4)
    return round((first + int(window.argmin()) + 0.5) * WINDOW_SECONDS, 4)


def without_cuts(
    speech: Sequence[TimeRange], cuts: Sequence[TimeRange], words: Sequence[Word]
) -> tuple[TimeRange, ...]:
    """What stays of ``speech``. Short parts beside a cut in which nobody says a word go with it."""
    if not cuts:
        return tuple(speech)
    spans, edges = [cut.span for cut in cuts], {time for cut in cuts for time in cut.span}
    return tuple(
        TimeRange(start=start, end=end)
        for one in speech
        for start, end in gaps(spans, one.start, one.end)
        if end - start >= MIN_WORDLESS_SECONDS
        or edges.isdisjoint((start, end))
        or any(word.start < end and word.end > start for word in words)
    )
