"""The title of a highlight, in its own words."""

from collections.abc import Sequence
from statistics import mean

from pytoon_pipeline.planning.captions.profanity import is_profane
from pytoon_pipeline.planning.highlights.talk import Talk
from pytoon_pipeline.planning.highlights.wording import JOINING, UNFINISHED, plain

MAX_WORDS, MAX_LETTERS, MIN_WORDS = 11, 60, 2
# Words that were recognised less reliably than this do not become a title.
MIN_CONFIDENCE = 0.5


def hook_title(talk: Talk, first: int, last: int, profanity: Sequence[str] = ()) -> str:
    """The strongest of the first sentences of the units ``first`` to ``last``, shortened; empty where none will do.

    Words that captions hide or mask are in no title.
    """
    opening = range(first, min(last + 1, first + max(2, (last + 1 - first) // 3)))
    # The first sentence wins a draw: what the title promises comes at once.
    for unit in (talk.units[n] for n in sorted(opening, key=lambda n: -talk.hook(n))):
        words = list(unit.words)
        while words and plain(words[0].text) in JOINING:
            words.pop(0)
        words = words[:MAX_WORDS]
        while words and len(" ".join(word.text for word in words)) > MAX_LETTERS:
            words.pop()
        while words and len(words) < len(unit.words) and plain(words[-1].text) in UNFINISHED:
            words.pop()
        if any(word.hidden or is_profane(word.text, profanity) for word in words):
            continue
        if len(words) >= MIN_WORDS and mean(word.confidence for word in words) >= MIN_CONFIDENCE:
            text = " ".join(word.text for word in words).rstrip(".,;: ")
            text += "" if words[-1] is unit.words[-1] else "…"
            return text[:1].upper() + text[1:]
    return ""
