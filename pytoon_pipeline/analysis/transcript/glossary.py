"""Corrects words that sound like those of a glossary, in a transcript.

Entries are compared as sounds and as letters, and never as patterns. What transcribers make of a name that they do not
know is a run of ordinary words that sounds like it; how alike it must sound depends on how likely ordinary people say
those words there.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.pronunciation import Phones, phones_of
from pytoon_pipeline.analysis.transcript import language_model
from pytoon_pipeline.analysis.transcript.likeness import MIN_UNLIKE_COST, consonant_counts, distances, encode
from pytoon_pipeline.contracts.analysis import Word, WordChange
from pytoon_pipeline.contracts.glossary import Glossary, GlossaryWord

REASON = "glossary"
# A name is heard as at most so many words, without a longer pause between them.
MAX_WORDS, MAX_PAUSE_SECONDS = 5, 0.6
# How different a name may sound, as a share of its phones, where nobody would say the words that were transcribed.
# Shorter names must be more alike, because many words sound like them.
MAX_DISTANCE, SHORT_PHONES, LONG_PHONES = 0.28, 1, 7
# Natural logarithm of the probability per word: people say words with 0 to -6 there. Names are searched below the first
# number, and below the second one all that is alike enough is one. A single word that is in the language model needs
# less likely surroundings than a run of several words.
RUN_LIKELY, RUN_UNLIKELY = -6.5, -10.2
WORD_LIKELY, WORD_UNLIKELY = -8.8, -11.8
MIN_LOG_PROBABILITY = -14.0
# Homophones may be so different, and one of the words they belong to must be this near.
MAX_HOMOPHONE_DISTANCE, NEAR_WORDS = 0.05, 10
# Words whose numbers of phones differ by a larger share are not compared. So many pairs are compared together.
MAX_LENGTH_DIFFERENCE, BATCH = 0.4, 10_000
OPENING = "\"'“‘«([{¿¡*_-–—"
CLOSING = "\"'”’»)]}.,;:!?…*_-–—"
SUFFIXES = ("'s", "’s")


@dataclass(frozen=True)
class Correction:
    """The corrected words, and what was changed."""

    words: tuple[Word, ...]
    changes: tuple[WordChange, ...] = ()


@dataclass(frozen=True)
class _Heard:
    """A word without the punctuation around it."""

    opening: str
    text: str
    closing: str

    @cached_property
    def key(self) -> str:
        return _key(self.text)


@dataclass(frozen=True)
class _Run:
    """Words ``first`` to ``last`` in place of which entry ``number`` may have been said; ``distance`` is 0..1."""

    first: int
    last: int
    number: int
    distance: float


def apply_glossary(words: Sequence[Word], glossary: Glossary, language: str) -> Correction:
    """``words`` with those of ``glossary`` in place of what sounds like them.

    Sounds are known for English; in another ``language`` (ISO 639-1), words must have the letters of an entry or of
    what it sounds like.
    """
    if not words or not glossary.words:
        return Correction(tuple(words))
    matcher = _Matcher(words, glossary.words, sounds=language == "en")
    found, changes, position = list[Word](), list[WordChange](), 0
    for run in _best(matcher.runs()):
        found += words[position : run.first]
        said = matcher.replaced(run)
        old = words[run.first : run.last]
        found.append(said)
        text = " ".join(word.text for word in old)
        if text != said.text:
            changes.append(WordChange(start=said.start, end=said.end, old=text, new=said.text, reason=REASON))
        position = run.last
    return Correction((*found, *words[position:]), tuple(changes))


def _best(runs: Sequence[_Run]) -> list[_Run]:
    """Runs that do not overlap, those that sound most like their entry first; in order of time."""
    taken: set[int] = set()
    found = []
    for run in sorted(runs, key=lambda one: (one.distance, one.first - one.last, one.first, one.number)):
        places = range(run.first, run.last)
        if taken.isdisjoint(places):
            taken.update(places)
            found.append(run)
    return sorted(found, key=lambda one: one.first)


class _Matcher:
    """A transcript and the entries that are searched in it."""

    def __init__(self, words: Sequence[Word], entries: Sequence[GlossaryWord], sounds: bool) -> None:
        self.words, self.entries, self.sounds = words, entries, sounds
        self.heard = [_split(word.text) for word in words]
        self.plain = [one.text.lower().replace("’", "'") for one in self.heard]

    def runs(self) -> list[_Run]:
        spans = list(self._spans())
        found = list(self._alike_in_letters(spans))
        return found + list(self._alike_in_sound(spans)) if self.sounds else found

    def replaced(self, run: _Run) -> Word:
        """The word of an entry at the time of a run, with the punctuation around it."""
        heard, words = self.heard[run.first : run.last], self.words[run.first : run.last]
        text = self.entries[run.number].word
        last = heard[-1].text
        if last.endswith(SUFFIXES) and not text.endswith(SUFFIXES) and not self._is_plain_end(run):
            text += last[-2:]
        if text[:1].islower() and heard[0].text[:1].isupper():
            text = text[:1].upper() + text[1:]
        confidence = max(word.confidence for word in words)
        return Word(
            text=heard[0].opening + text + heard[-1].closing,
            start=words[0].start,
            end=words[-1].end,
            confidence=confidence,
            hidden=all(word.hidden for word in words),
        )

    def _is_plain_end(self, run: _Run) -> bool:
        """Whether the “'s” at the end of a run belongs to the sound of its entry."""
        forms = {_key(one) for one in self.entries[run.number].sounds_like}
        return "".join(one.key for one in self.heard[run.first : run.last]) in forms

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Runs of words without punctuation or a pause between them."""
        for first in range(len(self.words)):
            for last in range(first + 1, min(first + MAX_WORDS, len(self.words)) + 1):
                if last - first > 1 and self._separate(last - 1):
                    break
                if self.heard[last - 1].key:
                    yield first, last

    def _separate(self, place: int) -> bool:
        before, after = self.heard[place - 1], self.heard[place]
        pause = self.words[place].start - self.words[place - 1].end
        return bool(before.closing.strip("-–—'’")) or bool(after.opening) or pause > MAX_PAUSE_SECONDS

    def _alike_in_letters(self, spans: Sequence[tuple[int, int]]) -> Iterator[_Run]:
        """Runs with the letters of an entry, or of what it sounds like."""
        own: dict[str, list[int]] = {}
        other: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            own.setdefault(_key(entry.word), []).append(number)
            for text in entry.sounds_like:
                other.setdefault(_key(text), []).append(number)
        for first, last in spans:
            key = "".join(one.key for one in self.heard[first:last])
            for form in dict.fromkeys((key, _without_suffix(key, self.heard[last - 1].text))):
                for number in own.get(form, ())[:1]:
                    yield _Run(first, last, number, -0.1 if last - first == 1 else 0.0)
                for number in other.get(form, ()):
                    if self._fits(number, first, last) and self._may_differ(first, last):
                        yield _Run(first, last, number, 0.0)
                        break

    def _may_differ(self, first: int, last: int) -> bool:
        """Whether other words may have been said than those of a run: ordinary ones stay where people say them."""
        ordinary = self.sounds and all(map(language_model.is_known, self.plain[first:last]))
        return not ordinary or self._doubt(first, last) > 0

    def _alike_in_sound(self, spans: Sequence[tuple[int, int]]) -> Iterator[_Run]:
        forms = [(number, phones) for number, entry in enumerate(self.entries) for phones in _sounds(entry)]
        texts = {(a, b): self._phones(a, b) for a, b in spans}
        sounds = list(dict.fromkeys(filter(None, texts.values())))
        found: dict[Phones, list[tuple[int, float, int]]] = {}
        for heard, form, distance in _near_pairs(encode(sounds), encode([phones for _, phones in forms])):
            number, phones = forms[form]
            found.setdefault(sounds[heard], []).append((number, distance, min(len(phones), len(sounds[heard]))))
        for (first, last), said in texts.items():
            for number, distance, length in found.get(said, ()):
                if self._accepts(number, first, last, distance, length):
                    yield _Run(first, last, number, distance)

    def _phones(self, first: int, last: int) -> Phones:
        """The sound of a run, without the ending of the possessive."""
        text = " ".join(one.text for one in self.heard[first:last])
        return phones_of(text[:-2] if text.endswith(SUFFIXES) else text)

    def _accepts(self, number: int, first: int, last: int, distance: float, phones: int) -> bool:
        entry = self.entries[number]
        if entry.near:
            return distance <= MAX_HOMOPHONE_DISTANCE and self._fits(number, first, last)
        if entry.word.islower() and language_model.is_known(entry.word):
            return False
        allowed = MAX_DISTANCE * min(1.0, (phones - SHORT_PHONES) / (LONG_PHONES - SHORT_PHONES))
        return distance <= allowed and (doubt := self._doubt(first, last)) > 0 and distance <= allowed * doubt

    def _doubt(self, first: int, last: int) -> float:
        """0..1: how unlikely it is that people say the words of a run where they stand."""
        is_word = last - first == 1 and language_model.is_known(self.plain[first])
        likely, unlikely = (WORD_LIKELY, WORD_UNLIKELY) if is_word else (RUN_LIKELY, RUN_UNLIKELY)
        return min(1.0, max(0.0, (likely - self._likelihood(first, last)) / (likely - unlikely)))

    def _likelihood(self, first: int, last: int) -> float:
        """The logarithm of the probability per word of a run, and of the word after it."""
        end = last if last == len(self.words) or self._separate(last) else last + 1
        return sum(self._scores(n) for n in range(first, end)) / (end - first)

    def _scores(self, place: int) -> float:
        """The logarithm of the probability of a word after those before it, as far as they belong together."""
        before: list[str] = []
        for n in range(place, max(0, place - 2), -1):
            if self._separate(n):
                break
            before.insert(0, self.plain[n - 1])
        return max(MIN_LOG_PROBABILITY, language_model.log_probability(self.plain[place], before))

    def _fits(self, number: int, first: int, last: int) -> bool:
        """Whether a word is close by to which an entry belongs; any place fits one that has none."""
        near = tuple(_key(one) for one in self.entries[number].near)
        around = (*self.heard[max(0, first - NEAR_WORDS) : first], *self.heard[last : last + NEAR_WORDS])
        return not near or any(one.key.startswith(near) for one in around)


def _sounds(entry: GlossaryWord) -> list[Phones]:
    return [phones for text in (entry.word, *entry.sounds_like) if (phones := phones_of(text))]


def _near_pairs(heard: NDArray[np.uint8], forms: NDArray[np.uint8]) -> Iterator[tuple[int, int, float]]:
    """Pairs of rows that sound alike enough for any entry, and their distance."""
    lengths, others = (heard > 0).sum(axis=1), (forms > 0).sum(axis=1)
    bags, wanted = consonant_counts(heard), consonant_counts(forms)
    waiting: list[NDArray[np.int64]] = []
    # The shortest first: those that are compared together then have about the same length.
    for place, form in enumerate(np.argsort(others, kind="stable")):
        longer = np.maximum(lengths, others[form])
        unlike = np.abs(bags - wanted[form]).sum(axis=1) * MIN_UNLIKE_COST
        similar = np.abs(lengths - others[form]) <= longer * MAX_LENGTH_DIFFERENCE
        rows = np.flatnonzero(similar & (unlike <= longer * MAX_DISTANCE))
        waiting.append(np.stack([rows, np.full(len(rows), form)]))
        if sum(one.shape[1] for one in waiting) > BATCH or place == len(forms) - 1:
            yield from _compared(np.concatenate(waiting, axis=1), heard, forms)
            waiting.clear()


def _compared(
    pairs: NDArray[np.int64], heard: NDArray[np.uint8], forms: NDArray[np.uint8]
) -> Iterator[tuple[int, int, float]]:
    found = distances(_trimmed(heard[pairs[0]]), _trimmed(forms[pairs[1]]))
    for place in np.flatnonzero(found <= MAX_DISTANCE):
        yield int(pairs[0, place]), int(pairs[1, place]), float(found[place])


def _trimmed(encoded: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Encoded words without columns that none of them needs."""
    return encoded[:, : int((encoded > 0).sum(axis=1).max(initial=0))]


def _split(text: str) -> _Heard:
    rest = text.lstrip(OPENING)
    core = rest.rstrip(CLOSING)
    return _Heard(text[: len(text) - len(rest)], core, rest[len(core) :])


def _key(text: str) -> str:
    """The letters and digits of a text, without accents and case."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in plain if one.isalnum())


def _without_suffix(key: str, last: str) -> str:
    return key[:-1] if last.endswith(SUFFIXES) else key
