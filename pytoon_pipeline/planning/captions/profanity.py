"""Masks profanity in captions: the first letter stays, and the others become asterisks."""

import re
from collections.abc import Sequence

from pytoon_pipeline.contracts.spec.render_spec import Cue

LETTERS = re.compile(r"[^\W\d_]+")


def mask_profanity(cues: Sequence[Cue], words: Sequence[str]) -> tuple[tuple[Cue, ...], int]:
    """``cues`` with every one of ``words`` masked, and how many were. A word that ends in “*” stands
    for all words that begin with it.
    """
    whole = {word for word in words if not word.endswith("*")}
    stems = tuple(word[:-1] for word in words if word.endswith("*"))
    count = 0

    def mask(found: re.Match[str]) -> str:
        nonlocal count
        text = found.group()
        plain = text.lower()
        if plain not in whole and not (stems and plain.startswith(stems)):
            return text
        count += 1
        return text[0] + "*" * (len(text) - 1)

    changed = tuple(
        cue.model_copy(
            update={
                "words": tuple(word.model_copy(update={"text": LETTERS.sub(mask, word.text)}) for word in cue.words)
            }
        )
        for cue in cues
    )
    return changed, count
