"""Fillers, false starts and repeated takes in a transcript."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.cuts import cut_span
from pytoon_pipeline.analysis.speech.silence import FLOOR_DB, WINDOW_SECONDS, levels, speech_level
from pytoon_pipeline.analysis.speech.voiced_gaps import RATE, voiced_gaps
from pytoon_pipeline.analysis.transcript.difference import word_key
from pytoon_pipeline.analysis.transcript.sentences import ends_sentence
from pytoon_pipeline.contracts.analysis import Disfluency, Word
from pytoon_pipeline.contracts.request import SpeechRequest
from pytoon_pipeline.contracts.time import TimeRange

# Sounds that are no words, by language.
FILLERS = {
    "en": ("um", "umm", "uhm", "uh", "uhh", "er", "erm", "hm", "hmm", "mm", "mmm"),
    "de": ("äh", "ähm", "öh", "öhm", "hm", "hmm"),
    "es": ("eh", "em", "ehm", "mmm"),
    "fr": ("euh", "heu", "hum", "mmm"),
}
# What is a filler only between pauses or commas: elsewhere, these are words.
PHRASES = {"en": (("you", "know"), ("i", "mean"), ("like",), ("sort", "of"), ("kind", "of"))}
PAUSE_SECONDS = 0.18
# What a filler that no transcriber wrote is called.
UNWRITTEN = {"en": "um", "de": "äh", "es": "eh", "fr": "euh"}
# Words that people repeat while they search for the next one; a repeated “very” or “no” is meant.
STUTTERED = frozenset(
    (
        "i", "we", "you", "he", "she", "they", "it", "the", "a", "an", "this", "to", "of", "and", "but", "or", "so",
        "in", "on", "at", "for", "with", "from", "my", "our", "your", "their", "if", "is", "are", "was", "i'm", "it's",
        "we're", "there", "what", "how", "when", "because",
    )
)  # fmt: skip
# A repeated start has at most so many words, and is said again within so many seconds.
MAX_WORDS, MAX_SECONDS = 14, 20.0
# An abandoned start and its repetition share so many words, without a word or two that was broken off.
MIN_SHARED, MAX_BROKEN = 3, 2
# Cuts begin and end at moments that are at least so far below the level of speech.
MIN_DROP_DB = 12.0


def find_disfluencies(
    samples: NDArray[np.int16], words: Sequence[Word], speech: SpeechRequest, language: str
) -> tuple[list[Word], list[Disfluency]]:
    """What 16 kHz mono speech, shape (n,), can do without, in order, and what the request wants to become of it.

    The words are returned with the fillers that no transcriber wrote. Nothing is cut where it is loud.
    """
    found = list(words)
    if speech.fillers != "keep":
        found = with_unwritten(found, voiced_gaps(samples, found), language)
    fillers = find_fillers(found, language)
    wanted = [one.model_copy(update={"action": speech.fillers}) for one in fillers if speech.fillers != "keep"]
    if speech.retakes != "keep":
        wanted += [one.model_copy(update={"action": speech.retakes}) for one in find_retakes(found, fillers)]
    decibels = levels(samples, RATE)
    return found, [_if_quiet(one, found, decibels) for one in sorted(wanted, key=lambda one: one.start)]


def _if_quiet(one: Disfluency, words: Sequence[Word], decibels: NDArray[np.float64]) -> Disfluency:
    """A cut, unless it would begin or end where it is loud: then, it is proposed."""
    before = max((word.end for word in words if word.end <= one.start + 1e-6), default=0.0)
    after = min((word.start for word in words if word.start >= one.end - 1e-6), default=float("inf"))
    edges = cut_span(one.start, one.end, before, after, decibels)
    loudest = max(_level(decibels, edge) for edge in edges)
    is_quiet = loudest <= speech_level(decibels) - MIN_DROP_DB
    return one if is_quiet else one.model_copy(update={"action": "propose"})


def _level(decibels: NDArray[np.float64], seconds: float) -> float:
    place = int(seconds / WINDOW_SECONDS)
    return float(decibels[place]) if place < len(decibels) else FLOOR_DB


def with_unwritten(words: Sequence[Word], sounds: Sequence[TimeRange], language: str) -> list[Word]:
    """``words`` and one for each of ``sounds`` that no word covers; captions do not show these."""
    text = UNWRITTEN.get(language, UNWRITTEN["en"])
    new = [Word(text=text, start=one.start, end=one.end, confidence=0.0, hidden=True) for one in sounds]
    return sorted((*words, *new), key=lambda word: word.start)


def find_fillers(words: Sequence[Word], language: str) -> list[Disfluency]:
    """Words that only fill a pause, in order."""
    keys, found, place = [word_key(word.text) for word in words], list[Disfluency](), 0
    while place < len(words):
        count = _filler(words, keys, place, language)
        if count:
            found.append(_disfluency(words, place, place + count, "filler"))
        place += count or 1
    return found


def _filler(words: Sequence[Word], keys: Sequence[str], place: int, language: str) -> int:
    """How many words at a place are a filler."""
    if keys[place] in FILLERS.get(language, ()) or (words[place].confidence == 0 and words[place].hidden):
        return 1
    for phrase in PHRASES.get(language, ()):
        end = place + len(phrase)
        if tuple(keys[place:end]) == phrase and _apart(words, place) and _apart(words, end):
            return len(phrase)
    return 0


def _apart(words: Sequence[Word], place: int) -> bool:
    """Whether a comma, and not only a breath, separates the words before and after a place."""
    if place in (0, len(words)):
        return False
    before, after = words[place - 1], words[place]
    return before.text.endswith((",", "…", "–", "—", "-")) and after.start - before.end >= PAUSE_SECONDS / 2


def find_retakes(words: Sequence[Word], fillers: Sequence[Disfluency]) -> list[Disfluency]:
    """What is said again right after it, and so may go: false starts, repeated words and repeated sentences, in order.

    Fillers between the words do not count, and go with what is before them.
    """
    skipped = {n for n, word in enumerate(words) if any(one.start <= word.start < one.end for one in fillers)}
    spoken = [n for n in range(len(words)) if n not in skipped]
    keys = [word_key(words[n].text) for n in spoken]
    found, place = list[Disfluency](), 0
    while place < len(spoken):
        count = _repeated([words[n] for n in spoken], keys, place)
        if count:
            found.append(_disfluency(words, spoken[place], spoken[place + count - 1] + 1, "retake"))
        place += count or 1
    return found


def _repeated(words: Sequence[Word], keys: Sequence[str], place: int) -> int:
    """How many words at a place are said again after them. The longest run counts."""
    for count in range(min(MAX_WORDS, len(words) - place - 1), 0, -1):
        again = place + count
        if words[again].start - words[place].start <= MAX_SECONDS and _is_repeat(words, keys, place, again):
            return count
    return 0


def _is_repeat(words: Sequence[Word], keys: Sequence[str], place: int, again: int) -> bool:
    count = again - place
    shared = _shared(keys, place, again)
    if shared >= count:
        # All of it is said again. A whole sentence of few words is emphasis, as in “Banana. Banana.”
        whole = ends_sentence(words[again - 1].text)
        if count >= MIN_SHARED:
            return not whole or count > MIN_SHARED
        return not whole and keys[place] in STUTTERED and not words[again - 1].text.endswith(",")
    # A start that breaks off: all but its last words are said again, and it ends without the end of a sentence.
    broken = count - shared
    breaks_off = not any(ends_sentence(word.text) or word.text.endswith(",") for word in words[place:again])
    begins = place == 0 or ends_sentence(words[place - 1].text) or _pause(words, place) >= PAUSE_SECONDS
    pauses = _pause(words, again) >= PAUSE_SECONDS or words[again - 1].text.endswith(("-", "–", "—", "…"))
    return shared >= MIN_SHARED and broken <= MAX_BROKEN and breaks_off and begins and pauses


def _shared(keys: Sequence[str], place: int, again: int) -> int:
    """How many words from a place on are the same as from where they may be said again."""
    count = 0
    while again + count < len(keys) and place + count < again and keys[place + count] == keys[again + count]:
        count += 1
    return count


def _pause(words: Sequence[Word], place: int) -> float:
    return words[place].start - words[place - 1].end


def _disfluency(words: Sequence[Word], first: int, last: int, kind: str) -> Disfluency:
    run = words[first:last]
    text = " ".join(word.text for word in run)
    return Disfluency.model_validate({"start": run[0].start, "end": run[-1].end, "text": text, "kind": kind})
