"""How English words are pronounced: by the dictionary of pocketsphinx, else by rules from their letters.

Phones are those of the CMU Pronouncing Dictionary, without stress. The rules are rough: they serve to compare words and
to align them with audio, and not to speak them.
"""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from pytoon_pipeline.analysis.speech.number_words import spoken_forms

VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y",
    "Z", "ZH",
)  # fmt: skip
PHONES = (*VOWELS, *CONSONANTS)
# A compound such as “hubspot” is pronounced as its parts; shorter parts are found in any word.
MIN_PART = 3
PUNCTUATION = "\"'“”‘’«»()[]{}.,;:!?…¡¿-–—*_"

LETTERS = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH", "i": "AY",
    "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY", "q": "K Y UW",
    "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S",
    "y": "W AY", "z": "Z IY",
}  # fmt: skip
# What letters sound like: a pattern at the current place, and its phones. The first that fits counts.
RULES = tuple(
    (re.compile(pattern), tuple(phones.split()))
    for pattern, phones in (
        (r"\b(?:kn|gn|pn)", "N"), (r"\bps", "S"), (r"\bwr", "R"), (r"\bx", "Z"), (r"\by(?=[aeiou])", "Y"),
        (r"tion", "SH AH N"), (r"sion", "ZH AH N"), (r"ture\b", "CH ER"), (r"eigh", "EY"), (r"augh", "AO"),
        (r"ough", "AO"), (r"igh", "AY"), (r"tch|tsch", "CH"), (r"sch", "SH"), (r"dge?(?=[iey])|dge", "JH"),
        (r"ch(?=[rl])", "K"), (r"ch", "CH"), (r"sh", "SH"), (r"th", "TH"), (r"ph", "F"), (r"wh", "W"), (r"\bgh", "G"),
        (r"gh", ""), (r"ck", "K"), (r"sc(?=[eiy])", "S"), (r"c(?=[eiy])", "S"), (r"cc?", "K"), (r"que\b", "K"),
        (r"qu", "K W"), (r"q", "K"), (r"ng(?=[aou])", "NG G"), (r"ng\b|ng(?=[^aeiouy])", "NG"), (r"n(?=k)", "NG"),
        (r"gue\b", "G"), (r"g(?=[iey])", "JH"), (r"gg?", "G"), (r"x", "K S"), (r"zz?", "Z"), (r"ss?", "S"),
        (r"bb?", "B"), (r"dd?", "D"), (r"ff?", "F"), (r"jj?", "JH"), (r"kk?h?", "K"), (r"ll?", "L"), (r"mm?b?\b", "M"),
        (r"mm?", "M"), (r"nn?", "N"), (r"pp?", "P"), (r"rr?h?", "R"), (r"tt?", "T"), (r"v+", "V"), (r"w", "W"),
        (r"h\b", ""), (r"h(?=[^aeiouy])", ""), (r"h", "HH"),
        (r"ee|ea|ie\b", "IY"), (r"oo", "UW"), (r"ou|ow(?=[^\b])", "AW"), (r"ow\b", "OW"), (r"oi|oy", "OY"),
        (r"ai|ay|ei|ey(?=.)", "EY"), (r"ey\b", "IY"), (r"au|aw", "AO"), (r"oa|oe\b", "OW"), (r"ue\b|ew|eu", "UW"),
        (r"er\b|ir|ur", "ER"), (r"ia", "IY AH"), (r"io", "IY OW"), (r"ie", "IY"), (r"uo", "W OW"), (r"ua", "W AA"),
        (r"y\b", "IY"), (r"y", "IH"), (r"(?<=[^\baeiou])e\b", ""),
        (r"a\b", "AH"), (r"a(?=[^aeiouyrwx]e\b)", "EY"), (r"a(?=r)", "AA"), (r"a", "AE"), (r"e\b", "IY"), (r"e", "EH"),
        (r"i(?=[^aeiouyrwx]e\b)", "AY"), (r"i\b", "IY"), (r"i", "IH"), (r"o(?=[^aeiouyrwx]e\b)", "OW"), (r"o\b", "OW"),
        (r"o(?=r)", "AO"), (r"o", "AA"), (r"u(?=[^aeiouyrwx]e\b)|u\b", "UW"), (r"u", "AH"),
    )
)  # fmt: skip
# A name such as “PyTorch” has parts; capitals together are one part.
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

Phones = tuple[str, ...]


@cache
def dictionary() -> dict[str, str]:
    """The phones of each word, separated by spaces: its first pronunciation, the words in lower case."""
    return {word: phones[0] for word, phones in _variants().items()}


@cache
def _variants() -> dict[str, list[str]]:
    import pocketsphinx

    found: dict[str, list[str]] = {}
    with Path(pocketsphinx.get_model_path("en-us"), "cmudict-en-us.dict").open(encoding="utf-8") as lines:
        for line in lines:
            word, _, phones = line.rstrip().partition(" ")
            found.setdefault(word.partition("(")[0], []).append(phones)
    return found


@lru_cache(maxsize=20_000)
def phones_of(text: str) -> Phones:
    """The phones of one or several words; none for a text without letters of the Latin alphabet."""
    return tuple(phone for word in _plain(text).split() for phone in _word(word))


def pronunciations(text: str) -> tuple[Phones, ...]:
    """How a word of a transcript may be pronounced: by the dictionary in all ways that it knows, numbers as words."""
    if any(one.isdigit() for one in text):
        return tuple(dict.fromkeys(filter(None, map(phones_of, spoken_forms(text)))))
    known = _variants().get(_plain(text).lower().strip(PUNCTUATION))
    sounds = [tuple(one.split()) for one in known] if known else [phones_of(text)]
    return tuple(filter(None, sounds))


def _plain(text: str) -> str:
    """A text in the letters a to z, with apostrophes."""
    text = text.replace("’", "'").replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("ł", "l")
    return "".join(one if one.isascii() else "" for one in unicodedata.normalize("NFKD", text)).replace("-", " ")


def _word(word: str) -> Phones:
    plain = re.sub(r"[^A-Za-z']", "", word)
    if (known := dictionary().get(plain.lower()) or dictionary().get(plain.lower().strip("'"))) is not None:
        return tuple(known.split())
    parts = PARTS.findall(plain)
    if len(parts) > 1:
        return tuple(phone for part in parts for phone in _part(part))
    return _part(plain.replace("'", ""))


def _part(part: str) -> Phones:
    """The phones of a part of a name: spelled out where it is capitals without a vowel."""
    lower = part.lower()
    if part.isupper() and not set(lower) & set("aeiouy"):
        return tuple(phone for letter in lower for phone in LETTERS[letter].split())
    if (known := dictionary().get(lower)) is not None:
        return tuple(known.split())
    for middle in range(len(lower) - MIN_PART, MIN_PART - 1, -1):
        first, second = dictionary().get(lower[:middle]), dictionary().get(lower[middle:])
        if first is not None and second is not None:
            return (*first.split(), *second.split())
    return _by_rules(lower)


def _by_rules(word: str) -> Phones:
    found: list[str] = []
    place = 0
    while place < len(word):
        for pattern, phones in RULES:
            if (match := pattern.match(word, place)) is not None and match.end() > place:
                found += phones
                place = match.end()
                break
        else:
            place += 1
    return tuple(found)
