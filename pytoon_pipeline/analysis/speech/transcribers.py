"""Which recogniser to use: Whisper where its weights are or can be had, else pocketsphinx with the model in its wheel.

A choice names the exact model, so that better weights arriving later make a new transcript, and nothing else does.
"""

import hashlib
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.analysis import Transcriber, Transcript
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.settings import Settings, TranscriberChoice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# After a failed download the next attempt waits this long: a batch must not try once a video.
RETRY_SECONDS = 24 * 3600
IDENTITY_BYTES = 1 << 20


@dataclass(frozen=True)
class SpeechSettings:
    """What is wanted. ``model`` names a Whisper model or a checkpoint's path; ``folder`` holds fetched weights.

    ``cache`` is a folder where other programs may have stored weights.
    """

    engine: TranscriberChoice
    model: str
    folder: Path
    cache: Path | None = None

    @classmethod
    def from_settings(cls, settings: Settings, folder: Path) -> "SpeechSettings":
        """The transcriber and the model that ``settings`` name; ``folder`` is for fetched weights."""
        return cls(settings.transcriber, settings.whisper_model, folder, settings.whisper_cache)


@dataclass(frozen=True)
class Choice:
    """The recogniser that will be used; ``weights`` is Whisper's checkpoint."""

    transcriber: Transcriber
    weights: Path | None = None


def choose(settings: SpeechSettings) -> Choice:
    """Decides, fetching Whisper's weights when they are wanted and missing. Imports nothing heavy when they are there.

    Raises ``DependencyMissing`` when Whisper is demanded and cannot be had.
    """
    if settings.engine == "pocketsphinx":
        return Choice(_pocketsphinx(None))
    weights = find_weights(settings)
    reason = None
    if weights is None:
        reason = _failed_lately(settings) if settings.engine == "auto" else None
        if reason is None:
            weights, reason = _fetch(settings)
    if weights is not None:
        return Choice(_whisper(settings, weights), weights)
    if settings.engine == "whisper":
        raise DependencyMissing(
            "whisper_missing",
            f"Whisper's model “{settings.model}” is not here and cannot be fetched: {reason}.",
            f"Put {settings.model}.pt into {settings.folder}, or set PYTOON_TRANSCRIBER=pocketsphinx.",
        )
    return Choice(_pocketsphinx(reason))


def transcribe(choice: Choice, samples: "NDArray[np.int16]", threads: int | None = None) -> Transcript:
    """Words in 16 kHz mono ``samples``, shape (n,). ``threads`` of the processor for Whisper; pocketsphinx uses one."""
    if choice.weights is not None:
        from pytoon_pipeline.analysis.speech.whisper import transcribe as whisper

        return whisper(samples, choice.weights, choice.transcriber, threads)
    from pytoon_pipeline.analysis.speech.pocketsphinx import transcribe as sphinx

    return sphinx(samples, choice.transcriber)


def find_weights(settings: SpeechSettings) -> Path | None:
    """The checkpoint, if it is on this machine: a path, in the models folder, or in Whisper's own cache."""
    places = [folder / f"{settings.model}.pt" for folder in (settings.folder, settings.cache) if folder]
    if settings.model.endswith(".pt"):
        places = [Path(settings.model).expanduser()]
    return next((place for place in places if place.is_file()), None)


def _whisper(settings: SpeechSettings, weights: Path) -> Transcriber:
    """Names the checkpoint by its size, beginning and end: telling, and quick also for gigabytes."""
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


def _pocketsphinx(fallback: str | None) -> Transcriber:
    return Transcriber(
        engine="pocketsphinx",
        model="en-us",
        identity=f"pocketsphinx {version('pocketsphinx')}",
        fallback=fallback,
    )


def _marker(settings: SpeechSettings) -> Path:
    return settings.folder / f"{Path(settings.model).name}.unavailable"


def _failed_lately(settings: SpeechSettings) -> str | None:
    marker = _marker(settings)
    if marker.is_file() and time.time() - marker.stat().st_mtime < RETRY_SECONDS:
        return marker.read_text()
    return None


def _fetch(settings: SpeechSettings) -> tuple[Path | None, str | None]:
    """Downloads the weights: their path, or why it did not work."""
    from pytoon_pipeline.analysis.speech.whisper import fetch

    if settings.model.endswith(".pt"):
        reason: str = f"there is no file {settings.model}"
    else:
        try:
            return fetch(settings.model, settings.folder), None
        except DependencyMissing as error:
            reason = error.message
    settings.folder.mkdir(parents=True, exist_ok=True)
    _marker(settings).write_text(reason)
    return None, reason
