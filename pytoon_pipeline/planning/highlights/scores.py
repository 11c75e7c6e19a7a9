"""What speaks for a part of a talk as a short video: its text, its voice and its picture. Each score has a reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import mean

from pytoon_pipeline.planning.highlights.talk import Sentence, Shares, Signals, Talk
from pytoon_pipeline.planning.highlights.wording import DEPENDENT, UNFINISHED, plain

# So many times what is usual for the speaker, but at least this share of the words, is as good as more.
DENSE, MIN_DENSE = 2.5, 0.06
# Sentences that make people listen, per minute, that are as good as more.
HOOKS_PER_MINUTE = 4.0
# Sentences on each side of a beginning or end that are compared.
EDGE = 2
# A pause after which a thought is over.
LONG_PAUSE = 0.8


@dataclass(frozen=True)
class Part:
    """The units ``first`` to ``last`` of a talk."""

    talk: Talk
    first: int
    last: int

    @property
    def indices(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def sentences(self) -> Sequence[Sentence]:
        return self.talk.sentences[self.first : self.last + 1]

    @cached_property
    def shares(self) -> Shares:
        return Shares.of(self.sentences)


# A value from 0 to 1, and the reason that people read; None for what is not known.
Rating = tuple[float, str] | None


def score(part: Part, about: frozenset[str] = frozenset()) -> tuple[float, tuple[str, ...]]:
    """The score of a part, 0 to 100, and what speaks for it, the strongest first. ``about`` are wanted stems."""
    rated = [(weight, rating) for weight, rate in RATINGS if (rating := rate(part)) is not None]
    if about:
        rated.append((4.0, _about(part, about)))
    total = sum(weight for weight, _ in rated)
    value = 100 * sum(weight * rating[0] for weight, rating in rated) / total
    good = sorted(((weight * rating[0], rating[1]) for weight, rating in rated if rating[0] >= 0.5), reverse=True)
    return round(value, 1), tuple(reason for _, reason in good)


def _opening(part: Part) -> Rating:
    first = part.talk.sentences[part.first]
    value = part.talk.hook(part.first)
    if first.question:
        return value, "begins with a question"
    if value < 0.3 and first.numbers:
        return 0.4, "begins with a number"
    return value, "begins with a hook"


def _strong(part: Part) -> Rating:
    reason = "numbers and strong words" if any(one.numbers for one in part.sentences) else "strong words"
    return _dense(part.shares.strong, part.talk.usual.strong), reason


def _contrast(part: Part) -> Rating:
    return _dense(part.shares.contrast, part.talk.usual.contrast), "contradicts or insists"


def _personal(part: Part) -> Rating:
    return _dense(part.shares.personal, part.talk.usual.personal), "a personal story"


def _past(part: Part) -> Rating:
    return _dense(part.shares.past, part.talk.usual.past), "tells what happened"


def _addressed(part: Part) -> Rating:
    return _dense(part.shares.you, part.talk.usual.you), "speaks to the viewer"


def _dense(share: float, usual: float) -> float:
    """A share of words as a rating, by what is ``usual`` for the speaker."""
    return min(1.0, share / max(DENSE * usual, MIN_DENSE))


def _promises(part: Part) -> Rating:
    units = part.talk.units
    minutes = (units[part.last].end - units[part.first].start) / 60
    found = sum(part.talk.hook(n) for n in part.indices) / minutes
    return min(1.0, found / HOOKS_PER_MINUTE), "keeps asking and promising"


def _stands_alone(part: Part) -> Rating:
    if part.first == 0 or part.first in part.talk.borders:
        return 1.0, "begins a topic"
    first = plain(part.talk.units[part.first].words[0].text)
    return (0.1, "") if first in DEPENDENT else (0.8, "needs nothing said before")


def _complete(part: Part) -> Rating:
    units, last = part.talk.units, part.talk.units[part.last]
    if not last.closed and plain(last.words[-1].text) in UNFINISHED:
        return 0.0, ""
    if part.last + 1 == len(units) or part.last + 1 in part.talk.borders:
        return 1.0, "ends with its topic"
    if last.after >= LONG_PAUSE or (last.closed and last.after >= LONG_PAUSE / 2):
        return 0.9, "ends with a finished thought"
    return (0.6, "ends with a sentence") if last.closed else (0.35, "")


def _coherent(part: Part) -> Rating:
    inside = part.talk.borders.isdisjoint(range(part.first + 1, part.last + 1))
    return (1.0, "one topic") if inside else (0.2, "")


def _set_apart(part: Part) -> Rating:
    """How much more there is in the sentences with which the part begins and ends than in those around it."""
    first, after = part.first, part.last + 1
    pairs = (
        (range(first, first + EDGE), range(first - EDGE, first)),
        (range(after - EDGE, after), range(after, after + EDGE)),
    )
    gains = [_interest(part, inside) - _interest(part, outside) for inside, outside in pairs]
    return min(1.0, max(0.0, 0.5 + mean(gains) / 2)), "stands out from what is around it"


def _interest(part: Part, indices: range) -> float:
    sentences = [part.talk.sentences[n] for n in indices if 0 <= n < len(part.talk.sentences)]
    return Shares.of(sentences).relative(part.talk.usual) if sentences else 1.0


def _energy(part: Part) -> Rating:
    return _relative(part, lambda one: one.level, 3.0, "a lively voice")


def _melody(part: Part) -> Rating:
    return _relative(part, lambda one: one.pitch, 1.5, "a varied melody of speech")


def _relative(part: Part, read: Callable[[Signals], float | None], full: float, reason: str) -> Rating:
    """A difference to the median as a rating: 0.5 at the median, 1 at ``full`` above it."""
    values = [value for n in part.indices if (value := read(part.talk.signals[n])) is not None]
    return (min(1.0, max(0.0, 0.5 + mean(values) / full / 2)), reason) if values else None


def _face(part: Part) -> Rating:
    shares = [value for n in part.indices if (value := part.talk.signals[n].face) is not None]
    return (mean(shares), "a face in view") if shares else None


def _about(part: Part, about: frozenset[str]) -> tuple[float, str]:
    said = sum(word in about for n in part.indices for word in part.talk.sentences[n].stems)
    return min(1.0, 0.4 + said / 5), "about the wanted topic"


RATINGS: tuple[tuple[float, Callable[[Part], Rating]], ...] = (
    (1.5, _opening), (5.0, _strong), (1.8, _contrast), (1.0, _personal), (0.8, _past), (0.8, _addressed),
    (1.2, _promises), (1.5, _stands_alone), (1.5, _complete), (0.7, _coherent), (1.5, _set_apart), (1.2, _energy),
    (1.0, _melody), (0.6, _face),
)  # fmt: skip
