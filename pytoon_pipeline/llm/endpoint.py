"""Where the language model is, and what it may be used for. Without settings, there is none."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.settings import ModelTask, Settings, set_or_unset


@dataclass(frozen=True)
class Endpoint:
    """A model at the base ``url`` of an OpenAI-compatible server. An answer may take ``seconds``, with all retries."""

    url: str
    model: str
    key: SecretStr | None
    seconds: float
    tasks: tuple[ModelTask, ...]

    @classmethod
    def configured(cls, settings: Settings) -> "Endpoint | None":
        """The model that the settings name, none by default. Raises ``InvalidInput`` for a URL without a model."""
        if settings.llm_url is None:
            return None
        if settings.llm_model is None:
            raise InvalidInput(
                "invalid_setting",
                "PYTOON_LLM_URL is set, and PYTOON_LLM_MODEL is not.",
                set_or_unset("PYTOON_LLM_MODEL", "qwen2.5:7b"),
            )
        url = settings.llm_url.get_secret_value().rstrip("/")
        return cls(url, settings.llm_model, settings.llm_key, settings.llm_seconds, settings.llm_tasks)

    @property
    def host(self) -> str:
        """The server, for people."""
        return urlsplit(self.url).netloc
