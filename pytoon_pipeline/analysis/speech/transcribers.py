"""The transcribers, in order of preference: an endpoint where one is set, Whisper where its weights are there (by
faster-whisper where that is installed), else pocketsphinx with its own model.

A choice names the exact model: better weights that arrive later give a new transcript, and nothing else does. Choosing
never uses the network: weights are downloaded by ``pytoon models fetch``. A new transcriber joins here: its name in
``contracts.analysis.TranscriberEngine``, and its entry in ``TRANSCRIBERS``.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING

from pytoon_pipeline.analysis.speech.choice import Choice, SpeechSettings, TranscriberMissing
from pytoon_pipeline.analysis.speech.whisper_checkpoint import find_checkpoint, languages
from pytoon_pipeline.contracts.analysis import TranscribedPiece, Transcriber, TranscriberEngine, Transcript
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline.runtime.versions import version

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pytoon_pipeline.analysis.speech.pieces import Span

# Checkpoints have 16 bits a weight, and openai-whisper keeps 32; what a batch of pieces needs besides.
WEIGHTS_FACTOR, WORKING_BYTES = 2, 2 << 30


@dataclass(frozen=True)
class _Backend:
    """How a transcriber is found and run.

    ``languages`` are those that its model of this name knows; none: the other side decides. ``find`` raises
    ``TranscriberMissing`` where it cannot be had. ``pieces`` cuts 16 kHz mono samples with the given
    speech as the transcriber wants them, ``transcribe`` finds the words of some of these pieces, and ``recognised``
    selects those whose words can be trusted.
    """

    find: Callable[[SpeechSettings], Choice]
    pieces: Callable[["NDArray[np.int16]", Sequence[TimeRange]], list["Span"]]
    transcribe: Callable[["Recording", Sequence["Span"], int | None], list[TranscribedPiece]]
    recognised: Callable[[Sequence[TranscribedPiece]], Sequence[TranscribedPiece]]
    languages: Callable[[str], tuple[str, ...] | None]


@dataclass(frozen=True)
class Recording:
    """16 kHz mono ``samples``, shape (n,), and how they are transcribed: the transcriber and all pieces with speech.

    ``language`` (ISO 639-1) is that of the speech; none: the transcriber detects it.
    """

    choice: Choice
    samples: "NDArray[np.int16]"
    pieces: Sequence["Span"]
    language: str | None = None


def choose(settings: SpeechSettings) -> Choice:
    """The transcriber to use, from what is on this machine. Imports nothing heavy.

    A choice for another transcriber than the preferred one says why. Raises ``TranscriberMissing`` when the wanted one
    cannot be had.
    """
    return replace(_found(settings), gpu=settings.gpu)


def _found(settings: SpeechSettings) -> Choice:
    if settings.engine != "auto":
        return TRANSCRIBERS[settings.engine].find(settings)
    reason = None
    for engine in PREFERRED:
        try:
            return with_reason(TRANSCRIBERS[engine].find(settings), reason)
        except TranscriberMissing as error:
            # What nobody has asked for is not missed.
            reason = reason or (error.reason if engine == "whisper" else None)
    return with_reason(TRANSCRIBERS["pocketsphinx"].find(settings), reason)


def knows(choice: Choice, language: str) -> bool:
    """Whether the transcriber can recognise speech in ``language`` (ISO 639-1)."""
    known = _backend(choice).languages(choice.transcriber.model)
    return known is None or language in known


def gpu_bytes(choice: Choice) -> int:
    """About how much memory of a GPU the transcriber occupies; 0 for one that uses none."""
    if choice.weights is None or not choice.gpu:
        return 0
    return WEIGHTS_FACTOR * choice.weights.stat().st_size + WORKING_BYTES


def cut(
    choice: Choice, samples: "NDArray[np.int16]", speech: Sequence[TimeRange], language: str | None = None
) -> Recording:
    """16 kHz mono ``samples``, shape (n,), with ``speech`` in these ranges, in pieces for the transcriber."""
    return Recording(choice, samples, _backend(choice).pieces(samples, speech), language)


def transcribe(recording: Recording, pieces: Sequence["Span"], threads: int | None = None) -> list[TranscribedPiece]:
    """The words of some pieces of the recording, on ``threads`` of the CPU; they do not affect the result."""
    return _backend(recording.choice).transcribe(recording, pieces, threads) if pieces else []


def transcript(choice: Choice, pieces: Sequence[TranscribedPiece]) -> Transcript:
    """The words of all pieces that were recognised."""
    kept = _backend(choice).recognised(pieces)
    words = tuple(word for piece in kept for word in piece.words)
    found = sum(len(piece.words) + piece.rejected_words for piece in pieces)
    first = pieces[0] if pieces else None
    spoken = Counter({piece.language: 0 for piece in pieces})
    for piece in kept:
        spoken[piece.language] += len(piece.words)
    return Transcript(
        words=words,
        language=max(spoken, key=spoken.__getitem__, default=""),
        transcriber=choice.transcriber,
        rejected_words=found - len(words),
        device=first.device if first else "cpu",
        precision=first.precision if first else "",
        device_fallback=next((piece.device_fallback for piece in pieces if piece.device_fallback), None),
    )


def _backend(choice: Choice) -> _Backend:
    engine = choice.transcriber.engine
    if engine == "subtitles":
        raise ValueError("Subtitles are read, not transcribed.")
    return TRANSCRIBERS[engine]


def with_reason(choice: Choice, reason: str | None) -> Choice:
    """The choice of a transcriber that is used because of ``reason`` in place of a preferred one."""
    return replace(choice, transcriber=choice.transcriber.model_copy(update={"fallback": reason}))


# An endpoint


def _find_endpoint(settings: SpeechSettings) -> Choice:
    endpoint = settings.endpoint
    if endpoint is None:
        raise TranscriberMissing(
            "endpoint_missing",
            "No transcription endpoint can be used: PYTOON_TRANSCRIPTION_URL is not set.",
            "For example, type: export PYTOON_TRANSCRIPTION_URL=http://127.0.0.1:8000/v1",
            "PYTOON_TRANSCRIPTION_URL is not set",
        )
    transcriber = Transcriber(engine="endpoint", model=endpoint.model, identity=f"{endpoint.url} {endpoint.model}")
    return Choice(transcriber, endpoint=endpoint)


def _run_endpoint(recording: Recording, pieces: Sequence["Span"], threads: int | None) -> list[TranscribedPiece]:
    from pytoon_pipeline.analysis.speech.endpoint import transcribe as ask

    assert recording.choice.endpoint is not None
    return ask(recording.samples, pieces, recording.choice.endpoint, recording.language)


# Whisper


def _find_whisper(settings: SpeechSettings) -> Choice:
    found = find_checkpoint(settings)
    identity = f"openai-whisper {version('openai-whisper')}, {found.digest}"
    return Choice(Transcriber(engine="whisper", model=found.name, identity=identity), found.path)


def _find_faster_whisper(settings: SpeechSettings) -> Choice:
    try:
        versions = f"faster-whisper {version('faster-whisper')}, ctranslate2 {version('ctranslate2')}"
    except PackageNotFoundError:
        raise TranscriberMissing(
            "faster_whisper_missing",
            "faster-whisper cannot be used: it is not installed.",
            "Install it: pip install “pytoon-pipeline[faster-whisper]”. Or set PYTOON_TRANSCRIBER=whisper.",
            "it is not installed",
        ) from None
    found = find_checkpoint(settings)
    transcriber = Transcriber(engine="faster-whisper", model=found.name, identity=f"{versions}, {found.digest}")
    return Choice(transcriber, found.path, settings.folder)


def _run_whisper(recording: Recording, pieces: Sequence["Span"], threads: int | None) -> list[TranscribedPiece]:
    from pytoon_pipeline.analysis.speech.whisper import transcribe as whisper

    return whisper(recording.samples, pieces, recording.pieces, recording.choice, threads, recording.language)


def _run_faster_whisper(recording: Recording, pieces: Sequence["Span"], threads: int | None) -> list[TranscribedPiece]:
    from pytoon_pipeline.analysis.speech.faster_whisper import transcribe as faster_whisper

    return faster_whisper(recording.samples, pieces, recording.pieces, recording.choice, threads, recording.language)


def _whisper_pieces(samples: "NDArray[np.int16]", speech: Sequence[TimeRange]) -> list["Span"]:
    from pytoon_pipeline.analysis.speech.pieces import join_pieces

    return join_pieces(_pieces(samples, speech))


# pocketsphinx


def _find_pocketsphinx(settings: SpeechSettings) -> Choice:
    identity = f"pocketsphinx {version('pocketsphinx')}"
    return Choice(Transcriber(engine="pocketsphinx", model="en-us", identity=identity))


def _run_pocketsphinx(recording: Recording, pieces: Sequence["Span"], threads: int | None) -> list[TranscribedPiece]:
    from pytoon_pipeline.analysis.speech.pocketsphinx import transcribe as pocketsphinx

    return pocketsphinx(recording.samples, pieces, threads)


def _with_evidence(pieces: Sequence[TranscribedPiece]) -> Sequence[TranscribedPiece]:
    from pytoon_pipeline.analysis.speech.pocketsphinx import recognised

    return recognised(pieces)


def _pieces(samples: "NDArray[np.int16]", speech: Sequence[TimeRange]) -> list["Span"]:
    from pytoon_pipeline.analysis.speech.pieces import speech_pieces

    return speech_pieces(samples, speech)


def _all(pieces: Sequence[TranscribedPiece]) -> Sequence[TranscribedPiece]:
    """Whisper rejects words by itself."""
    return pieces


TRANSCRIBERS: dict[TranscriberEngine, _Backend] = {
    "endpoint": _Backend(_find_endpoint, _whisper_pieces, _run_endpoint, _all, lambda model: None),
    "faster-whisper": _Backend(_find_faster_whisper, _whisper_pieces, _run_faster_whisper, _all, languages),
    "whisper": _Backend(_find_whisper, _whisper_pieces, _run_whisper, _all, languages),
    "pocketsphinx": _Backend(_find_pocketsphinx, _pieces, _run_pocketsphinx, _with_evidence, lambda model: ("en",)),
}
# What is better than pocketsphinx, the best first.
PREFERRED: tuple[TranscriberEngine, ...] = ("endpoint", "faster-whisper", "whisper")
