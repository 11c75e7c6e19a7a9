"""Whisper: fetching its weights and recognising with word times."""

import shutil
import socket
import tempfile
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.analysis import Recogniser, Transcript, Word
from pytoon_pipeline.contracts.errors import MissingPart

TIMEOUT_SECONDS = 20.0


def fetch(model: str, folder: Path) -> Path:
    """Downloads a model into ``folder``, whole or not at all. Raises ``MissingPart`` when it cannot be had."""
    import whisper

    if model not in whisper.available_models():
        raise MissingPart(
            "unknown_model",
            f"Whisper has no model “{model}”",
            f"Use one of: {', '.join(whisper.available_models())}.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder, prefix=".fetch-"))
    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT_SECONDS)
    try:
        whisper.load_model(model, device="cpu", download_root=str(aside))
        fetched = next(aside.glob("*.pt"))
        return fetched.replace(folder / f"{model}.pt")
    except (OSError, RuntimeError, StopIteration) as error:
        raise MissingPart(
            "weights_unavailable",
            f"the download failed ({str(error)[:120] or type(error).__name__})",
            "Connect to the internet once, or copy the checkpoint by hand.",
        ) from error
    finally:
        socket.setdefaulttimeout(patience)
        shutil.rmtree(aside, ignore_errors=True)


def recognise(
    samples: NDArray[np.int16], weights: Path, recogniser: Recogniser, threads: int | None = None
) -> Transcript:
    """Words with times in 16 kHz mono ``samples``. Greedy decoding, so that the same sound gives the same words.

    ``threads`` of the processor are used where there is no GPU.
    """
    import torch
    import whisper

    if threads:
        torch.set_num_threads(threads)

    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        # By name, Whisper also knows which attention heads tell the times of words.
        if recogniser.model == weights.stem and weights.stem in whisper.available_models():
            model = whisper.load_model(weights.stem, device=device, download_root=str(weights.parent))
        else:
            model = whisper.load_model(str(weights), device=device)
    except (RuntimeError, KeyError, OSError, EOFError, UnpicklingError) as error:
        raise MissingPart(
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
    words = tuple(
        Word(
            text=text,
            start=round(float(word["start"]), 3),
            end=round(float(word["end"]), 3),
            confidence=round(float(word["probability"]), 3),
        )
        for segment in result["segments"]
        for word in segment.get("words", ())
        if (text := word["word"].strip())
    )
    return Transcript(words=words, language=str(result["language"]), recogniser=recogniser)
