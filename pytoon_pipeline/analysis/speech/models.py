"""The speech models: which there are, which are on this machine, and downloading one."""

from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.analysis.speech.choice import SpeechSettings
from pytoon_pipeline.analysis.speech.whisper_checkpoint import find_weights
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.progress import Resumed, Waiting
from pytoon_pipeline.runtime.progress import publish

# Whisper's models with the size of their download in MB.
WHISPER_MODELS = {
    "tiny": 76, "base": 145, "small": 484, "medium": 1528, "turbo": 1618, "large-v3": 3087,
    "tiny.en": 76, "base.en": 145, "small.en": 484, "medium.en": 1528,
}  # fmt: skip


@dataclass(frozen=True)
class SpeechModel:
    """A Whisper model; ``path`` is its checkpoint on this machine."""

    name: str
    megabytes: int
    path: Path | None

    @property
    def languages(self) -> str:
        return "English" if self.name.endswith(".en") else "99 languages"


def speech_models(settings: SpeechSettings) -> list[SpeechModel]:
    """Whisper's models, the smallest first."""
    named = (SpeechSettings(settings.engine, name, settings.folder, settings.cache) for name in WHISPER_MODELS)
    return [SpeechModel(one.model, WHISPER_MODELS[one.model], find_weights(one)) for one in named]


def fetch_model(settings: SpeechSettings) -> Path:
    """The checkpoint of the named model, downloaded when it is not on this machine.

    Raises ``DependencyMissing`` for an unknown model and when the download fails.
    """
    if settings.model not in WHISPER_MODELS:
        raise DependencyMissing(
            "unknown_model",
            f"There is no speech model “{settings.model[:60]}”.",
            f"Use one of: {', '.join(WHISPER_MODELS)}.",
        )
    if (found := find_weights(settings)) is not None:
        return found
    from pytoon_pipeline.analysis.speech.whisper import fetch

    publish(Waiting(f"Downloading Whisper's model “{settings.model}” into {settings.folder}"))
    try:
        return fetch(settings.model, settings.folder)
    finally:
        publish(Resumed())
