"""Sentence units: the smallest parts of a talk at which a highlight can begin and end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.planning.phrases import CLOSING, SENTENCE_ENDS

# A pause of this length ends a sentence that has no full stop.
PAUSE_SECONDS = 0.45
# After a full stop, a shorter one is enough. Without any pause, a cut would be heard.
MIN_PAUSE_SECONDS = 0.12
# Longer sentences are divided at their longest pause.
MAX_SECONDS = 12.0


@dataclass(frozen=True)
class Unit:
    """Words that belong together. ``before`` and ``after`` are the pauses around them, in seconds.

    ``closed``: it ends with a full stop, a question mark or an exclamation mark.
    """

    words: tuple[Word, ...]
    before: float
    after: float

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def closed(self) -> bool:
        return self.words[-1].text.rstrip(CLOSING).endswith(SENTENCE_ENDS)


def sentence_units(words: Sequence[Word]) -> list[Unit]:
    """Words in order as sentence units. Between two of them there is always a pause."""
    groups = [part for group in _groups(words) for part in _divided(group)]
    edges = [(group[0].start, group[-1].end) for group in groups]
    before = [edges[0][0] if edges else 0.0, *(b[0] - a[1] for a, b in pairwise(edges))]
    after = [*before[1:], float("inf")]
    return [Unit(tuple(group), *pauses) for group, *pauses in zip(groups, before, after, strict=False)]


def _groups(words: Iterable[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for word in words:
        last = groups[-1][-1] if groups else None
        pause = word.start - last.end if last is not None else 0.0
        closed = last is not None and last.text.rstrip(CLOSING).endswith(SENTENCE_ENDS)
        if last is None or pause >= PAUSE_SECONDS or (closed and pause >= MIN_PAUSE_SECONDS):
            groups.append([])
        groups[-1].append(word)
    return groups


def _divided(group: list[Word]) -> list[list[Word]]:
    """A group in parts of at most ``MAX_SECONDS`` where it has pauses."""
    if group[-1].end - group[0].start <= MAX_SECONDS:
        return [group]
    pause, at = max(((b.start - a.end, n) for n, (a, b) in enumerate(pairwise(group), 1)), default=(0.0, 0))
    if pause < MIN_PAUSE_SECONDS:
        return [group]
    return [*_divided(group[:at]), *_divided(group[at:])]
