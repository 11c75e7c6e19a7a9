"""A talk as its highlights are judged: what each sentence says, and what is usual for this speaker."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import NamedTuple

from pytoon_pipeline.planning.highlights.topics import stems, topic_borders
from pytoon_pipeline.planning.highlights.units import Unit
from pytoon_pipeline.planning.highlights.wording import (
    CONTRAST,
    HOOKS,
    PERSONAL,
    QUESTION,
    YOU,
    is_number,
    is_past,
    is_strong,
    plain,
)

# The words in which a viewer decides to stay.
OPENING_WORDS = 14
LATE_LETTERS, LATE_HOOK, PLAIN_QUESTION, WRITTEN_QUESTION = 20, 0.7, 0.5, 0.9
CLOSING_QUOTES = "\"'”’»)"


@dataclass(frozen=True)
class Signals:
    """What is heard and seen in a unit, relative to the whole talk.

    ``level`` in dB and ``pitch`` (the spread of the pitch in semitones) are differences to the median; ``face`` is the
    share of its time with a face in view. None where nothing is known.
    """

    level: float | None = None
    pitch: float | None = None
    face: float | None = None


@dataclass(frozen=True)
class Sentence:
    """What the text of a unit has: numbers of words, of strong, personal and contrasting ones and of verbs in the past
    tense, and its hook, if any.
    """

    words: int
    strong: int
    personal: int
    contrast: int
    past: int
    you: int
    numbers: int
    question: bool
    hook: str
    hook_value: float
    stems: tuple[str, ...]

    @classmethod
    def of(cls, unit: Unit) -> "Sentence":
        words = [plain(word.text) for word in unit.words]
        text = " ".join(words[:OPENING_WORDS])
        found, asks = HOOKS.search(text), QUESTION.match(text)
        hook = found or asks
        value = 0.0 if hook is None else PLAIN_QUESTION if found is None else 1.0
        if found is not None and found.start() > LATE_LETTERS:
            value = LATE_HOOK
        return cls(
            words=len(words),
            strong=sum(map(is_strong, words)),
            personal=sum(word in PERSONAL for word in words),
            contrast=sum(word in CONTRAST for word in words),
            past=sum(map(is_past, words)),
            you=sum(word in YOU for word in words),
            numbers=sum(map(is_number, words)),
            question=unit.words[-1].text.rstrip(CLOSING_QUOTES).endswith("?"),
            hook=" ".join(hook.group().split()[:2]) if hook is not None else "",
            hook_value=value,
            stems=tuple(stems(unit.text)),
        )


class Shares(NamedTuple):
    """Strong, personal and contrasting words and verbs in the past tense among all words, 0 to 1."""

    strong: float
    personal: float
    contrast: float
    past: float
    you: float

    @classmethod
    def of(cls, sentences: Sequence[Sentence]) -> "Shares":
        words = max(1, sum(one.words for one in sentences))
        counts = ([one.strong, one.personal, one.contrast, one.past, one.you] for one in sentences)
        return cls(*(sum(column) / words for column in zip(*counts, strict=True)))

    def relative(self, usual: "Shares") -> float:
        """How much of all kinds there is, 1 for what is ``usual``."""
        known = [(share, base) for share, base in zip(self, usual, strict=True) if base > 0]
        return sum(share / base for share, base in known) / len(known) if known else 1.0


@dataclass(frozen=True)
class Talk:
    """The units of a talk with what is known of each, and the units with which a topic begins."""

    units: Sequence[Unit]
    signals: Sequence[Signals]

    @cached_property
    def sentences(self) -> list[Sentence]:
        return [Sentence.of(unit) for unit in self.units]

    @cached_property
    def borders(self) -> frozenset[int]:
        return topic_borders([unit.text for unit in self.units])

    @cached_property
    def usual(self) -> "Shares":
        """The shares of words in the whole talk."""
        return Shares.of(self.sentences)

    @cached_property
    def _habits(self) -> Counter[str]:
        return Counter(one.hook for one in self.sentences if one.hook)

    def hook(self, at: int) -> float:
        """How much a sentence makes people listen, 0 to 1. A phrase that the speaker uses often does less."""
        one = self.sentences[at]
        if not one.hook:
            return WRITTEN_QUESTION if one.question else 0.0
        value = max(one.hook_value, WRITTEN_QUESTION) if one.question else one.hook_value
        return value / sqrt(self._habits[one.hook])
