"""The speech models of this machine."""

from pytoon_pipeline.analysis.speech.choice import SpeechSettings, TranscriberMissing
from pytoon_pipeline.analysis.speech.models import fetch_model, speech_models
from pytoon_pipeline.analysis.speech.transcribers import choose
from pytoon_pipeline.contracts.results import ModelsResult, ModelSummary
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.progress import listen
from pytoon_pipeline.service.runner import Progress
from pytoon_pipeline.settings import Settings


def list_models(home: Home) -> ModelsResult:
    """Which speech models there are, and which one transcribes."""
    settings = SpeechSettings.from_settings(Settings.load(), home.models)
    models = tuple(
        ModelSummary(name=one.name, megabytes=one.megabytes, languages=one.languages, path=str(one.path or "") or None)
        for one in speech_models(settings)
    )
    try:
        used = choose(settings).transcriber
    except TranscriberMissing as error:
        return ModelsResult(models=models, used=None, reason=error.reason)
    return ModelsResult(models=models, used=f"{used.engine} {used.model}", reason=used.fallback)


def fetch(home: Home, name: str, progress: Progress) -> ModelsResult:
    """Downloads a model. Raises ``DependencyMissing`` for an unknown one and when the download fails."""
    settings = Settings.load()
    with listen(progress):
        fetch_model(SpeechSettings(settings.transcriber, name, home.models, settings.whisper_cache))
    return list_models(home)
