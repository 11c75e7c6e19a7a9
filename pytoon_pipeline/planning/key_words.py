"""The words of a text that carry it: what a designer would colour."""

import re
from collections.abc import Collection, Sequence

from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.planning.phrases import (
    ADJECTIVES,
    ARTICLES,
    AUXILIARIES,
    CONJUNCTIONS,
    NUMERALS,
    PREPOSITIONS,
    words_in,
)

# Scores by what a word is. A word that scores less than the last one is never a key word.
KNOWN, NUMBER_SCORE, CAPITALS, STRONG_SCORE, NAME, LENGTH = 10.0, 8.0, 6.0, 5.0, 4.0, 3.0
# Words of so many letters are rare enough to carry meaning.
LONG_WORD = 8
# Long words that say how rather than what: adverbs, and verbs and adjectives made of others.
WEAK_ENDINGS = ("ing", "ly", "ed", "able", "ible", "less", "ful", "ive", "ous", "lich")
LIGHT_WORDS = words_in("""
    something anything somebody someone everybody everyone anybody together remember understand
    themselves yourself ourselves himself herself whatever whenever wherever however otherwise although
    sometimes therefore anywhere somewhere continue consider meanwhile difficult
    vielleicht manchmal zusammen natürlich eigentlich überhaupt
""")
NUMBER = re.compile(r"[$€£¥]?\d[\d.,:/-]*(%|°|x|k|m|st|nd|rd|th)?", re.IGNORECASE)
STRONG_WORDS = words_in("""
    never nothing no none zero stop free secret only best worst biggest fastest first last now today new love
    hate money mistake mistakes problem truth wrong perfect impossible everything always every must die dead
    win lose million billion thousand hundred half double twice nie nichts kein keine gratis neu sofort jetzt
    jamais rien gratuit nouveau nunca nada gratis nuevo ahora
""")
FUNCTION_WORDS = NUMERALS | ARTICLES | PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | ADJECTIVES


def brand_words(brand: Brand | None) -> frozenset[str]:
    """The words by which a brand is called: those of its title, and its handle."""
    if brand is None:
        return frozenset()
    found = {_plain(word) for word in (*brand.title.split(), brand.end_card.handle.lstrip("@"))}
    return frozenset(found - FUNCTION_WORDS - LIGHT_WORDS - {""})


def key_words(words: Sequence[str], known: Collection[str] = (), limit: int = 1) -> tuple[int, ...]:
    """The indices of at most ``limit`` key words, in order; fewer where nothing stands out.

    ``known`` are words that always count, such as a brand's names. Numbers come next, then words in capitals among
    others, negations and superlatives, names, and long words.
    """
    plain = [_plain(word) for word in words]
    shouting = sum(word.isupper() and len(word) > 1 for word in words) > len(words) / 2
    lowered = {word.lower() for word in known}
    scores = [
        (_score(word, bare, index, shouting) if bare not in lowered else KNOWN, len(bare), -index)
        for index, (word, bare) in enumerate(zip(words, plain, strict=True))
    ]
    best = sorted((one for one in scores if one[0] >= LENGTH), reverse=True)[:limit]
    return tuple(sorted(-index for _, _, index in best))


def _score(word: str, plain: str, index: int, shouting: bool) -> float:
    if NUMBER.fullmatch(plain):
        return NUMBER_SCORE
    letters = "".join(char for char in word if char.isalpha())
    if not shouting and len(letters) > 1 and letters.isupper():
        return CAPITALS
    if plain in STRONG_WORDS:
        return STRONG_SCORE
    if plain in FUNCTION_WORDS:
        return 0.0
    if index and word[:1].isupper() and not shouting:
        return NAME
    weak = plain in LIGHT_WORDS or plain.endswith(WEAK_ENDINGS)
    return LENGTH if len(plain) >= LONG_WORD and not weak else 0.0


def _plain(word: str) -> str:
    return word.strip("\"'“”‘’«»()[]{}.,;:!?…¡¿").replace("’", "'").lower()
