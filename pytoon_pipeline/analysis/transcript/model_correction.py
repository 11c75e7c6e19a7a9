"""Corrects a transcript by the proposals of a language model: words may change, times and sentences never.

The model sees numbered sentences and proposes operations. Each is checked by itself: what it replaces must be there,
and what it writes must sound or look like what was recognised, because it is the same speech.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain

from pydantic import Field

from pytoon_pipeline.analysis.speech.number_words import spoken_forms
from pytoon_pipeline.analysis.speech.pronunciation import phones_of
from pytoon_pipeline.analysis.transcript.applying import timed_words
from pytoon_pipeline.analysis.transcript.difference import word_key
from pytoon_pipeline.analysis.transcript.glossary import Correction
from pytoon_pipeline.analysis.transcript.likeness import distances, encode
from pytoon_pipeline.analysis.transcript.sentences import ends_sentence, split_sentences
from pytoon_pipeline.contracts.analysis import Word, WordChange
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.model_answers import RefusedAnswer, checked, printable, read_operations
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.contracts.transcript_edits import word_problem
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.llm.client import NoAnswer
from pytoon_pipeline.store.fingerprint import hash_value

INSTRUCTIONS = """\
You correct the transcript of a video, which a speech recogniser made. Correct only words that it misheard or
misspelled: names, homophones, numbers, capitals, punctuation. Most sentences need no change. Never write what was not
said; never add, remove, join, split or move sentences; never improve style or grammar.
The data has "language", "names" (words that are probably said, in their spelling) and "sentences" with "number" and
"text". Answer: {"changes": [{"sentence": 3, "old": "pie tune", "new": "Pytoon", "why": "name of the product"}]}.
"old" are the words in the sentence exactly as they stand there, as few as possible and with their punctuation, and
with neighbours if they stand there twice. "new" takes their place. "why" has at most ten words. Without anything to
correct, answer {"changes": []}."""
REASON = "language model"
# A question has sentences of about so many characters, and so many names of the glossary.
MAX_CHARACTERS, MAX_NAMES = 6_000, 200
# One operation changes so many words at most, and their number by no more than that.
MAX_WORDS, MAX_MORE_WORDS = 8, 3
# How different the new words may sound (a share of their phones) or look: what is heard is known, roughly. Of 202
# errors that transcribers make, 197 corrections pass; of 1000 pairs of other words, 30, and of pairs of two words, 3.
MAX_SOUND_DISTANCE, MIN_LETTERS_ALIKE = 0.34, 0.6
# Letters of these languages say little of the sound; only the length is compared.
UNSPELLED_LANGUAGES, MAX_LENGTH_FACTOR = ("ja", "zh", "yue"), 2
# An answer of which more is refused than this, or that changes more of the words, does not follow the instructions.
MAX_REFUSED_SHARE, MAX_CHANGED_SHARE, MIN_COUNTED_WORDS = 0.5, 0.5, 12
MARKUP = ("<", ">", "{", "}", "\\", "|", "://", "[", "]", "#", "`")


class WordFix(Record):
    """One proposal: in this sentence, the words ``new`` were said where the transcript has ``old``."""

    sentence: int
    old: str = Field(min_length=1, max_length=400)
    new: str = Field(max_length=400)
    why: str = Field(default="", max_length=1_000)


@dataclass(frozen=True)
class Part:
    """Sentences that were asked about together, and the answer, or the reason why there is none."""

    sentences: tuple[tuple[Word, ...], ...]
    answer: str = ""
    identity: str = ""
    failure: str | None = None


@dataclass(frozen=True)
class Asked:
    """What the ``model`` answered about a transcript."""

    model: str
    parts: tuple[Part, ...]

    @property
    def identity(self) -> str:
        """Identifies what decides the correction."""
        return hash_value([self.model, [part.failure or part.identity for part in self.parts]])


@dataclass(frozen=True)
class _Edit:
    """``new`` in place of the words ``first`` to ``last`` of a sentence; ``number`` is that of the operation."""

    number: int
    sentence: int
    first: int
    last: int
    new: tuple[str, ...]
    why: str
    adds_end: bool


def ask(model: LanguageModel, words: Sequence[Word], names: Sequence[str], language: str) -> Asked:
    """Asks the model about a transcript, part by part. Where it gives no answer, the part says why."""
    return Asked(model.name, tuple(_answered(model, part, names, language) for part in _parts(words)))


def _answered(
    model: LanguageModel, sentences: tuple[tuple[Word, ...], ...], names: Sequence[str], language: str
) -> Part:
    texts = [" ".join(word.text for word in sentence) for sentence in sentences]
    numbered = [{"number": number, "text": text} for number, text in enumerate(texts, 1)]
    material: Mapping[str, object] = {"language": language, "names": list(names[:MAX_NAMES]), "sentences": numbered}
    try:
        answer = model.ask(INSTRUCTIONS, material)
    except NoAnswer as error:
        return Part(sentences, failure=error.reason)
    return Part(sentences, answer.text, answer.fingerprint)


def _parts(words: Sequence[Word]) -> Iterator[tuple[tuple[Word, ...], ...]]:
    """The sentences of a transcript in order, in parts that fit a question."""
    current: list[tuple[Word, ...]] = []
    length = 0
    for sentence in split_sentences(words):
        characters = sum(len(word.text) + 1 for word in sentence)
        if current and length + characters > MAX_CHARACTERS:
            yield tuple(current)
            current, length = [], 0
        current.append(sentence)
        length += characters
    if current:
        yield tuple(current)


def apply_answers(asked: Asked, language: str, source: str) -> tuple[Correction, ModelUse]:
    """The transcript with what the model proposed and what is valid of it; ``source`` is the SHA-256 of the clip."""
    sentences = tuple(chain.from_iterable(part.sentences for part in asked.parts))
    edits, refused, failures = list[_Edit](), list[str](), list[str]()
    offset = number = 0
    for part in asked.parts:
        try:
            if part.failure is not None:
                raise RefusedAnswer(part.failure)
            found = _Checked.of(part, number, offset, language)
            number += found.operations
            refused += found.refused
            edits += found.accepted()
        except RefusedAnswer as error:
            failures.append(str(error))
        offset += len(part.sentences)
    kept = _keeping_sentences(sentences, edits, refused)
    changes = tuple(_change(sentences, edit, asked.model) for edit in kept)
    failure = "; ".join(dict.fromkeys(failures)) or None
    use = ModelUse(
        task="correction",
        model=asked.model,
        source=source,
        used=len(kept),
        refused=tuple(refused),
        failure=failure,
        unanswered=any(part.failure is not None for part in asked.parts),
    )
    return Correction(_edited(sentences, kept), changes), use


@dataclass
class _Checked:
    """The operations in the answer about one part, each accepted or refused."""

    part: Part
    operations: int
    edits: list[_Edit]
    refused: list[str]

    @classmethod
    def of(cls, part: Part, number: int, offset: int, language: str) -> "_Checked":
        """Checks the answer; its operations are counted from ``number``, its sentences from ``offset``. Raises
        ``RefusedAnswer`` for one that is no list of operations.
        """
        operations = read_operations(part.answer, "changes")
        found = cls(part, len(operations), [], [])
        taken: set[tuple[int, int]] = set()
        for place, value in enumerate(operations, number + 1):
            try:
                fix = checked(WordFix, value)
                if not 1 <= fix.sentence <= len(part.sentences):
                    raise RefusedAnswer(f"there is no sentence {fix.sentence}")
                sentence = part.sentences[fix.sentence - 1]
                edit = _edit(fix, place, offset + fix.sentence - 1, sentence, language)
                if edit is not None:
                    words = {(edit.sentence, n) for n in range(edit.first, edit.last)}
                    if words & taken:
                        raise RefusedAnswer("it overlaps another change")
                    taken |= words
                    found.edits.append(edit)
            except RefusedAnswer as error:
                found.refused.append(f"Change {place}: {error}")
        return found

    def accepted(self) -> list[_Edit]:
        """The edits, if the answer as a whole follows the instructions. Raises ``RefusedAnswer`` if it does not."""
        if len(self.refused) > MAX_REFUSED_SHARE * self.operations:
            listed = f" ({self.refused[0]})" if self.refused else ""
            raise RefusedAnswer(f"{len(self.refused)} of its {self.operations} changes are wrong{listed}")
        words = sum(map(len, self.part.sentences))
        changed = sum(edit.last - edit.first for edit in self.edits)
        if words >= MIN_COUNTED_WORDS and changed > MAX_CHANGED_SHARE * words:
            raise RefusedAnswer(f"it changes {changed} of {words} words")
        return self.edits


def _edit(fix: WordFix, number: int, place: int, sentence: Sequence[Word], language: str) -> _Edit | None:
    """A proposal as an edit; ``None`` when it changes nothing. Raises ``RefusedAnswer`` when it is wrong."""
    old, new = fix.old.split(), fix.new.split()
    texts = [word.text for word in sentence]
    if old == new:
        return None
    places = [n for n in range(len(texts)) if texts[n : n + len(old)] == old] if old else []
    if len(places) != 1:
        where = "does not stand" if not places else "stands more than once"
        raise RefusedAnswer(f"“{printable(fix.old, 40)}” {where} in its sentence")
    first, last = places[0], places[0] + len(old)
    if reason := next(_problems(old, new, last == len(texts), language), None):
        raise RefusedAnswer(f"{reason} (“{printable(fix.old, 40)}” to “{printable(fix.new, 40)}”)")
    adds_end = last == len(texts) and ends_sentence(new[-1]) and not ends_sentence(old[-1])
    return _Edit(number, place, first, last, tuple(new), printable(fix.why), adds_end)


def _problems(old: Sequence[str], new: Sequence[str], at_end: bool, language: str) -> Iterator[str]:
    if not new:
        yield "it removes words"
        return
    yield from filter(None, map(word_problem, new))
    if any(mark in " ".join(new) and mark not in " ".join(old) for mark in MARKUP):
        yield "it writes markup or a link"
    if max(len(old), len(new)) > MAX_WORDS or abs(len(old) - len(new)) > MAX_MORE_WORDS:
        yield "it adds or removes too many words"
    before, after = [ends_sentence(one) for one in old], [ends_sentence(one) for one in new]
    if sum(after[:-1]) > sum(before[:-1]) or (after[-1] and not before[-1] and not at_end):
        yield "it adds a sentence"
    if sum(after[:-1]) < sum(before[:-1]) or (before[-1] and not after[-1]):
        yield "it removes the end of a sentence"
    if not _alike(" ".join(old), " ".join(new), language):
        yield "it is not what was said"


def _alike(old: str, new: str, language: str) -> bool:
    """Whether two texts can be the same speech."""
    key, other = word_key(old.replace(" ", "")), word_key(new.replace(" ", ""))
    if not other:
        return not key
    if language in UNSPELLED_LANGUAGES:
        return len(other) <= MAX_LENGTH_FACTOR * max(1, len(key)) and len(key) <= MAX_LENGTH_FACTOR * len(other)
    if SequenceMatcher(None, key, other, autojunk=False).ratio() >= MIN_LETTERS_ALIKE:
        return True
    if language != "en":
        return False
    pairs = [(phones_of(one), phones_of(two)) for one in _spoken(old) for two in _spoken(new)]
    known = [(one, two) for one, two in pairs if one and two]
    return any(float(distances(encode([a]), encode([b]))[0]) <= MAX_SOUND_DISTANCE for a, b in known)


def _spoken(text: str) -> tuple[str, ...]:
    return (text, *spoken_forms(text)) if any(one.isdigit() for one in text) else (text,)


def _keeping_sentences(
    sentences: Sequence[Sequence[Word]], edits: Sequence[_Edit], refused: list[str]
) -> Sequence[_Edit]:
    """The edits that leave the sentences as they are. Full stops at the ends of some sentences would join the others
    where a transcript has no punctuation.
    """
    starts = [sentence[0].start for sentence in sentences]
    if not edits or [one[0].start for one in split_sentences(_edited(sentences, edits))] == starts:
        return edits
    ends = [edit for edit in edits if edit.adds_end]
    refused += [f"Change {edit.number}: it ends a sentence, and other sentences have no end" for edit in ends]
    kept = [edit for edit in edits if not edit.adds_end]
    if [one[0].start for one in split_sentences(_edited(sentences, kept))] == starts:
        return kept
    refused += [f"Change {edit.number}: it changes the sentences" for edit in kept]
    return ()


def _edited(sentences: Sequence[Sequence[Word]], edits: Sequence[_Edit]) -> tuple[Word, ...]:
    found: list[Word] = []
    by_sentence: dict[int, list[_Edit]] = {}
    for edit in edits:
        by_sentence.setdefault(edit.sentence, []).append(edit)
    for number, sentence in enumerate(sentences):
        position = 0
        for edit in sorted(by_sentence.get(number, ()), key=lambda one: one.first):
            run = sentence[edit.first : edit.last]
            found += sentence[position : edit.first]
            found += timed_words(edit.new, run, run[0].start, run[-1].end, max(word.confidence for word in run))
            position = edit.last
        found += sentence[position:]
    return tuple(found)


def _change(sentences: Sequence[Sequence[Word]], edit: _Edit, model: str) -> WordChange:
    run = sentences[edit.sentence][edit.first : edit.last]
    why = f": {edit.why}" if edit.why else ""
    old, new = " ".join(word.text for word in run), " ".join(edit.new)
    return WordChange(start=run[0].start, end=run[-1].end, old=old, new=new, reason=f"{REASON} {model}{why}")
