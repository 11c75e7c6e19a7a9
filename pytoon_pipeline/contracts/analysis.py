"""Results of speech and vision analysis. Times are seconds from the first picture; positions are fractions of it."""

from collections.abc import Iterable
from itertools import chain
from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.colour import ColourMeasure
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.contracts.time import TimeRange


class Word(Record):
    """One spoken word. ``confidence`` is 0..1. A ``hidden`` word is heard, and not in the captions."""

    text: str
    start: float
    end: float
    confidence: float
    hidden: bool = False


# The programs that recognise words. A new one joins here and in ``analysis.speech.transcribers``.
TranscriberEngine = Literal["endpoint", "faster-whisper", "whisper", "pocketsphinx"]


class Transcriber(Record):
    """The source of the words: a transcriber, or *subtitles* in the file or beside it.

    ``fallback`` says why the preferred transcriber was not used.
    """

    engine: TranscriberEngine | Literal["subtitles"]
    model: str
    identity: str
    fallback: str | None = None


class VoiceActivity(Record):
    """The ranges of a source in which somebody speaks."""

    speech: tuple[TimeRange, ...]


class TranscribedPiece(Record):
    """What a transcriber found in the piece of a source from ``start`` to ``end``, before it is judged.

    ``second_pass`` are the words of a second pass; ``None`` where the transcriber made none. ``rejected_words`` were
    found and are not among ``words``, because the transcriber itself does not trust them.
    """

    start: float
    end: float
    words: tuple[Word, ...]
    second_pass: tuple[str, ...] | None = None
    rejected_words: int = 0
    language: str
    device: str = "cpu"
    precision: str = ""
    device_fallback: str | None = None


# How the times of words were found: by the transcriber, by forced alignment with the audio, or spread over subtitles.
WordTiming = Literal["transcriber", "forced_alignment", "subtitles"]


class Transcript(Record):
    """Words as transcribed, before any repair.

    ``transcribed`` are the ranges of the source that the video can use; speech outside was not transcribed. It is None
    where that is the whole source.

    ``timing`` says how the times of the words were found; with forced alignment, ``unaligned_words`` keep theirs.
    ``rejected_words`` were found in music, noise or speech that was not recognised. ``tags`` are what subtitles say
    besides speech, such as names of speakers. ``transcriber`` is None for a source without audio. ``language_unknown``:
    it does not know the language, so nothing was transcribed. It ran on ``device`` with ``precision``;
    ``device_fallback`` says why not on the preferred device.
    """

    words: tuple[Word, ...]
    language: str
    transcriber: Transcriber | None
    transcribed: tuple[TimeRange, ...] | None = None
    timing: WordTiming = "transcriber"
    unaligned_words: int = 0
    rejected_words: int = 0
    tags: tuple[str, ...] = ()
    language_unknown: bool = False
    device: str = "cpu"
    precision: str = ""
    device_fallback: str | None = None


class Cut(Record):
    """A range of the source that is taken out of the video, with the words in it, and why."""

    start: float
    end: float
    text: str
    reason: str


class WordChange(Record):
    """Words that were changed between ``start`` and ``end``: ``old`` to ``new``, and why."""

    start: float
    end: float
    old: str
    new: str
    reason: str


class Disfluency(Record):
    """Words that speech can do without: a *filler*, or a start or sentence that is said again, of which the last stays
    (*retake*).

    ``action`` is what the request asks for; *propose* leaves it to a person, also where no moment is quiet enough for a
    cut.
    """

    start: float
    end: float
    text: str
    kind: Literal["filler", "retake"]
    action: Literal["cut", "propose"] = "propose"

    @property
    def reason(self) -> str:
        return {"filler": "filler", "retake": "said again"}[self.kind]

    def overlaps(self, start: float, end: float) -> bool:
        """Whether it shares time with a range."""
        return self.start < end - 1e-3 and start < self.end - 1e-3


def merged_changes(*changes: Iterable[WordChange]) -> tuple[WordChange, ...]:
    """Changes of several kinds in order of time."""
    return tuple(sorted(chain.from_iterable(changes), key=lambda change: (change.start, change.end)))


class TranslatedSentence(Record):
    """``text`` says in another language what was said between ``start`` and ``end``, in seconds of the source."""

    start: float
    end: float
    text: str


class Translation(Record):
    """What is said, sentence by sentence, in another ``language`` (ISO 639-1).

    Without ``sentences``, ``missing`` says why there are none; ``language_model`` is what was made of the answers of a
    language model, none where none was asked.
    """

    language: str
    sentences: tuple[TranslatedSentence, ...] = ()
    missing: str | None = None
    language_model: ModelUse | None = None


class CorrectedTranscript(Transcript):
    """A transcript with the corrections and the edits of people applied.

    ``words`` are those that stay, ``cuts`` what people and rules took out. ``before_edits`` are the words to which
    people's edits apply, after the ``corrections`` that rules made, and with the ``disfluencies`` that rules found.
    ``changes`` lists every changed word. ``unfitting`` says of each edit that was not applied why not.
    ``language_model`` is what was made of the proposals of a language model; none where none was asked.
    ``translation`` is there where the request wants captions in another language, ``subtitle_translations`` where it
    wants subtitle files in others.
    """

    before_edits: tuple[Word, ...] = ()
    corrections: tuple[WordChange, ...] = ()
    disfluencies: tuple[Disfluency, ...] = ()
    cuts: tuple[Cut, ...] = ()
    changes: tuple[WordChange, ...] = ()
    unfitting: tuple[str, ...] = ()
    language_model: ModelUse | None = None
    translation: Translation | None = None
    subtitle_translations: tuple[Translation, ...] = ()

    @property
    def translations(self) -> tuple[Translation, ...]:
        """All translations, each once."""
        own = () if self.translation is None else (self.translation,)
        return (*own, *(one for one in self.subtitle_translations if one not in own))


class SilenceSegments(Record):
    """Silence and speech in a source.

    ``speech`` are the ranges that stay: padded, never cutting a word, and without what an edit cut out. ``words`` are
    those of the transcript with impossible times repaired; ``dropped_words`` lie in silence or last too long.
    ``level_db`` and ``threshold_db`` are in dB relative to full scale.
    """

    silences: tuple[TimeRange, ...]
    speech: tuple[TimeRange, ...]
    words: tuple[Word, ...]
    repaired_words: int
    dropped_words: tuple[Word, ...] = ()
    level_db: float
    threshold_db: float


class Tones(Record):
    """How dark and how light a source gets, on a grid over its picture, over its whole duration.

    Values are relative luminance as WCAG 2 defines it, 0..1, row by row: the 5th percentile of each cell's darkest
    sample and the 95th of its lightest. ``shade`` is a dark tone of the source's own colour. ``top`` and ``bottom`` are
    the mean colours along its upper and its lower edge, one for each column, or empty.
    """

    columns: int
    rows: int
    darkest: tuple[float, ...]
    lightest: tuple[float, ...]
    shade: Colour = "#101114"
    top: tuple[Colour, ...] = ()
    bottom: tuple[Colour, ...] = ()


class SampledFrames(Record):
    """Small pictures of a source and the exact times of all its frames.

    ``picture`` is the area without transparent borders, and without bars of one colour. ``seconds`` is the decoded
    duration; ``damaged`` counts packets that could not be decoded, and ``lost_seconds`` is how long their frames would
    have lasted. ``device`` has decoded it; ``device_fallback`` says why no GPU that is there.
    """

    rate: float
    width: int
    height: int
    samples: int
    frames: int
    seconds: float
    picture: Box
    damaged: int
    lost_seconds: float = 0.0
    tones: Tones
    light: ColourMeasure | None = None
    device: str = "cpu"
    device_fallback: str | None = None


class FaceSummary(Record):
    """``faces`` rows were stored for ``samples`` pictures, of which ``with_face`` show at least one face.

    ``device`` has found them; ``device_fallback`` says why no GPU that is there.
    """

    samples: int
    with_face: int
    faces: int
    device: str = "cpu"
    device_fallback: str | None = None


class Face(Record):
    """One detected face in the sample at ``time``. ``landmarks`` are x, y of eyes, nose, mouth and ears."""

    time: float
    box: Box
    score: float
    landmarks: tuple[tuple[float, float], ...] = ()


class Shots(Record):
    """``cuts`` are the times of first frames after a scene change.

    In ``static`` ranges the source does not change, in ``black`` ranges it is black: a video that is frozen or black
    there is as planned.
    """

    cuts: tuple[float, ...]
    static: tuple[TimeRange, ...]
    black: tuple[TimeRange, ...]


class FocalPoint(Record):
    """The focal point of the sample at ``time`` when there are no faces. ``box`` contains most of the detail."""

    time: float
    box: Box
    weight: float = Field(ge=0)


class Person(Record):
    """One detected person in the sample at ``time``, whose face need not be visible.

    ``head`` is where a detected face would be, ``body`` reaches from the top of the head to the hips.
    """

    time: float
    head: Box
    body: Box
    score: float


class BurntInText(Record):
    """Text that is part of the picture, visible in all samples from ``start`` to ``end``."""

    start: float
    end: float
    box: Box


class FocalPoints(Record):
    """What else a picture shows: where its detail is, people, and burnt-in text.

    ``device`` has found the detail; ``device_fallback`` says why no GPU that is there. The rest is found by the CPU.
    """

    points: tuple[FocalPoint, ...]
    people: tuple[Person, ...] = ()
    texts: tuple[BurntInText, ...] = ()
    device: str = "cpu"
    device_fallback: str | None = None
