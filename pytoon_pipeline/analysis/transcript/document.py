"""The text of a transcript that people read and change: a line per sentence, with its time.

    # Transcript of talk.mp4. …
    # source: 1f3a…, 0:00.00 to 0:42.40
    [0:01.24] So this is the first thing I would say.
    [0:04.90] [[Um,]] and this is the second.
    # cut [0:08.10] This sentence is not in the video.

Everything else than the times, the double brackets around words that are not in the captions, and lines that begin with
``#`` is text as it stands. A backslash before ``#`` or ``[`` keeps its meaning from a word that begins like that.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pytoon_pipeline.analysis.transcript.sentences import split_sentences
from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Cut, Word
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.transcript_edits import MAX_CHARACTERS, clock, refused, word_problem

MAX_BYTES, MAX_LINES = 2_000_000, 50_000
DIGITS = 16
HELP = """\
# Correct words to change the captions. Delete a line, or words in it, to cut them out of the video. Put [[double
# brackets]] around words to keep them out of the captions. Lines with “# cut” are out of the video; without “# cut”
# they come back. Other lines that begin with # are ignored."""
PROPOSALS_HELP = "# To accept a proposed cut, delete its words in their sentence."
SOURCE = re.compile(
    r"#\s*source:\s*(?P<digits>[0-9a-f]{8,64}),\s*(?P<start>[\d:.]+)\s+to\s+(?P<end>[\d:.]+)", re.IGNORECASE
)
TIMED = re.compile(r"(?:\((?:filler|said again)\)\s+)?\[(?P<time>[^\[\]]{1,20})\](?:\s+|$)")
TIME = re.compile(r"(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,4}):(?P<seconds>\d{1,2}(?:[.,]\d{1,4})?)")
OPEN, CLOSE = "[[", "]]"
# Why rules cut words.
RULES = ("filler", "said again")


@dataclass(frozen=True)
class Token:
    """A word as people wrote it, and whether it is marked as hidden from captions."""

    text: str
    hidden: bool = False


@dataclass(frozen=True)
class Line:
    """A sentence: its number in the file, its time in seconds, and its words."""

    number: int
    time: float
    words: tuple[Token, ...]


@dataclass(frozen=True)
class Section:
    """The transcript of one source.

    ``digits`` are the first of its SHA-256 and ``span`` is what the transcript covers, in seconds; both are ``None`` in
    a file that does not say so.
    """

    lines: tuple[Line, ...]
    digits: str | None = None
    span: tuple[float, float] | None = None


def write_document(name: str, item: str, seconds: float, transcript: CorrectedTranscript) -> str:
    """The text of the transcript of a file ``name`` with the SHA-256 ``item``."""
    lines = [f"# Transcript of {' '.join(name.split())}", HELP]
    lines += [PROPOSALS_HELP] if any(_proposals(transcript)) else []
    start, end = _span(transcript, seconds)
    lines += [f"# source: {item[:DIGITS]}, {clock(start)} to {clock(end + 0.01)}", ""]
    spoken = [(one[0].start, f"[{clock(one[0].start)}] {_text(one)}") for one in edited_sentences(transcript)]
    return "\n".join(
        (*lines, *(text for _, text in sorted([*spoken, *_cut_lines(transcript.cuts), *_proposals(transcript)])), "")
    )


def _span(transcript: CorrectedTranscript, seconds: float) -> tuple[float, float]:
    """What the transcript of a source of ``seconds`` covers: the parts that were transcribed, to their last word."""
    ranges, words = transcript.transcribed, transcript.before_edits
    if not ranges or not words:
        return 0.0, seconds
    return min(ranges[0].start, words[0].start), max(ranges[-1].end, words[-1].end)


def edited_sentences(transcript: CorrectedTranscript) -> list[tuple[Word, ...]]:
    """The words that stay, by the sentences as they were before people's edits; a deleted full stop joins none."""
    starts = [sentence[0].start for sentence in split_sentences(transcript.before_edits)]
    groups = groupby(transcript.words, key=lambda word: bisect_right(starts, word.start))
    return [tuple(words) for _, words in groups]


def _cut_lines(cuts: Sequence[Cut]) -> Iterator[tuple[float, str]]:
    for cut in cuts:
        if words := cut.text.split():
            why = f"({cut.reason}) " if cut.reason in RULES else ""
            yield cut.start, f"# cut {why}[{clock(cut.start)}] {' '.join(map(_escaped, words))}"


def _proposals(transcript: CorrectedTranscript) -> Iterator[tuple[float, str]]:
    """What rules would cut; the words are in the sentences, and a person may delete them there."""
    for one in transcript.disfluencies:
        if one.action == "propose" and not any(one.overlaps(cut.start, cut.end) for cut in transcript.cuts):
            words = " ".join(map(_escaped, one.text.split()))
            yield one.start, f"# proposed cut ({one.reason}) [{clock(one.start)}] {words}"


def _text(words: Sequence[Word]) -> str:
    """The words of a sentence, with brackets around those that are hidden."""
    parts: list[str] = []
    for n, word in enumerate(words):
        opens = word.hidden and (n == 0 or not words[n - 1].hidden)
        closes = word.hidden and (n + 1 == len(words) or not words[n + 1].hidden)
        parts.append(f"{OPEN if opens else ''}{_escaped(word.text)}{CLOSE if closes else ''}")
    return " ".join(parts)


def _escaped(text: str) -> str:
    """A word that cannot be read as a mark."""
    text = text.replace("\\", "\\\\")
    text = text.replace(OPEN, "\\[[").replace(CLOSE, "\\]]")
    return f"\\{text}" if text.startswith(("[", "#")) else text


def read_document(data: bytes, name: str) -> tuple[Section, ...]:
    """The sections of a transcript file. Raises ``InvalidInput`` with the number of the line that is wrong."""
    if len(data) > MAX_BYTES:
        raise refused(f"{name[:80]} is larger than {MAX_BYTES / 1e6:g} MB", "Apply the transcript of one video.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(f"{name[:80]} is not valid UTF-8", "Save it as plain text in UTF-8.") from error
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise refused(f"it has {len(lines)} lines, and {MAX_LINES} is the limit", "Apply the transcript of one video.")
    found = [one for one in _sections(lines) if one.lines or one.digits]
    if not any(one.lines or one.span for one in found):
        raise refused(f"{name[:80]} has no line with a time", "A line looks like this: [0:01.24] Good morning.")
    return tuple(found)


def _sections(lines: Sequence[str]) -> Iterator[Section]:
    current: list[Line] = []
    digits: str | None = None
    span: tuple[float, float] | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if source := SOURCE.match(text):
            yield Section(tuple(current), digits, span)
            current, digits = [], source["digits"].lower()
            span = _time(source["start"], number), _time(source["end"], number)
        elif text and not text.startswith("#"):
            _add(current, number, text)
    yield Section(tuple(current), digits, span)


def _add(lines: list[Line], number: int, text: str) -> None:
    """Adds a line; one without a time belongs to the sentence before it."""
    timed = TIMED.match(text)
    if timed is None:
        if not lines:
            raise _problem(number, "it has no time", "Begin it with its time, such as [0:01.24].")
        before = lines[-1]
        lines[-1] = Line(before.number, before.time, (*before.words, *_tokens(text, number)))
        return
    time = _time(timed["time"], number)
    if lines and time <= lines[-1].time:
        reason = f"its time {clock(time)} is not after {clock(lines[-1].time)}, the time of line {lines[-1].number}"
        raise _problem(number, reason, "Keep the lines in order of time; sentences cannot be moved.")
    lines.append(Line(number, time, tuple(_tokens(text[timed.end() :], number))))


def _time(text: str, number: int) -> float:
    found = TIME.fullmatch(text.strip())
    if found is None or float(found["seconds"].replace(",", ".")) >= 60:
        raise _problem(number, f"“{text[:20]}” is not a time", "Write minutes and seconds, such as [1:02.50].")
    hours, minutes = int(found["hours"] or 0), int(found["minutes"])
    return (hours * 60 + minutes) * 60 + float(found["seconds"].replace(",", "."))


def _tokens(text: str, number: int) -> Iterator[Token]:
    hidden = False
    for part in text.split():
        # The time of a line that was joined with the one before it.
        if TIMED.fullmatch(part) and TIME.fullmatch(part[1:-1]):
            continue
        word, ends = part, False
        if word.startswith(OPEN):
            if hidden:
                raise _problem(number, f"{OPEN} stands inside of {OPEN}", f"Close each {OPEN} with {CLOSE}.")
            word, hidden = word.removeprefix(OPEN), True
        if hidden and (closing := _closing(word)) is not None:
            word, ends = closing, True
        word = _plain(word)
        if word:
            if reason := word_problem(word):
                raise _problem(number, reason, f"Words have at most {MAX_CHARACTERS} characters.")
            yield Token(word, hidden)
        hidden = hidden and not ends
    if hidden:
        raise _problem(number, f"{OPEN} has no {CLOSE}", f"Close each {OPEN} with {CLOSE} on the same line.")


def _closing(word: str) -> str | None:
    """The word before the brackets that close a mark; punctuation after them belongs to it."""
    at = word.rfind(CLOSE)
    if at < 0 or (at and word[at - 1] == "\\") or any(one.isalnum() for one in word[at + 2 :]):
        return None
    return word[:at] + word[at + 2 :]


def _plain(word: str) -> str:
    return re.sub(r"\\([\\\[\]#])", r"\1", word)


def _problem(number: int, reason: str, hint: str) -> InvalidInput:
    return refused(f"line {number}: {reason}", hint)
