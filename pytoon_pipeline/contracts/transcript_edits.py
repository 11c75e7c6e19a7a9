"""What people change in a transcript: operations that are anchored in time and in words.

They belong to the source, and not to one transcript of it: another transcriber or another preset may find other words
and other silences at the same times.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from pydantic import Field, ValidationError

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput

MAX_EDITS = 20_000
MAX_WORDS, MAX_CHARACTERS = 2_000, 100
# Times are given to a tenth of a millisecond.
TOLERANCE = 1e-3


EditKind = Literal["replace", "hide", "cut", "keep"]


class TranscriptEdit(Record):
    """One change of the words from ``start`` to ``end`` seconds of the source.

    *replace* writes ``new`` in place of the words ``old``. *hide* keeps the words, as ``new`` if there are some, out
    of the captions. *cut* takes their picture and sound out of the video. *keep* brings back what a rule would cut,
    such as a filler. Without ``old``, nothing was transcribed there.
    """

    kind: EditKind
    start: float = Field(ge=0, allow_inf_nan=False)
    end: float = Field(ge=0, allow_inf_nan=False)
    old: tuple[str, ...] = Field(default=(), max_length=MAX_WORDS)
    new: tuple[str, ...] = Field(default=(), max_length=MAX_WORDS)


class TranscriptEdits(Record):
    """The edits of all files of an upload, by the SHA-256 of the file, in order of time."""

    version: Literal[1] = 1
    items: dict[str, tuple[TranscriptEdit, ...]] = Field(default_factory=dict)


def checked_edits(values: object, seconds: float) -> tuple[TranscriptEdit, ...]:
    """The edits in a JSON value for a source of ``seconds``, in order of time.

    Raises ``InvalidInput`` with the number of the first edit that is wrong, counted from 1.
    """
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise refused("edits is not a list", "Write a list of objects with kind, start, end, old and new.")
    if len(values) > MAX_EDITS:
        raise refused(f"it has {len(values)} edits, and {MAX_EDITS} is the limit", "Apply fewer edits.")
    edits = [(number, _edit(number, value, seconds)) for number, value in enumerate(values, 1)]
    edits.sort(key=lambda one: (one[1].start, one[1].end))
    for (_, before), (number, after) in pairwise(edits):
        if after.start < before.end - TOLERANCE:
            raise refused(
                f"edit {number} overlaps another one at {clock(after.start)}", "Make one edit of both, or remove one."
            )
    return tuple(edit for _, edit in edits)


def _edit(number: int, value: object, seconds: float) -> TranscriptEdit:
    try:
        edit = TranscriptEdit.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the edit"
        raise refused(f"edit {number}: {place}: {first['msg'].lower()}", "Correct this edit, or remove it.") from error
    if reason := next(_problems(edit, seconds), None):
        raise refused(f"edit {number}: {reason}", "Correct this edit, or remove it.")
    return edit


def _problems(edit: TranscriptEdit, seconds: float) -> Iterator[str]:
    if edit.end <= edit.start:
        yield f"it ends at {clock(edit.end)}, not after its start at {clock(edit.start)}"
    if edit.end > seconds + TOLERANCE:
        yield f"it ends at {clock(edit.end)}, and the source is {clock(seconds)} long"
    if edit.kind == "replace" and not edit.new:
        yield "it replaces words by nothing; to remove words, use cut or hide"
    if edit.kind in ("cut", "keep") and edit.new:
        yield f"a {edit.kind} has no new words"
    for word in (*edit.old, *edit.new):
        if reason := word_problem(word):
            yield reason


def word_problem(word: str) -> str | None:
    """Why a text is not a word of a transcript; ``None`` for a word."""
    if not word or word.split() != [word]:
        return "a word is empty or has a space in it"
    if len(word) > MAX_CHARACTERS:
        return f"the word “{word[:20]}…” has more than {MAX_CHARACTERS} characters"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in word):
        return "a word has a control character"
    return None


def edits_of_item(document: Mapping[str, Any], item: str) -> tuple[TranscriptEdit, ...]:
    """The edits of one file in a stored document."""
    return TranscriptEdits.model_validate(document).items.get(item, ())


def refused(reason: str, hint: str) -> InvalidInput:
    """The error for edits that cannot be used."""
    return InvalidInput("transcript_invalid", f"The transcript cannot be applied: {reason}.", hint)


def clock(seconds: float) -> str:
    """A time as transcripts write it: minutes, seconds and hundredths, such as ``1:02.50``."""
    hundredths = int(seconds * 100 + 1e-6)
    return f"{hundredths // 6000}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"
