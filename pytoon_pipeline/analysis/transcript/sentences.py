"""Words to sentences: at punctuation where the words have some, else at pauses."""

from collections.abc import Sequence
from itertools import pairwise

from pytoon_pipeline.contracts.analysis import Word

ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "।")
CLOSING = "\"'”’»)]}"
# In a text with punctuation, sentences of more words are normal.
MAX_PUNCTUATED, MAX_PLAIN = 60, 20
# A pause that ends a sentence of words without punctuation, and one that ends it in any case.
PAUSE_SECONDS, LONG_PAUSE_SECONDS = 0.45, 2.0
# At least one word in so many ends a sentence in a text with punctuation.
WORDS_PER_END = 40


def split_sentences(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """The sentences of a transcript, in order. Each word is in one."""
    if not words:
        return []
    ends = sum(ends_sentence(word.text) for word in words)
    punctuated = ends * WORDS_PER_END >= len(words)
    found, current = [], [words[0]]
    for before, after in pairwise(words):
        if _ends(before, after, len(current), punctuated):
            found.append(tuple(current))
            current = []
        current.append(after)
    return [*found, tuple(current)]


def ends_sentence(text: str) -> bool:
    """Whether a word ends with the punctuation of a sentence."""
    return text.rstrip(CLOSING).endswith(ENDS)


def _ends(before: Word, after: Word, length: int, punctuated: bool) -> bool:
    pause = after.start - before.end
    if pause >= LONG_PAUSE_SECONDS:
        return True
    if punctuated:
        return ends_sentence(before.text) or length >= MAX_PUNCTUATED
    return pause >= PAUSE_SECONDS or length >= MAX_PLAIN
