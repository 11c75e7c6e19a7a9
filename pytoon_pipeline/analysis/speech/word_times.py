"""Repairing impossible word times.

Transcribers place a first word at 0.0 s although speech starts later, stretch a word through the pause after it, report
words without length, let them overlap, or find words in silence or in music.
"""

from bisect import bisect_left, bisect_right

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.time import TimeRange

MIN_WORD_SECONDS = 0.04
# Longer words with a pause inside were stretched over it; shorter ones are spoken that way.
MAX_WHOLE = 1.0
# No spoken word is this long: it is music or noise.
MAX_SPOKEN = 2.0


def repair_word_times(
    words: tuple[Word, ...], wordless: tuple[TimeRange, ...], seconds: float
) -> tuple[tuple[Word, ...], int, tuple[Word, ...]]:
    """The words in order, none in the ``wordless`` ranges, none overlapping, none outside ``[0, seconds]``.

    ``wordless`` are silences and what is cut out, in order. Returns the words with the number of those whose times
    changed, and the words that were dropped because they lie in such a range or last too long to be speech.
    """
    kept: list[Word] = []
    dropped: list[Word] = []
    changed = 0
    starts, ends = [one.start for one in wordless], [one.end for one in wordless]
    previous_end = 0.0
    for word in sorted(words, key=lambda word: (word.start, word.end)):
        start, end = max(word.start, previous_end), min(max(word.end, word.start), seconds)
        near = wordless[bisect_right(ends, start) : bisect_left(starts, end)]
        start, end = _out_of(start, end, near)
        if end - start > MAX_SPOKEN:
            dropped.append(word)
            continue
        trimmed = (start, end) != (word.start, word.end)
        if end - start < MIN_WORD_SECONDS:
            end = min(start + MIN_WORD_SECONDS, seconds)
            if end - start < MIN_WORD_SECONDS / 2 or (trimmed and _within(start, end, wordless)):
                dropped.append(word)
                continue
        if (start, end) != (word.start, word.end):
            changed += 1
        kept.append(word.model_copy(update={"start": round(start, 4), "end": round(end, 4)}))
        previous_end = end
    return tuple(kept), changed, tuple(dropped)


def _out_of(start: float, end: float, wordless: tuple[TimeRange, ...]) -> tuple[float, float]:
    for one in wordless:
        if one.end <= start or one.start >= end:
            continue
        if one.start <= start and one.end >= end:
            return one.start, one.start
        if one.start <= start:
            start = one.end
        elif one.end >= end:
            end = one.start
        elif end - start > MAX_WHOLE:
            before, after = one.start - start, end - one.end
            start, end = (start, one.start) if before >= after else (one.end, end)
    return start, end


def _within(start: float, end: float, wordless: tuple[TimeRange, ...]) -> bool:
    middle = (start + end) / 2
    return any(middle in one for one in wordless)
