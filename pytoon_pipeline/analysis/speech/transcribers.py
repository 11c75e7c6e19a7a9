"""The transcribers, in order of preference: Whisper where its weights are there, else pocketsphinx with its own model.

A choice names the exact model: better weights that arrive later give a new transcript, and nothing else does. Choosing
never uses the network: weights are downloaded by ``pytoon models fetch``. A new transcriber joins here: its name in
``contracts.analysis.TranscriberEngine``, and its entry in ``TRANSCRIBERS``.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.analysis.speech.choice import Choice
from pytoon_pipeline.contracts.analysis import TranscribedPiece, Transcriber, TranscriberEngine, Transcript
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline.settings import Settings, TranscriberChoice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pytoon_pipeline.analysis.speech.pieces import Span

IDENTITY_BYTES = 1 << 20


@dataclass(frozen=True)
class SpeechSettings:
    """The wanted transcriber. ``model`` names a Whisper model or the path of a checkpoint.

    ``folder`` holds downloaded weights; ``cache`` is a folder where other programs may have stored some.
    """

    engine: TranscriberChoice
    model: str
    folder: Path
    cache: Path | None = None

    @classmethod
    def from_settings(cls, settings: Settings, folder: Path) -> "SpeechSettings":
        """The transcriber and the model that ``settings`` name; ``folder`` is for downloaded weights."""
        return cls(settings.transcriber, settings.whisper_model, folder, settings.whisper_cache)


class TranscriberMissing(DependencyMissing):
    """A transcriber cannot be had; ``reason`` alone says why, for a sentence of its own."""

    def __init__(self, code: str, message: str, hint: str, reason: str) -> None:
        super().__init__(code, message, hint)
        self.reason = reason


@dataclass(frozen=True)
class _Backend:
    """How a transcriber is found and run.

    ``languages`` are those that it knows, by ISO 639-1; none: the model decides. ``find`` raises
    ``TranscriberMissing`` where it cannot be had. ``pieces`` cuts 16 kHz mono samples with the given
    speech as the transcriber wants them, ``transcribe`` finds the words of some of these pieces, and ``recognised``
    selects those whose words can be trusted.
    """

    find: Callable[[SpeechSettings], Choice]
    pieces: Callable[["NDArray[np.int16]", Sequence[TimeRange]], list["Span"]]
    transcribe: Callable[["Recording", Sequence["Span"], int | None], list[TranscribedPiece]]
    recognised: Callable[[Sequence[TranscribedPiece]], Sequence[TranscribedPiece]]
    languages: tuple[str, ...] | None = None


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
    if settings.engine != "auto":
        return TRANSCRIBERS[settings.engine].find(settings)
    *preferred, last = TRANSCRIBERS.values()
    reason = None
    for backend in preferred:
        try:
            return _with_reason(backend.find(settings), reason)
        except TranscriberMissing as error:
            reason = reason or error.reason
    return _with_reason(last.find(settings), reason)


def knows(choice: Choice, language: str) -> bool:
    """Whether the transcriber can recognise speech in ``language`` (ISO 639-1)."""
    languages = _backend(choice).languages
    return languages is None or language in languages


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
    return Transcript(
        words=words,
        language=first.language if first else "",
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


def _with_reason(choice: Choice, reason: str | None) -> Choice:
    return replace(choice, transcriber=choice.transcriber.model_copy(update={"fallback": reason}))


# Whisper


class WhisperMissing(TranscriberMissing):
    def __init__(self, settings: SpeechSettings) -> None:
        if settings.model.endswith(".pt"):
            reason, hint = f"there is no file {settings.model}", "Correct PYTOON_WHISPER_MODEL"
        else:
            reason = f"its model “{settings.model}” is not on this machine"
            hint = (
                f"Download it: pytoon models fetch {settings.model}. Or copy {settings.model}.pt into {settings.folder}"
            )
        hint = f"{hint}, or set PYTOON_TRANSCRIBER=pocketsphinx."
        super().__init__("whisper_missing", f"Whisper cannot be used: {reason}.", hint, reason)


def _find_whisper(settings: SpeechSettings) -> Choice:
    weights = find_weights(settings)
    if weights is None:
        raise WhisperMissing(settings)
    return Choice(_whisper(settings, weights), weights)


def find_weights(settings: SpeechSettings) -> Path | None:
    """The checkpoint, if it is on this machine: a path, in the models folder, or in Whisper's own cache."""
    places = [folder / f"{settings.model}.pt" for folder in (settings.folder, settings.cache) if folder]
    if settings.model.endswith(".pt"):
        places = [Path(settings.model).expanduser()]
    return next((place for place in places if place.is_file()), None)


def _whisper(settings: SpeechSettings, weights: Path) -> Transcriber:
    """Identifies the checkpoint by its size, beginning and end, which is quick also for gigabytes."""
    size = weights.stat().st_size
    with weights.open("rb") as file:
        digest = hashlib.sha256(file.read(IDENTITY_BYTES))
        file.seek(max(0, size - IDENTITY_BYTES))
        digest.update(file.read(IDENTITY_BYTES))
    return Transcriber(
        engine="whisper",
        model=Path(settings.model).stem,
        identity=f"openai-whisper {version('openai-whisper')}, {size} bytes, {digest.hexdigest()[:16]}",
    )


def _run_whisper(recording: Recording, pieces: Sequence["Span"], threads: int | None) -> list[TranscribedPiece]:
    from pytoon_pipeline.analysis.speech.whisper import transcribe as whisper

    return whisper(recording.samples, pieces, recording.pieces, recording.choice, threads, recording.language)


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


TRANSCRIBERS: dict[TranscriberEngine, _Backend] = {
    # Whisper rejects words by itself.
    "whisper": _Backend(_find_whisper, _whisper_pieces, _run_whisper, lambda pieces: pieces),
    "pocketsphinx": _Backend(_find_pocketsphinx, _pieces, _run_pocketsphinx, _with_evidence, ("en",)),
}
