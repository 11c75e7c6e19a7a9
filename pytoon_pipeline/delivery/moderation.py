"""What a person has to decide about before a video is delivered: forbidden words, and the answer of a provider."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, SecretStr, ValidationError

from pytoon_pipeline.config.presets import load_moderation
from pytoon_pipeline.contracts.degradation import Reason
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.moderation import ModerationRules, forbidden_words
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.delivery.screen_texts import screen_texts
from pytoon_pipeline.settings import Settings

TIMEOUT_SECONDS, MAX_REASONS = 20, 5

log = logging.getLogger("pytoon.delivery")


class Verdict(BaseModel):
    """The answer of a provider."""

    allowed: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moderation:
    """The rules here, and the URL and the token of a provider, if any."""

    rules: ModerationRules = field(default_factory=ModerationRules)
    url: str | None = None
    token: SecretStr | None = None

    @classmethod
    def configured(cls) -> "Moderation":
        settings = Settings.load()
        return cls(load_moderation(), settings.moderation_url, settings.moderation_token)

    def concerns(self, upload: SourceMedia, spec: RenderSpec) -> tuple[Reason, ...]:
        """Why a person has to look at the video; nothing for one that may be delivered."""
        texts = texts_of(upload, spec)
        found = list(forbidden_words(texts, self.rules.of(upload.tenant)))
        words = [_reason("forbidden_word", f"It has the forbidden word “{word}”.") for word in found[:MAX_REASONS]]
        return (*words, *self._answer(upload.tenant, texts))

    def _answer(self, tenant: str, texts: Sequence[str]) -> Iterator[Reason]:
        """What the provider objects to. One that does not answer decides nothing, so a person does."""
        if self.url is None:
            return
        import httpx

        headers = {"Authorization": f"Bearer {self.token.get_secret_value()}"} if self.token else {}
        try:
            answer = httpx.post(
                self.url, json={"tenant": tenant, "texts": texts}, headers=headers, timeout=TIMEOUT_SECONDS
            )
            answer.raise_for_status()
            verdict = Verdict.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            log.warning("no moderation", extra={"event": "no_moderation", "reason": type(error).__name__})
            yield _reason("moderation_unavailable", "The moderation provider gave no answer, so a person has to look.")
            return
        if not verdict.allowed:
            said = verdict.reasons[:MAX_REASONS] or ("it says no more",)
            yield from (_reason("moderation", f"The moderation provider objects: {one[:200]}") for one in said)


def texts_of(upload: SourceMedia, spec: RenderSpec) -> list[str]:
    """What the video says in writing: its title, the texts that it shows, and its captions."""
    shown = [" ".join(text.words) for text in screen_texts(spec)]
    cues = () if spec.captions is None else spec.captions.cues
    return [upload.title, *shown, " ".join(cue.text for cue in cues)]


def _reason(code: str, message: str) -> Reason:
    return Reason(kind="moderation", code=code, message=message)
