"""Whisper: fetching its weights and recognising with word times."""

import shutil
import socket
import tempfile
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.analysis import Transcriber, Transcript, Word
from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError

TIMEOUT_SECONDS = 20.0
# Whisper's own limits. It decodes again where one is broken; what still breaks it was not understood.
MIN_LOGPROB, MAX_COMPRESSION, MAX_NO_SPEECH = -1.0, 2.4, 0.6
# What CUDA and its libraries say when memory has run out; torch's own error is a RuntimeError of this kind, too.
EXHAUSTED = ("out of memory", "alloc_failed", "can't allocate memory", "not enough memory")


def fetch(model: str, folder: Path) -> Path:
    """Downloads a model into ``folder``, whole or not at all. Raises ``DependencyMissing`` when it cannot be had."""
    import whisper

    if model not in whisper.available_models():
        raise DependencyMissing(
            "unknown_model",
            f"Whisper has no model “{model}”",
            f"Use one of: {', '.join(whisper.available_models())}.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    tmp_path = Path(tempfile.mkdtemp(dir=folder, prefix=".fetch-"))
    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT_SECONDS)
    try:
        whisper.load_model(model, device="cpu", download_root=str(tmp_path))
        fetched = next(tmp_path.glob("*.pt"))
        return fetched.replace(folder / f"{model}.pt")
    except (OSError, RuntimeError, StopIteration) as error:
        raise DependencyMissing(
            "weights_unavailable",
            f"the download failed ({str(error)[:120] or type(error).__name__})",
            "Connect to the internet once, or copy the checkpoint by hand.",
        ) from error
    finally:
        socket.setdefaulttimeout(patience)
        shutil.rmtree(tmp_path, ignore_errors=True)


def transcribe(
    samples: NDArray[np.int16], weights: Path, recogniser: Transcriber, threads: int | None = None
) -> Transcript:
    """Words with times in 16 kHz mono ``samples``. Greedy decoding, so that the same sound gives the same words.

    ``threads`` of the processor are used where there is no GPU, or too little memory on it; the transcript says so.
    Raises ``TransientError`` when the machine's own memory is too small.
    """
    import torch

    if threads:
        torch.set_num_threads(threads)
    reason = None
    if torch.cuda.is_available():
        try:
            return _on("cuda", samples, weights, recogniser)
        except RuntimeError as error:
            if not _exhausted(error):
                raise
            reason = f"the memory of {_named('cuda')} was exhausted ({str(error).splitlines()[0][:120]})"
        torch.cuda.empty_cache()
    try:
        return _on("cpu", samples, weights, recogniser).model_copy(update={"device_fallback": reason})
    except (MemoryError, RuntimeError) as error:
        if not _exhausted(error):
            raise
        raise TransientError(
            "memory_exhausted", f"There is not enough memory for Whisper's model “{recogniser.model}”.",
            "Set PYTOON_WHISPER_MODEL to a smaller one, or run fewer uploads at once (PYTOON_RUNS).",
        ) from error  # fmt: skip


def _exhausted(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in EXHAUSTED)


def _named(device: str) -> str:
    import torch

    return f"cuda:0 {torch.cuda.get_device_name(0)}" if device == "cuda" else device


def _on(device: str, samples: NDArray[np.int16], weights: Path, recogniser: Transcriber) -> Transcript:
    import torch
    import whisper

    try:
        # By name, Whisper also knows which attention heads tell the times of words.
        if recogniser.model == weights.stem and weights.stem in whisper.available_models():
            model = whisper.load_model(weights.stem, device=device, download_root=str(weights.parent))
        else:
            model = whisper.load_model(str(weights), device=device)
    except (RuntimeError, KeyError, OSError, EOFError, UnpicklingError) as error:
        if _exhausted(error):
            raise
        raise DependencyMissing(
            "weights_damaged",
            f"Whisper's checkpoint {weights.name} cannot be loaded.",
            f"Delete {weights} and start again: it is fetched anew.",
        ) from error
    torch.manual_seed(0)
    result = model.transcribe(
        samples.astype(np.float32) / 32768,
        word_timestamps=True,
        condition_on_previous_text=False,
        fp16=device == "cuda",
        verbose=None,
    )
    words = tuple(word for segment in result["segments"] if _understood(segment) for word in _words(segment))
    return Transcript(
        words=words,
        language=str(result["language"]),
        transcriber=recogniser,
        rejected_words=sum(len(_words(segment)) for segment in result["segments"] if not _understood(segment)),
        device=_named(device),
        precision="float16" if device == "cuda" else "float32",
    )


def _understood(segment: dict[str, Any]) -> bool:
    """Whether Whisper itself believes that a segment is speech, and what it says."""
    return bool(
        segment["avg_logprob"] >= MIN_LOGPROB
        and segment["compression_ratio"] <= MAX_COMPRESSION
        and segment["no_speech_prob"] <= MAX_NO_SPEECH
    )


def _words(segment: dict[str, Any]) -> list[Word]:
    return [
        Word(
            text=text,
            start=round(float(word["start"]), 3),
            end=round(float(word["end"]), 3),
            confidence=round(float(word["probability"]), 3),
        )
        for word in segment.get("words", ())
        if (text := word["word"].strip())
    ]
