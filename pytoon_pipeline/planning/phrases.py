"""Where a text may be broken by sense: what a break between two words costs.

Words that lead to the next one (articles, prepositions, numbers before a unit, first names) stay with it. The lists
hold English, German, French and Spanish words; breaks in other languages follow punctuation and length.
"""

import re
from collections.abc import Sequence

from pytoon_pipeline.media.text_runs import begins_with_emoji

# What a break costs. One after a comma is welcome, one inside a name or after an article is not.
COMMA, BEFORE_LINK, NEUTRAL = -6.0, -2.0, 2.0
VERB, WEAK, MEDIUM, STRONG = 5.0, 7.0, 9.0, 13.0
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "।")
CLAUSE_ENDS = (",", ";", ":", "–", "—", "،", "、", "，", "；", "：")
CLOSING = "\"'”’»)]}"


def words_in(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


ARTICLES = words_in("""
    a an the half all both such
    this that these those my your his her its our their every each some any no which what whose der
    das den dem des ein eine einen einem einer eines mein dein sein ihr unser kein keine jede jeder diese
    dieser le la les un une du au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos
    leur leurs el los las una unos unas del al este esta estos estas mi tu su sus nuestro nuestra cada
""")
PREPOSITIONS = words_in("""
    of to in on at by for from with without into onto about over under after before between through during
    against around behind beside near until upon towards within across along per via than like as inside outside off
    above below beyond despite except von zu in im
    an am auf aus bei beim mit nach seit vor vom zum zur für gegen ohne um durch über unter zwischen de dans en
    sur sous avec sans pour par chez vers entre depuis con sin para por sobre desde hasta entre hacia según
""")
CONJUNCTIONS = words_in("""
    and or but nor so because if when while since that which who where how why although unless whether und oder aber
    weil wenn dass ob als damit et ou mais donc que qui si quand parce y o pero porque cuando
""")
# Subjects, which stay with their verb, and verbs that lead to another word.
SUBJECTS = words_in("""
    i he she we they i'm i've i'll i'd he's she's we're we've we'll they're they've there that's there's
    ich er wir je tu il elle nous
""")
VERBS = words_in("""
    is are was were be been am do does did have has had can could will would should must may might shall cannot
    don't doesn't didn't can't won't wouldn't isn't aren't wasn't weren't haven't hasn't shouldn't couldn't
    ist sind war hat haben wird kann est sont a ont era es son
""")
ADVERBS = words_in("""
    you it you're you've you'll it's let's what's not never ever very really so too more most less just only even
    still also always du sie es nicht sehr auch vous pas très no muy más
""")
AUXILIARIES = SUBJECTS | VERBS | ADVERBS
ADJECTIVES = words_in("""
    new good great big small old young best worst same other next own whole little few long high low right wrong
    real free full easy hard fast slow better bigger different important simple single many much several
""")
NUMERALS = words_in("""
    one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand
    million billion first second third last zwei drei vier fünf zehn deux trois cinq dix dos tres cinco diez
""")
# Verbs whose particle or short object follows, and pairs that are read as one word.
PAIRS = words_in("""
    thank_you a_lot lot_of kind_of sort_of such_as as_well in_order in_front out_of because_of instead_of
    each_other front_of
    one_another at_least at_all for_example of_course right_now so_that even_if even_though more_than less_than
    next_to up_to turn_on turn_off pick_up set_up find_out give_up come_on figure_out end_up look_at talk_about
    think_about wake_up
""")
# Endings of words that describe the noun after them.
DESCRIBING = ("er", "al", "ful", "ous", "ive", "ic", "able", "ible", "ing", "ed", "less", "ish")
# Shorter words in “-est” are no superlatives.
MIN_SUPERLATIVE = 5
# Words that begin a new part of the sentence.
LINKS = CONJUNCTIONS | PREPOSITIONS | SUBJECTS | VERBS | words_in("what which whose")
NUMBER = re.compile(r"^[^\w]*[$€£¥]?\d[\d.,:/-]*[%°kKmMxX]?$")


def break_cost(words: Sequence[str], at: int) -> float:
    """What a break before ``words[at]`` costs; negative where the text asks for one. ``0 < at < len(words)``."""
    before, after = words[at - 1], words[at]
    if begins_with_emoji(after):
        # Emoji belong to what they follow.
        return STRONG
    bare = before.rstrip(CLOSING)
    if bare.endswith(SENTENCE_ENDS) or bare.endswith(CLAUSE_ENDS):
        return COMMA
    left, right = _plain(before), _plain(after)
    if f"{left}_{right}" in PAIRS or _is_name(words, at):
        return STRONG
    cost = max(_leads(left), MEDIUM if NUMBER.match(before) else NEUTRAL)
    clause = right in LINKS or (right in ("you", "it") and at + 1 < len(words) and _plain(words[at + 1]) in VERBS)
    if clause and cost in (NEUTRAL, WEAK):
        return BEFORE_LINK
    if left in VERBS and right in (VERBS | SUBJECTS):
        return VERB
    if cost == NEUTRAL and at > 1 and _inside_noun_phrase(words, at):
        return WEAK
    # Between a name and what it does.
    return 0.0 if cost == NEUTRAL and at > 1 and before[:1].isupper() and after[:1].islower() else cost


def _inside_noun_phrase(words: Sequence[str], at: int) -> bool:
    """Whether the word before a break seems to describe the one after it: “with minor | injuries”."""
    leading, left = _plain(words[at - 2]), _plain(words[at - 1])
    if leading in ARTICLES or leading in NUMERALS:
        return left.endswith(DESCRIBING)
    return leading in PREPOSITIONS


def _leads(word: str) -> float:
    """How closely ``word`` belongs to the one after it."""
    if word in ARTICLES:
        return STRONG
    if word in PREPOSITIONS or word in CONJUNCTIONS:
        return MEDIUM + 1
    if word in SUBJECTS or word in ADVERBS or word in NUMERALS:
        return MEDIUM
    if word in ADJECTIVES or (word.endswith("est") and len(word) > MIN_SUPERLATIVE):
        return WEAK
    return VERB if word in VERBS else NEUTRAL


def _is_name(words: Sequence[str], at: int) -> bool:
    """Whether both words at a break are capitalised inside a sentence, as the parts of a name are."""
    before, after = words[at - 1].lstrip("\"'“‘«(["), words[at].lstrip("\"'“‘«([")
    if not (before[:1].isupper() and after[:1].isupper()) or _plain(before) in ("i", "i'm", "i've", "i'll"):
        return False
    # Text in capitals, and a language that capitalises all nouns, have no names to see.
    return not before.isupper() or not after.isupper() or len(before) <= 4


def _plain(word: str) -> str:
    """The word in small letters without punctuation around it."""
    return word.strip("\"'“”‘’«»()[]{}.,;:!?…¡¿").replace("’", "'").lower()
