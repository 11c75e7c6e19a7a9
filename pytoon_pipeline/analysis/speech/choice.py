"""The transcriber that is wanted, the one to use, and the error where it cannot be had."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from pytoon_pipeline.contracts.analysis import Transcriber
from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError
from pytoon_pipeline.settings import Settings, TranscriberChoice


@dataclass(frozen=True)
class Endpoint:
    """A transcription endpoint as OpenAI defines it: the URL up to ``/v1``, the name of a model, and the key."""

    url: str
    model: str
    key: SecretStr | None = None


@dataclass(frozen=True)
class SpeechSettings:
    """The wanted transcriber. ``model`` names a Whisper model or the path of a checkpoint.

    ``folder`` holds downloaded weights; ``cache`` is a folder where other programs may have stored some. ``gpu``: a GPU
    may be used.
    """

    engine: TranscriberChoice
    model: str
    folder: Path
    cache: Path | None = None
    endpoint: Endpoint | None = None
    gpu: bool = True

    @classmethod
    def from_settings(cls, settings: Settings, folder: Path) -> "SpeechSettings":
        """The transcriber and the model that ``settings`` name; ``folder`` is for downloaded weights."""
        url = settings.transcription_url
        endpoint = Endpoint(url, settings.transcription_model, settings.transcription_key) if url else None
        gpu = settings.device != "cpu"
        return cls(settings.transcriber, settings.whisper_model, folder, settings.whisper_cache, endpoint, gpu)


@dataclass(frozen=True)
class Choice:
    """The transcriber to use; ``weights`` is Whisper's checkpoint, and ``folder`` is where converted ones are kept.

    ``gpu``: it runs on a GPU where there is one.
    """

    transcriber: Transcriber
    weights: Path | None = None
    folder: Path | None = None
    endpoint: Endpoint | None = None
    gpu: bool = True


class TranscriberMissing(DependencyMissing):
    """A transcriber cannot be had; ``reason`` alone says why, for a sentence of its own."""

    def __init__(self, code: str, message: str, hint: str, reason: str) -> None:
        super().__init__(code, message, hint)
        self.reason = reason


class EndpointFailed(TransientError):
    """The endpoint did not transcribe; ``reason`` alone says why, for a sentence of its own."""

    def __init__(self, endpoint: Endpoint, why: str) -> None:
        self.reason = f"the endpoint at {urlsplit(endpoint.url).hostname} {why}"
        super().__init__(
            "endpoint_failed",
            f"The speech was not transcribed: {self.reason}.",
            "Check PYTOON_TRANSCRIPTION_URL, PYTOON_TRANSCRIPTION_MODEL and PYTOON_TRANSCRIPTION_KEY, or set "
            "PYTOON_TRANSCRIBER=auto to use a transcriber of this machine when the endpoint fails.",
        )
