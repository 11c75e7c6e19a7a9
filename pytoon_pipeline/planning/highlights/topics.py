"""Topic borders by lexical cohesion (Hearst, “TextTiling”, Computational Linguistics 23(1), 1997)."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from math import sqrt
from statistics import mean, pstdev

from pytoon_pipeline.planning.phrases import ARTICLES, AUXILIARIES, CONJUNCTIONS, PREPOSITIONS

# Units on each side that are compared.
BLOCK = 6
MIN_LETTERS = 4
STOP_WORDS = ARTICLES | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES
ENDINGS = re.compile(r"(?:'s|ings?|ers?|ed|es|s|ly)$")


def stems(text: str) -> list[str]:
    """The words of a text that carry its meaning, without endings."""
    words = (word.strip("'’") for word in re.findall(r"[^\W_][\w'’-]*", text.lower()))
    return [stem(word) for word in words if word not in STOP_WORDS and (len(word) >= MIN_LETTERS or word.isdigit())]


def stem(word: str) -> str:
    """A word without its ending: “pric” for price, prices and pricing."""
    shorter = ENDINGS.sub("", word).rstrip("e")
    return shorter if len(shorter) >= MIN_LETTERS - 1 else word


def topic_borders(texts: Sequence[str]) -> frozenset[int]:
    """The indices of the texts with which a new topic begins; the first is not among them."""
    content = [stems(text) for text in texts]
    gaps = range(BLOCK, len(content) - BLOCK + 1)
    cohesion = [cosine(_counted(content[n - BLOCK : n]), _counted(content[n : n + BLOCK])) for n in gaps]
    depths = [_depth(cohesion, n) for n in range(len(cohesion))]
    if not depths:
        return frozenset()
    # Hearst's cut-off: the mean depth less half of the deviation; borders are local maxima above it.
    limit = max(mean(depths) + pstdev(depths) / 2, 0.1)
    peaks = (n for n, depth in enumerate(depths) if depth >= limit and depth == max(depths[max(0, n - 2) : n + 3]))
    return frozenset(gaps[n] for n in peaks)


def _counted(texts: Sequence[Sequence[str]]) -> Counter[str]:
    return Counter(chain.from_iterable(texts))


def cosine(one: Counter[str], other: Counter[str]) -> float:
    """How alike the words of two texts are, 0 to 1: the cosine of the angle between their counts."""
    shared = sum(count * other[word] for word, count in one.items())
    lengths = sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return shared / lengths if lengths else 0.0


def _depth(cohesion: Sequence[float], at: int) -> float:
    """How far cohesion falls from the nearest peaks on both sides."""
    here = cohesion[at]
    left = right = here
    for value in reversed(cohesion[:at]):
        if value < left:
            break
        left = value
    for value in cohesion[at + 1 :]:
        if value < right:
            break
        right = value
    return left + right - 2 * here
