"""The words that captions show: those that are heard, or what they mean in another language.

Cuts, silences and highlights always follow the words that are heard.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from statistics import fmean

from pytoon_pipeline.contracts.analysis import Translation, Word
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.line_units import line_units

# A translated word does not span a pause of this length, because the pause may be cut out of the video.
PAUSE_SECONDS = 0.1
# Scripts without spaces: phrases of together at most so many characters are shown as one word.
MAX_PHRASE = 10


def caption_words(material: AnalysedMedia) -> tuple[Word, ...]:
    """The words for the captions of a file; none of one that cannot be heard."""
    words = material.silence.words if material.silence is not None and material.audible else ()
    translation = material.transcript.translation if material.transcript is not None else None
    if translation is None or not translation.sentences:
        return words
    return tuple(translated_words(words, translation))


def translated_words(words: Sequence[Word], translation: Translation) -> Iterator[Word]:
    """The words of a translation, in the time in which ``words`` are heard. A sentence of which no word is heard is
    left out.
    """
    starts = [one.start for one in translation.sentences]
    heard: list[list[Word]] = [[] for _ in starts]
    for word in words:
        if not word.hidden:
            heard[max(0, bisect_right(starts, (word.start + word.end) / 2) - 1)].append(word)
    for sentence, run in zip(translation.sentences, heard, strict=True):
        if run:
            yield from _spread(_shown_words(sentence.text), run)


def _spread(texts: Sequence[str], heard: Sequence[Word]) -> Iterator[Word]:
    """``texts`` over the time of the words ``heard``, by length. Each lies between two pauses."""
    stretches = _stretches(heard)
    ends = list(accumulate(one[-1].end - one[0].start for one in stretches))
    spoken, letters = ends[-1], sum(map(len, texts))
    groups: list[list[str]] = [[] for _ in stretches]
    passed = 0
    for text in texts:
        middle = (passed + len(text) / 2) / letters * spoken
        groups[min(bisect_right(ends, middle), len(stretches) - 1)].append(text)
        passed += len(text)
    confidence = fmean(word.confidence for word in heard)
    for stretch, group in zip(stretches, groups, strict=True):
        start, seconds = stretch[0].start, stretch[-1].end - stretch[0].start
        shares = list(accumulate(map(len, group), initial=0))
        for text, (before, after) in zip(group, pairwise(shares), strict=True):
            first, last = start + seconds * before / shares[-1], start + seconds * after / shares[-1]
            yield Word(text=text, start=first, end=last, confidence=confidence)


def _stretches(words: Sequence[Word]) -> list[list[Word]]:
    """Words between pauses."""
    found = [[words[0]]]
    for before, after in pairwise(words):
        if after.start - before.end >= PAUSE_SECONDS:
            found.append([])
        found[-1].append(after)
    return found


def _shown_words(text: str) -> list[str]:
    """The words of a text; in scripts without spaces, its phrases, short ones together."""
    found: list[str] = []
    for word in text.split():
        joined = ""
        for unit in line_units(word):
            if joined and len(joined) + len(unit) > MAX_PHRASE and not word.isascii():
                found.append(joined)
                joined = ""
            joined += unit
        found.append(joined)
    return found
