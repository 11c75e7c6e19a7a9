"""Applies the edits of people to a transcript of the same source, whichever transcriber made it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from pytoon_pipeline.analysis.transcript.difference import word_key
from pytoon_pipeline.contracts.analysis import Cut, Disfluency, Word, WordChange
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit, clock

EDITED = "edited by a person"
HIDDEN = f"{EDITED}: not in the captions"
# Transcribers differ about the beginning and the end of the same word by up to so much.
MAX_SHIFT_SECONDS = 0.5
# Other words are the same speech when they begin and end this near to those that a person saw; further apart, when most
# of their time is the same.
NEAR_SECONDS, FIT_SECONDS, MIN_SHARED = 0.12, 0.25, 0.7
MAX_QUOTED = 60
# Words that a person adds in a pause last at most so long each.
MAX_ADDED_SECONDS = 1.0
SAME_SECONDS = 0.002


@dataclass
class Applied:
    """The words that stay, and what was done: cuts, changes, and sentences about edits that do not fit."""

    words: list[Word] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    changes: list[WordChange] = field(default_factory=list)
    unfitting: list[str] = field(default_factory=list)


def apply_edits(words: Sequence[Word], edits: Sequence[TranscriptEdit]) -> Applied:
    """``words`` with ``edits``, both in order of time.

    An edit applies to the words that it names where they are spoken at its time. Where a transcript has other words, it
    applies to those that begin and end with it: they are the same speech. An edit whose speech begins or ends inside of
    a word is not guessed: it becomes a sentence in ``unfitting``.
    """
    found, position = Applied(), 0
    starts, keys = [word.start for word in words], [word_key(word.text) for word in words]
    for number, edit in enumerate(edits, 1):
        run = _named(edit, words, starts, keys, position) or _at_time(edit, words, starts, position)
        if run is None:
            found.unfitting.append(_unfitting(number, edit, words))
            continue
        first, last = run
        found.words += words[position:first]
        _apply(edit, words[first:last], found)
        position = last
    found.words += words[position:]
    return found


def apply_all(words: Sequence[Word], disfluencies: Sequence[Disfluency], edits: Sequence[TranscriptEdit]) -> Applied:
    """``words`` with the edits of people, and without the ``disfluencies`` that rules cut.

    Where a person has edited the words of one, the person's edit counts.
    """
    found = apply_edits(words, [edit for edit in edits if edit.kind != "keep"])
    decided = [edit for edit in edits if edit.kind != "hide"]
    cut = [
        one
        for one in disfluencies
        if one.action == "cut" and not any(one.overlaps(edit.start, edit.end) for edit in decided)
    ]
    kept = [word for word in found.words if not any(_is_inside(word, one) for one in cut)]
    if not cut or not kept:
        return found
    cuts = [Cut(start=one.start, end=one.end, text=one.text, reason=one.reason) for one in cut]
    found.words, found.cuts = kept, sorted((*found.cuts, *cuts), key=lambda one: one.start)
    return found


def _is_inside(word: Word, one: Disfluency) -> bool:
    return one.start <= (word.start + word.end) / 2 < one.end


def with_keeps(edits: Sequence[TranscriptEdit], disfluencies: Sequence[Disfluency]) -> tuple[TranscriptEdit, ...]:
    """The edits of a whole transcript that a person wrote, where rules cut ``disfluencies``.

    What the transcript leaves out stays cut by its rule, and no person's edit is needed; what it has is kept.
    """
    rules = [one for one in disfluencies if one.action == "cut"]
    others = [edit for edit in edits if not any(_is_cut_of(edit, one) for one in rules)]
    kept = [
        TranscriptEdit(kind="keep", start=one.start, end=one.end, old=tuple(one.text.split()))
        for one in rules
        if not any(one.overlaps(edit.start, edit.end) for edit in edits if edit.kind != "hide")
    ]
    return tuple(sorted((*others, *kept), key=lambda edit: edit.start))


def _is_cut_of(edit: TranscriptEdit, one: Disfluency) -> bool:
    return edit.kind == "cut" and abs(edit.start - one.start) < SAME_SECONDS and abs(edit.end - one.end) < SAME_SECONDS


def _named(
    edit: TranscriptEdit, words: Sequence[Word], starts: Sequence[float], keys: Sequence[str], position: int
) -> tuple[int, int] | None:
    """The words of the edit, spoken at its time; where they are several times, the nearest."""
    old = [word_key(text) for text in edit.old]
    if not old:
        return None
    first = max(position, bisect_left(starts, edit.start - MAX_SHIFT_SECONDS))
    last = bisect_left(starts, edit.start + MAX_SHIFT_SECONDS)
    places = [n for n in range(first, last) if keys[n : n + len(old)] == old]
    place = min(places, key=lambda n: abs(starts[n] - edit.start), default=None)
    if place is None:
        return None
    start, end = words[place].start, words[place + len(old) - 1].end
    # The same word a moment later is another word.
    same = start <= (edit.start + edit.end) / 2 < end or edit.start <= (start + end) / 2 < edit.end
    return (place, place + len(old)) if same else None


def _at_time(
    edit: TranscriptEdit, words: Sequence[Word], starts: Sequence[float], position: int
) -> tuple[int, int] | None:
    """The words, or the pause, that begin and end with the edit; ``None`` when a word lies across its edges."""
    nearby = range(max(position, bisect_left(starts, edit.start) - 8), len(words))
    inside = []
    for n in nearby:
        if words[n].start >= edit.end:
            break
        if edit.start <= (words[n].start + words[n].end) / 2 < edit.end:
            inside.append(n)
    if not inside:
        place = bisect_left(starts, edit.start, lo=position)
        around = words[max(0, place - 1) : place + 1]
        return None if any(_crosses(word, edit) for word in around) else (place, place)
    first, last = inside[0], inside[-1] + 1
    fits = _is_same(words[first].start, words[last - 1].end, edit)
    others = (*words[max(0, first - 1) : first], *words[last : last + 1])
    return (first, last) if fits and not any(_crosses(word, edit) for word in others) else None


def _crosses(word: Word, edit: TranscriptEdit) -> bool:
    """Whether a word lies across an edge of the edit."""
    middle = (edit.start + edit.end) / 2
    return _shared(word, edit) > FIT_SECONDS / 2 or word.start <= middle < word.end


def _is_same(start: float, end: float, edit: TranscriptEdit) -> bool:
    off = max(abs(start - edit.start), abs(end - edit.end))
    shared, whole = min(end, edit.end) - max(start, edit.start), max(end, edit.end) - min(start, edit.start)
    return off <= NEAR_SECONDS or (off <= FIT_SECONDS and shared >= MIN_SHARED * whole)


def _shared(word: Word, edit: TranscriptEdit) -> float:
    return max(0.0, min(word.end, edit.end) - max(word.start, edit.start))


def _apply(edit: TranscriptEdit, run: Sequence[Word], found: Applied) -> None:
    text = " ".join(word.text for word in run)
    added_end = min(edit.end, edit.start + MAX_ADDED_SECONDS * max(1, len(edit.new)))
    start, end = (run[0].start, run[-1].end) if run else (edit.start, added_end)
    if edit.kind == "cut":
        found.cuts.append(Cut(start=start, end=end, text=text, reason=EDITED))
        return
    new = timed_words(edit.new, run, start, end) if edit.new else list(run)
    found.words += [word.model_copy(update={"hidden": edit.kind == "hide"}) for word in new]
    after = " ".join(word.text for word in new)
    if edit.kind == "hide":
        found.changes.append(WordChange(start=start, end=end, old=text, new=after, reason=HIDDEN))
    elif after != text:
        found.changes.append(WordChange(start=start, end=end, old=text, new=after, reason=EDITED))


def timed_words(
    texts: Sequence[str], run: Sequence[Word], start: float, end: float, confidence: float = 1.0
) -> list[Word]:
    """New words at the times of those that they replace; of another number, spread by their length."""
    if len(texts) == len(run):
        return [
            word.model_copy(update={"text": text, "confidence": confidence})
            for text, word in zip(texts, run, strict=True)
        ]
    total, passed, words = sum(map(len, texts)), 0, []
    for text in texts:
        first = start + (end - start) * passed / total
        passed += len(text)
        last = start + (end - start) * passed / total
        words.append(Word(text=text, start=round(first, 4), end=round(last, 4), confidence=confidence))
    return words


def written_ranges(changes: Sequence[WordChange]) -> list[TimeRange]:
    """Where a person says that there are words, in the captions or hidden, in seconds of the file."""
    return [
        TimeRange(start=one.start, end=one.end)
        for one in changes
        if one.reason in (EDITED, HIDDEN) and one.start < one.end
    ]


def _unfitting(number: int, edit: TranscriptEdit, words: Sequence[Word]) -> str:
    there = " ".join(word.text for word in words if _shared(word, edit) > 0)
    was, now = _quoted(" ".join(edit.old)), _quoted(there)
    what = {
        "cut": f"the cut of {was}",
        "hide": f"hiding {was}",
        "replace": f"{_quoted(' '.join(edit.new))} in place of {was}" if edit.old else _quoted(" ".join(edit.new)),
    }[edit.kind]
    return f"Edit {number} at {clock(edit.start)}, {what}, does not fit: the transcript has {now} there."


def _quoted(text: str) -> str:
    return f"“{text[:MAX_QUOTED]}{'…' if len(text) > MAX_QUOTED else ''}”" if text else "no words"
