"""The answer of ``pytoon transcript``."""

from pytoon_pipeline.contracts.analysis import Cut, Transcriber, Word, WordChange, WordTiming
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit


class Sentence(Record):
    """A sentence of a transcript, in seconds of the source."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...]


class SourceTranscript(Record):
    """The transcript of one file, and what was changed in it.

    ``edits`` are those of people, as stored; ``unfitting`` says which of them do not fit these words.
    """

    file: str
    sha256: str
    seconds: float
    language: str
    transcriber: Transcriber | None
    timing: WordTiming
    sentences: tuple[Sentence, ...]
    edits: tuple[TranscriptEdit, ...] = ()
    changes: tuple[WordChange, ...] = ()
    cuts: tuple[Cut, ...] = ()
    unfitting: tuple[str, ...] = ()


class TranscriptResult(Record):
    """The transcripts of an upload. ``text`` is the document that people read and change.

    ``path`` is what to give to ``pytoon render``; ``changed`` says whether edits were stored now.
    """

    key: str
    name: str
    title: str
    path: str
    sources: tuple[SourceTranscript, ...]
    text: str
    changed: bool = False
