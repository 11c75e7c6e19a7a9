"""What a video is about, in its own words: phrases of its texts and its speech, the most important first. Pure.

Candidates are runs of words between stop words and punctuation, as in RAKE (Rose et al., 2010). They are ranked by how
often they occur, by where (a title counts more than a remark), and by whether the words before them announce a noun.
Stop words are known in English, German, French and Spanish; in other languages only names and words of titles count.
Scripts without spaces have no phrases.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from pytoon_pipeline.delivery.cue_text import UNSPACED
from pytoon_pipeline.planning.key_words import FUNCTION_WORDS, LIGHT_WORDS, STRONG_WORDS
from pytoon_pipeline.planning.phrases import ADJECTIVES, ARTICLES, NUMERALS, PREPOSITIONS, words_in

# Verbs and fillers that every talk has: they say nothing about this one.
COMMON_WORDS = words_in("""
    get gets got getting make makes made making go goes going went gone come comes came coming take takes took give
    gives gave know knows knew known think thinks thought say says said tell told ask asked see seen saw look looks
    looking want wants wanted need needs like likes use used using try tried put keep let lets start started show shows
    mean means feel find found call called work works working happen happens turn become became seem seems help done
    introducing order follow save share click subscribe comment swipe tap buy shop check watch read welcome thanks
    thank thing things stuff way ways lot lots bit kind sort time times day days week weeks month months year years
    people person guy guys someone everyone yeah yes okay ok well oh um uh hello hi hey please maybe actually basically
    literally probably pretty quite rather almost back away again once ago soon later then here now today tomorrow
    yesterday other others another else same different own able sure part point end side place number us me him them
    gonna wanna gotta ourselves up down out nobody
    machen macht gemacht gehen geht kommen kommt sagen sagt gesagt sehen wissen weiß denken glauben mal ganz schon noch
    nur auch immer wieder dann hier dort heute morgen gestern leute menschen sache sachen zeit tag jahr jahre also eben
    halt einfach ja nein sich mich dich uns euch ihm ihn man etwas alles viel viele mehr sein seine seiner dieses
    faire fait aller venir dire dit voir savoir penser alors aussi encore toujours ici là aujourd'hui chose choses temps
    jour ans gens bien tout tous toute toutes nous vous ils elles lui eux cela ça
    hacer hace hecho ir venir decir dice ver saber pensar entonces también siempre aquí allí hoy cosa cosas tiempo día
    año años gente bien todo todos toda todas nosotros ustedes ellos ellas ello esto eso
""")
STOP_WORDS = FUNCTION_WORDS | LIGHT_WORDS | STRONG_WORDS | COMMON_WORDS
KNOWN_LANGUAGES = ("eng", "deu", "fra", "spa", "und")
# After these comes a noun, sooner or later; after “to” more often a verb.
BEFORE_NOUNS = (ARTICLES | ADJECTIVES | NUMERALS | PREPOSITIONS) - {"to", "zu"}
WEAK_ENDINGS = ("ing", "ed", "ly")
MAX_WORDS, MIN_LETTERS = 3, 3
# What a name and a noun count, and what any other word does. Each further word of a title's phrase, or of
# one with a name, adds the share LONGER.
NAME, NOUN, OTHER, WEAK, LONGER = 1.7, 1.0, 0.5, 0.4, 0.6
# Phrases of less value are left out: a word of a beat or of speech that is neither a name nor repeated.
MIN_VALUE = 1.2


@dataclass(frozen=True)
class WeightedText:
    """A text, and how much a word in it counts. A ``title`` is about the video as a whole."""

    text: str
    weight: float = 1.0
    title: bool = False


@dataclass(frozen=True)
class _Token:
    """A word as it is written, in the form in which words are compared, and its value."""

    text: str
    form: str
    value: float


def key_phrases(texts: Sequence[WeightedText], limit: int, language: str = "und") -> tuple[str, ...]:
    """At most ``limit`` phrases of one to three words, without a common word. ``language`` is a code of ISO 639-2."""
    values: dict[tuple[str, ...], float] = defaultdict(float)
    written: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for text in texts:
        for run in _runs(text, language in KNOWN_LANGUAGES):
            for phrase in _phrases(run):
                forms = tuple(token.form for token in phrase)
                value = sum(token.value for token in phrase) / len(phrase)
                longer = LONGER * (len(phrase) - 1) if text.title or any(one.value == NAME for one in phrase) else 0.0
                values[forms] += text.weight * value * (1 + longer)
                written[forms][" ".join(token.text for token in phrase)] += 1
    first = {forms: number for number, forms in enumerate(values)}
    ranked = sorted(values, key=lambda forms: (-round(values[forms], 6), first[forms]))
    chosen: list[tuple[str, ...]] = []
    for forms in takewhile(lambda one: values[one] >= MIN_VALUE, ranked):
        if len(chosen) < limit and not any(set(forms) & set(one) for one in chosen):
            chosen.append(forms)
    return tuple(written[forms].most_common(1)[0][0] for forms in chosen)


def hashtag(phrase: str) -> str:
    """The phrase as a hashtag: “#SummerSale”. Empty where it has no letter."""
    joined = phrase.replace("’", "").replace("'", "")
    words = "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in joined).split()
    tag = "".join(word if any(map(str.isupper, word)) else word.capitalize() for word in words)
    return f"#{tag}" if any(map(str.isalpha, tag)) else ""


def _phrases(run: Sequence[_Token]) -> Iterator[Sequence[_Token]]:
    """The words of a run, and the whole run where it is short. Numbers stand only behind a word."""
    if 1 < len(run) <= MAX_WORDS and not run[0].text[0].isdigit():
        yield run
    for token in run:
        if not token.text[0].isdigit() and len(token.form) >= MIN_LETTERS:
            yield (token,)


def _runs(text: WeightedText, known: bool) -> Iterator[list[_Token]]:
    """Words that follow each other without a stop word or punctuation between them."""
    run: list[_Token] = []
    begins, announced = True, False
    shouted = text.text.isupper()
    for found in text.text.split():
        word = _bare(found)
        opens, closes = not found.startswith(word[:1]), not found.endswith(word[-1:])
        plain = word.replace("’", "'").lower()
        name = not begins and not shouted and word[:1].isupper()
        if opens and run:
            yield run
            run = []
        # Without stop words only names, and titles as a whole, are known to carry meaning.
        if word and plain not in STOP_WORDS and not UNSPACED.search(word) and (known or name or text.title):
            base = re.sub(r"['’]s$", "", word)
            run.append(_Token(base, _form(base), _value(base, name, announced or not known)))
        elif run:
            yield run
            run = []
        if closes and run:
            yield run
            run = []
        announced = plain in BEFORE_NOUNS or (announced and bool(run))
        begins = found.endswith((".", "!", "?", ":", "…"))
    if run:
        yield run


def _bare(word: str) -> str:
    """The word without punctuation and symbols around it."""
    kept = [n for n, char in enumerate(word) if unicodedata.category(char)[0] in "LNM"]
    return word[kept[0] : kept[-1] + 1] if kept else ""


def _value(word: str, name: bool, announced: bool) -> float:
    if name:
        return NAME
    if word.lower().endswith(WEAK_ENDINGS):
        return WEAK
    return NOUN if announced else OTHER


def _form(word: str) -> str:
    """The word in small letters, without the ending of an English plural."""
    plain = word.lower()
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") and not plain.endswith(("ss", "us", "is")) else plain
