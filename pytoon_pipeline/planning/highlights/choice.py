"""Choosing highlights: the best parts of a talk that differ from each other, begin and end in pauses."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.highlights import Highlight, HighlightsRequest
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline.planning.highlights.scores import Part, score
from pytoon_pipeline.planning.highlights.talk import Signals, Talk
from pytoon_pipeline.planning.highlights.titles import hook_title
from pytoon_pipeline.planning.highlights.topics import cosine, stems
from pytoon_pipeline.planning.highlights.units import sentence_units

# Of the pauses around a highlight so much is kept, at most half of each.
LEAD_SECONDS, TAIL_SECONDS = 0.25, 0.4
# What a part loses that says the same as one chosen before.
SAME_PENALTY = 40.0


# The stems of each sentence of a talk.
Content = Sequence[Sequence[str]]


@dataclass(frozen=True)
class _Candidate:
    first: int
    last: int
    score: float
    reasons: tuple[str, ...]


def choose_highlights(
    words: Sequence[Word],
    speech: Sequence[TimeRange],
    wanted: HighlightsRequest,
    signals: Sequence[Signals] = (),
    profanity: Sequence[str] = (),
) -> list[Highlight]:
    """At most ``wanted.count`` highlights, the best first: none overlaps another, none begins or ends inside a word.

    ``words`` are those of the talk in order. ``speech`` are the ranges that stay when silence is removed; only they
    count for the length. ``signals`` are those of each of ``sentence_units(words)``; empty where only text is known.
    ``profanity`` is in no title.
    """
    units = sentence_units(words)
    talk = Talk(units, signals or [Signals()] * len(units))
    candidates = sorted(_candidates(talk, speech, wanted), key=lambda one: (-one.score, one.first, -one.last))
    content = [one.stems for one in talk.sentences]
    chosen: list[_Candidate] = []
    while candidates and len(chosen) < wanted.count:
        best = _best(candidates, chosen, content)
        chosen.append(best)
        candidates = [one for one in candidates if one.last < best.first or one.first > best.last]
    ranked = sorted(chosen, key=lambda one: -one.score)
    return [_highlight(rank, one, talk, profanity) for rank, one in enumerate(ranked, 1)]


def _candidates(talk: Talk, speech: Sequence[TimeRange], wanted: HighlightsRequest) -> Iterator[_Candidate]:
    """Runs of units of a wanted length, each with its score."""
    units, about = talk.units, frozenset(stems(wanted.about or ""))
    matches = [not about.isdisjoint(one.stems) for one in talk.sentences]
    spoken = _Spoken.of(speech)
    shortest, longest = wanted.seconds
    for first, unit in enumerate(units):
        for last in range(first, len(units)):
            seconds = spoken.until(units[last].end) - spoken.until(unit.start)
            if seconds > longest:
                break
            if seconds < shortest or (wanted.about and not any(matches[first : last + 1])):
                continue
            yield _Candidate(first, last, *score(Part(talk, first, last), about))


def _best(candidates: Sequence[_Candidate], chosen: Sequence[_Candidate], content: Content) -> _Candidate:
    """Of ``candidates``, the highest score first, the one with the highest score less what it repeats."""
    others = [_counted(one, content) for one in chosen]
    best, best_value = candidates[0], float("-inf")
    for one in candidates:
        if one.score <= best_value:
            break
        counted = _counted(one, content)
        value = one.score - SAME_PENALTY * max((cosine(counted, other) for other in others), default=0.0)
        if value > best_value:
            best, best_value = one, value
    return best


def _counted(one: _Candidate, content: Content) -> Counter[str]:
    return Counter(chain.from_iterable(content[one.first : one.last + 1]))


def _highlight(rank: int, one: _Candidate, talk: Talk, profanity: Sequence[str]) -> Highlight:
    first, last = talk.units[one.first], talk.units[one.last]
    return Highlight(
        rank=rank,
        start=round(max(0.0, first.start - min(LEAD_SECONDS, first.before / 2)), 3),
        end=round(last.end + min(TAIL_SECONDS, last.after / 2), 3),
        score=one.score,
        title=hook_title(talk, one.first, one.last, profanity),
        reasons=one.reasons,
    )


@dataclass(frozen=True)
class _Spoken:
    """How much of a talk stays before a time, when its silences are removed."""

    starts: Sequence[float]
    ends: Sequence[float]
    before: Sequence[float]

    @classmethod
    def of(cls, speech: Sequence[TimeRange]) -> "_Spoken":
        lengths = [one.seconds for one in speech]
        return cls([one.start for one in speech], [one.end for one in speech], list(accumulate(lengths, initial=0.0)))

    def until(self, time: float) -> float:
        at = bisect_right(self.starts, time)
        return self.before[at - 1] + min(time, self.ends[at - 1]) - self.starts[at - 1] if at else 0.0
