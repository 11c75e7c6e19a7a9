"""Whisper: downloading its weights, and transcription with word times."""

import io
import shutil
import socket
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stderr
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.choice import Choice
from pytoon_pipeline.analysis.speech.pieces import RATE, Span, opening_samples
from pytoon_pipeline.analysis.speech.whisper_results import memory_exhausted, trusted, weights_damaged
from pytoon_pipeline.contracts.analysis import TranscribedPiece, Word
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.runtime.device import failure, gpu_name, out_of_memory

TIMEOUT_SECONDS = 20.0


def fetch(model: str, folder: Path) -> Path:
    """Downloads a model into ``folder``, completely or not at all. Raises ``DependencyMissing`` when that fails."""
    import whisper

    folder.mkdir(parents=True, exist_ok=True)
    tmp_path = Path(tempfile.mkdtemp(dir=folder, prefix=".fetch-"))
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT_SECONDS)
    try:
        # Its own progress bar would break the lines of others on standard error.
        with redirect_stderr(io.StringIO()):
            whisper.load_model(model, device="cpu", download_root=str(tmp_path))
        fetched = next(tmp_path.glob("*.pt"))
        return fetched.replace(folder / f"{model}.pt")
    except (OSError, RuntimeError, StopIteration) as error:
        raise DependencyMissing(
            "weights_unavailable",
            f"The download of “{model}” failed: {str(error)[:120] or type(error).__name__}.",
            f"Connect to the internet, or copy {model}.pt into {folder}.",
        ) from error
    finally:
        socket.setdefaulttimeout(timeout)
        shutil.rmtree(tmp_path, ignore_errors=True)


def transcribe(
    samples: NDArray[np.int16],
    pieces: Sequence[Span],
    opening: Sequence[Span],
    choice: Choice,
    threads: int | None,
    language: str | None = None,
) -> list[TranscribedPiece]:
    """Words with times in each of ``pieces`` of 16 kHz mono ``samples``, shape (n,).

    Without a ``language``, it is that of the ``opening``, the first speech of the source. Decoding is greedy, so that
    the same audio gives the same words. Without a GPU, or when it fails, ``threads`` of the CPU are used; each piece
    names the device. Raises ``TransientError`` when the machine's own memory is too small.
    """
    import torch

    if threads:
        torch.set_num_threads(threads)
    reason = None
    if choice.gpu and torch.cuda.is_available():
        try:
            return _on("cuda", samples, pieces, opening, choice, language)
        except RuntimeError as error:
            reason = f"{gpu_name()} {failure(error)}"
            if out_of_memory(error):
                torch.cuda.empty_cache()
    try:
        found = _on("cpu", samples, pieces, opening, choice, language)
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        raise memory_exhausted(choice.transcriber.model) from error
    return [one.model_copy(update={"device_fallback": reason}) for one in found]


def _on(
    device: str,
    samples: NDArray[np.int16],
    pieces: Sequence[Span],
    opening: Sequence[Span],
    choice: Choice,
    language: str | None,
) -> list[TranscribedPiece]:
    import torch

    model = _load(device, choice)
    language = language or _language(model, opening_samples(samples, opening), device)
    found = []
    for first, last in pieces:
        torch.manual_seed(0)
        result = model.transcribe(
            _floats(samples, first, last),
            language=language,
            word_timestamps=True,
            condition_on_previous_text=False,
            fp16=device == "cuda",
            verbose=None,
        )
        found.append(
            TranscribedPiece(
                start=first / RATE,
                end=last / RATE,
                words=tuple(w for one in result["segments"] if _recognised(one) for w in _words(one, first / RATE)),
                rejected_words=sum(len(_words(one, 0.0)) for one in result["segments"] if not _recognised(one)),
                language=language,
                device=gpu_name() if device == "cuda" else device,
                precision="float16" if device == "cuda" else "float32",
            )
        )
    return found


def _load(device: str, choice: Choice) -> Any:
    """The model on ``device``. Raises ``DependencyMissing`` when its checkpoint is damaged.

    Raises ``RuntimeError`` for lack of memory, and for anything that torch says of a GPU: on the CPU it shows whether
    the checkpoint is at fault.
    """
    import whisper

    weights = choice.weights
    assert weights is not None
    try:
        # By name, Whisper also knows which attention heads align words with time.
        if choice.transcriber.model == weights.stem and weights.stem in whisper.available_models():
            return whisper.load_model(weights.stem, device=device, download_root=str(weights.parent))
        return whisper.load_model(str(weights), device=device)
    except (RuntimeError, KeyError, OSError, EOFError, UnpicklingError) as error:
        if out_of_memory(error) or (device != "cpu" and isinstance(error, RuntimeError)):
            raise
        raise weights_damaged(weights.name, weights) from error


def _language(model: Any, speech: NDArray[np.float32], device: str) -> str:
    """The language of the first 30 s of ``speech``."""
    import torch
    import whisper

    if not model.is_multilingual:
        return "en"
    spectrum = whisper.log_mel_spectrogram(whisper.pad_or_trim(speech), model.dims.n_mels).to(device)
    _, likely = model.detect_language(spectrum.to(torch.float16 if device == "cuda" else torch.float32))
    return str(max(likely, key=likely.get))


def _floats(samples: NDArray[np.int16], first: int, last: int) -> NDArray[np.float32]:
    return samples[first:last].astype(np.float32) / 32768


def _recognised(segment: dict[str, Any]) -> bool:
    return trusted(segment["avg_logprob"], segment["compression_ratio"], segment["no_speech_prob"])


def _words(segment: dict[str, Any], offset: float) -> list[Word]:
    return [
        Word(
            text=text,
            start=round(offset + float(word["start"]), 3),
            end=round(offset + float(word["end"]), 3),
            confidence=round(float(word["probability"]), 3),
        )
        for word in segment.get("words", ())
        if (text := word["word"].strip())
    ]
