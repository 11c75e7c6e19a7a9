"""What people changed in the text of a transcript, as edits that are anchored in time and words."""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby, pairwise

from pytoon_pipeline.analysis.transcript.document import Line, Section, Token
from pytoon_pipeline.analysis.transcript.sentences import split_sentences
from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.transcript_edits import EditKind, TranscriptEdit, clock, refused

# Times in a document are rounded down to hundredths.
ROUNDING = 0.015
# A word that nobody transcribed takes so long, and at least so long.
WORD_SECONDS, MIN_WORD_SECONDS = 0.35, 0.12
# A word with this share of its letters unchanged has been corrected.
CORRECTION = 0.75
# Of the sentence into which words are brought back, so many words after them are looked at.
MAX_AFTER = 60
# Apostrophes and hyphens inside a word belong to it, at its edges they do not.
EDGES = "\"'“”‘’«»()[]{}.,;:!?…¡¿-–—*_"


@dataclass(frozen=True)
class _Step:
    """Words ``first`` to ``last`` of the transcript became ``tokens``. ``line`` is the one where people wrote them."""

    first: int
    last: int
    tokens: tuple[Token, ...]
    line: Line | None

    @property
    def adds(self) -> bool:
        return self.first == self.last

    @property
    def cuts(self) -> bool:
        return not self.tokens


def edits_of_document(section: Section, words: Sequence[Word], seconds: float) -> tuple[TranscriptEdit, ...]:
    """The edits that turn ``words`` of a source of ``seconds`` into the section of a document.

    Words outside of what the section covers stay as they are. Raises ``InvalidInput`` with the number of the line for
    times outside of the source, and for new words where there is no time for them.
    """
    for line in section.lines:
        if line.time > seconds + ROUNDING:
            reason = f"line {line.number}: its time {clock(line.time)} is after the end at {clock(seconds)}"
            raise refused(reason, "Check that the transcript belongs to this video.")
    steps = [
        step
        for line, first, last in _blocks(_whole_lines(section.lines, words), words, *_covered(section, words))
        for step in _block_steps(line, words, first, last)
    ]
    return _edits(_merged(_unmoved(steps, words), words), words, seconds)


def edits_of_subtitles(
    cues: Sequence[tuple[float, float, str]], words: Sequence[Word], seconds: float
) -> tuple[TranscriptEdit, ...]:
    """The edits after which captions show the subtitles ``cues``: start, end and text of each.

    Words that the subtitles leave out are hidden, and not cut. Raises ``InvalidInput`` for times outside of the source.
    """
    for number, (start, _, _) in enumerate(cues, 1):
        if start > seconds:
            reason = f"caption {number}: its time {clock(start)} is after the end at {clock(seconds)}"
            raise refused(reason, "Check that the subtitles belong to this video.")
    middles = [(word.start + word.end) / 2 for word in words]
    first, last = (bisect_left(middles, time) for time in (cues[0][0], cues[-1][1]))
    tokens = tuple(Token(text) for *_, text in cues for text in text.split())
    line = Line(1, cues[0][0], tokens)
    edits = _edits(_merged(_steps(line, tokens, words, first, last), words), words, seconds)
    return tuple(edit.model_copy(update={"kind": "hide"}) if edit.kind == "cut" else edit for edit in edits)


def word_key(text: str) -> str:
    """A word as it is compared: without case and without punctuation around it."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    return folded.strip(EDGES) or folded


def _covered(section: Section, words: Sequence[Word]) -> tuple[int, int]:
    """The range of words that the section is about: its span, else all from its first line to the end of the sentence
    of its last line.
    """
    starts = [word.start for word in words]
    if section.span is not None:
        return bisect_left(starts, section.span[0] - ROUNDING), bisect_left(starts, section.span[1] + ROUNDING)
    if not section.lines:
        return 0, 0
    opening, closing = section.lines[0].time - ROUNDING, section.lines[-1].time + ROUNDING
    ends = [sentence[-1].end for sentence in split_sentences(words) if sentence[0].start <= closing]
    return bisect_left(starts, opening), bisect_left(starts, ends[-1]) if ends else bisect_left(starts, opening)


def _whole_lines(lines: Sequence[Line], words: Sequence[Word]) -> list[Line]:
    """The lines, where words that people bring back into the middle of a sentence are part of its line."""
    starts, found = [word.start for word in words], list[Line]()
    openings = {sentence[0].start for sentence in split_sentences(words)}
    for line in lines:
        place = bisect_left(starts, line.time - ROUNDING / 10)
        inside = place < len(words) and words[place].start not in openings and _brings_back(line, words[place])
        if not inside or not found:
            found.append(line)
            continue
        before = found[-1]
        first = bisect_left(starts, before.time - ROUNDING)
        old = [word_key(word.text) for word in words[first : place + MAX_AFTER]]
        new = [word_key(token.text) for token in before.words]
        blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        after = [one.b + max(0, place - first - one.a) for one in blocks if one.a + one.size > place - first]
        if not any(one < len(new) for one in after):
            found.append(line)
            continue
        tokens = (*before.words[: min(after)], *line.words, *before.words[min(after) :])
        found[-1] = replace(before, words=tokens)
    return found


def _brings_back(line: Line, word: Word) -> bool:
    """Whether a line begins with the word that is spoken at its time."""
    return (
        bool(line.words) and word.start < line.time + ROUNDING and word_key(line.words[0].text) == word_key(word.text)
    )


def covered_seconds(section: Section, words: Sequence[Word]) -> tuple[float, float]:
    """The time of the words that the section is about; what rules cut in it counts, too."""
    if section.span is not None:
        return section.span
    first, last = _covered(section, words)
    return (words[first].start, words[last - 1].end) if last > first else (0.0, 0.0)


def _blocks(
    lines: Sequence[Line], words: Sequence[Word], first: int, last: int
) -> Iterator[tuple[Line | None, int, int]]:
    """Each line with the range of words from its time until that of the next; what is before the first has none."""
    starts = [word.start for word in words]
    edges = [min(last, max(first, bisect_left(starts, line.time - ROUNDING))) for line in lines]
    yield None, first, edges[0] if edges else last
    for line, (start, end) in zip(lines, pairwise((*edges, last)), strict=True):
        yield line, start, end


def _block_steps(line: Line | None, words: Sequence[Word], first: int, last: int) -> list[_Step]:
    """The steps of one line. The sentences after the first one have no line of their own any more: they were deleted,
    unless people joined them with it.
    """
    tokens = line.words if line is not None else ()
    ends, kept = [first], first
    for sentence in split_sentences(words[first:last]):
        ends.append(ends[-1] + len(sentence))
    if tokens:
        kept = max(ends[1:], key=lambda end: (_likeness(tokens, words[first:end]), -end), default=first)
    deleted = [_Step(start, end, (), line) for start, end in pairwise(ends) if start >= kept]
    return [*_steps(line, tokens, words, first, kept), *deleted]


def _likeness(tokens: Sequence[Token], words: Sequence[Word]) -> float:
    return SequenceMatcher(
        None, [word_key(one.text) for one in tokens], [word_key(one.text) for one in words], autojunk=False
    ).ratio()


def _steps(line: Line | None, tokens: Sequence[Token], words: Sequence[Word], first: int, last: int) -> list[_Step]:
    """How the words of a range became ``tokens``: word by word where they are alike, else as a run."""
    old, new = [word_key(word.text) for word in words[first:last]], [word_key(token.text) for token in tokens]
    found: list[_Step] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [_Step(first + a + n, first + a + n + 1, (tokens[c + n],), line) for n in range(b - a)]
        else:
            for step in _by_likeness(_Step(first + a, first + b, tuple(tokens[c:d]), line), words):
                found += _by_mark(step)
    return found


def _by_likeness(step: _Step, words: Sequence[Word]) -> list[_Step]:
    """A step as one for each word where all new words are corrections of old ones: the words between them are cut."""
    old = [word_key(word.text) for word in words[step.first : step.last]]
    new = [word_key(token.text) for token in step.tokens]
    if not 0 < len(new) < len(old):
        return [step]
    # “Icecream” is both words of “ice cream”, and no correction of the second.
    least = max(CORRECTION, _same_letters("".join(old), "".join(new)))
    found, last = list[_Step](), 0
    for token, text in zip(step.tokens, new, strict=True):
        place = next((n for n in range(last, len(old)) if _same_letters(old[n], text) > least), None)
        if place is None:
            return [step]
        if place > last:
            found.append(_Step(step.first + last, step.first + place, (), step.line))
        found.append(_Step(step.first + place, step.first + place + 1, (token,), step.line))
        last = place + 1
    return [*found, _Step(step.first + last, step.last, (), step.line)] if last < len(old) else found


def _same_letters(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _by_mark(step: _Step) -> Iterator[_Step]:
    """A step as one for each run of words with the same mark; the words are shared out by number."""
    if step.cuts:
        yield step
        return
    total, passed, first = len(step.tokens), 0, step.first
    for _, group in groupby(step.tokens, key=lambda token: token.hidden):
        tokens = tuple(group)
        passed += len(tokens)
        last = step.first + round((step.last - step.first) * passed / total)
        yield _Step(first, last, tokens, step.line)
        first = last


def _unmoved(steps: Sequence[_Step], words: Sequence[Word]) -> list[_Step]:
    """The steps, where a word that people moved between two lines is neither cut nor added."""
    found: list[_Step] = []
    for step in steps:
        before = found[-1] if found else None
        if before is not None and before.last == step.first and before.cuts != step.cuts:
            cut, added = (before, step) if before.cuts else (step, before)
            moved = [word_key(word.text) for word in words[cut.first : cut.last]]
            if added.adds and moved == [word_key(token.text) for token in added.tokens]:
                found[-1:] = [
                    _Step(cut.first + n, cut.first + n + 1, (token,), added.line)
                    for n, token in enumerate(added.tokens)
                ]
                continue
        if not (step.adds and step.cuts):
            found.append(step)
    return found


def _merged(steps: Sequence[_Step], words: Sequence[Word]) -> list[_Step]:
    """The steps, where words that were added without a pause for them share the time of a neighbour."""
    found: list[_Step] = []
    waiting: _Step | None = None
    for step in steps:
        if waiting is not None:
            if step.cuts or step.adds:
                raise _no_time(waiting)
            step, waiting = replace(step, tokens=(*waiting.tokens, *step.tokens)), None
        if not step.adds or _room(step, words) >= MIN_WORD_SECONDS * len(step.tokens):
            found.append(step)
        elif found and found[-1].last == step.first and found[-1].tokens and not found[-1].adds:
            found[-1] = replace(found[-1], tokens=(*found[-1].tokens, *step.tokens))
        else:
            waiting = step
    if waiting is not None:
        raise _no_time(waiting)
    return found


def _no_time(step: _Step) -> Exception:
    line = step.line
    place = f"line {line.number}: " if line is not None else ""
    text = " ".join(token.text for token in step.tokens)[:40]
    return refused(f"{place}there is no time for the new words “{text}”", "Write them into a sentence beside them.")


def _pause(step: _Step, words: Sequence[Word]) -> tuple[float, float]:
    """The pause at which a step adds words."""
    start = words[step.first - 1].end if step.first else 0.0
    return start, words[step.first].start if step.first < len(words) else start + WORD_SECONDS * len(step.tokens)


def _room(step: _Step, words: Sequence[Word]) -> float:
    start, end = _pause(step, words)
    return end - start


def _edits(steps: Iterable[_Step], words: Sequence[Word], seconds: float) -> tuple[TranscriptEdit, ...]:
    return tuple(edit for step in steps if (edit := _edit(step, words, seconds)) is not None)


def _edit(step: _Step, words: Sequence[Word], seconds: float) -> TranscriptEdit | None:
    old, new = tuple(word.text for word in words[step.first : step.last]), tuple(one.text for one in step.tokens)
    if step.adds:
        start, end = _added_span(step, words, seconds)
        return TranscriptEdit(kind=_kind(step), start=start, end=end, new=new)
    if step.cuts or _kind(step) == "hide" or new != old:
        run = words[step.first : step.last]
        end = max(run[-1].end, run[0].start + 0.001)
        return TranscriptEdit(kind=_kind(step), start=run[0].start, end=end, old=old, new=() if new == old else new)
    return None


def _kind(step: _Step) -> EditKind:
    if step.cuts:
        return "cut"
    return "hide" if step.tokens[0].hidden else "replace"


def _opens(step: _Step, line: Line) -> bool:
    """Whether the added words begin a sentence that goes on."""
    return step.tokens == line.words[: len(step.tokens)] != line.words


def _added_span(step: _Step, words: Sequence[Word], seconds: float) -> tuple[float, float]:
    """When added words are spoken: at the time of their own line, else next to the words of their sentence."""
    start, end = _pause(step, words)
    needed = WORD_SECONDS * len(step.tokens)
    line = step.line
    if line is not None and start < line.time < end:
        start = min(line.time, max(start, end - MIN_WORD_SECONDS * len(step.tokens)))
    elif line is not None and step.first < len(words) and _opens(step, line):
        start = max(start, end - needed)
    end = min(end, start + needed)
    return round(start, 4), round(min(end, max(seconds, words[-1].end if words else 0.0)), 4)
