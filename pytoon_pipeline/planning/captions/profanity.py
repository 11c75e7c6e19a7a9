"""Masks profanity in captions: the first letter stays, and the others become asterisks."""

import re
from collections.abc import Sequence

from pytoon_pipeline.contracts.spec.render_spec import Cue

LETTERS = re.compile(r"[^\W\d_]+")


def mask_profanity(cues: Sequence[Cue], words: Sequence[str]) -> tuple[tuple[Cue, ...], int]:
    """``cues`` with every one of ``words`` masked, and how many were. A word that ends in “*” stands
    for all words that begin with it.
    """
    masked = [[_masked(word.text, words) for word in cue.words] for cue in cues]
    changed = tuple(
        cue.model_copy(
            update={
                "words": tuple(
                    word.model_copy(update={"text": text}) for word, (text, _) in zip(cue.words, found, strict=True)
                )
            }
        )
        for cue, found in zip(cues, masked, strict=True)
    )
    return changed, sum(count for found in masked for _, count in found)


def is_profane(text: str, words: Sequence[str]) -> bool:
    """Whether a text has one of ``words``."""
    return _masked(text, words)[1] > 0


def _masked(text: str, words: Sequence[str]) -> tuple[str, int]:
    """A text with every one of ``words`` masked, and how many were."""
    count = 0

    def mask(found: re.Match[str]) -> str:
        nonlocal count
        part = found.group()
        plain = part.lower()
        if not any(plain.startswith(word[:-1]) if word.endswith("*") else plain == word for word in words):
            return part
        count += 1
        return part[0] + "*" * (len(part) - 1)

    return LETTERS.sub(mask, text), count
