"""What a text that a language model wrote about a video must keep to."""

import re
from collections.abc import Iterator, Sequence

from pytoon_pipeline.contracts.model_answers import printable
from pytoon_pipeline.planning.captions.profanity import is_profane

LINK = re.compile(r"://|www\.|@|\b[\w-]+\.(?:com|net|org|io|co|de|ru|xyz|info|biz|app|shop)\b", re.IGNORECASE)
MARKUP = re.compile(r"[<>{}\\|`*_\[\]#]")
FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
# Two texts share a word when it begins with the same letters: all but its ending.
LONG_WORDS, MIN_LETTERS, ENDING = re.compile(r"[^\W\d_]{4,}"), 4, 2
SCRIPT_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")


def text_problems(text: str, limit: int, said: str, profanity: Sequence[str]) -> Iterator[str]:
    """Why a ``text`` of at most ``limit`` characters cannot stand with a video whose words and texts are ``said``."""
    if len(text) > limit:
        yield f"it has {len(text)} characters, and {limit} is the limit"
    elif printable(text, limit) != text:
        yield "it has line breaks or control characters"
    if LINK.search(text):
        yield "it has a link or an address"
    if MARKUP.search(text):
        yield "it has markup"
    if is_profane(text, profanity):
        yield "it has a word that captions mask"
    known = set(FIGURES.findall(said))
    if new := [one for one in FIGURES.findall(text) if one not in known]:
        yield f"the video does not say “{new[0]}”"
    if not _about(text, said):
        yield "it is not about what is said"


def _about(text: str, said: str) -> bool:
    """Whether a text shares a word with what the video says; in scripts without spaces, a character."""
    lowered = said.lower()
    words = [*LONG_WORDS.findall(text.lower()), *SCRIPT_WITHOUT_SPACES.findall(text)]
    return not words or any(word[: max(MIN_LETTERS, len(word) - ENDING)] in lowered for word in words)
