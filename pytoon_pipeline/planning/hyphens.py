"""Where words too wide for a line may be hyphenated, by the patterns of TeX and LibreOffice."""

import re
from functools import lru_cache
from itertools import pairwise

# Words of other languages are rarely this long: a long word is taken for a German compound.
COMPOUND_LETTERS = 16
GERMAN = re.compile("[äöüß]", re.IGNORECASE)
# So many letters stay together on both sides of a hyphen.
MIN_LETTERS = 3


@lru_cache(maxsize=256)
def syllables(word: str) -> tuple[str, ...]:
    """The parts of ``word`` between which a hyphen may stand; the whole word where none may."""
    if not word.isalpha() or not all(ord(char) < 0x0250 for char in word):
        return (word,)
    import pyphen

    german = bool(GERMAN.search(word)) or len(word) >= COMPOUND_LETTERS
    dictionary = pyphen.Pyphen(lang="de_DE" if german else "en_US", left=MIN_LETTERS, right=MIN_LETTERS)
    # The patterns are those of small letters; a hyphen must not depend on capitals.
    edges = [0, *(int(at) for at in dictionary.positions(word.lower())), len(word)]
    return tuple(word[a:b] for a, b in pairwise(edges))
