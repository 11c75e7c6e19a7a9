"""The engine on another machine. What it makes comes into the store here as if it had been made here."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_not_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.spec.render_spec import Segment
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.protocol import NamedFile, Picture, RenderOrder, items_shown, requested_spec
from pytoon_pipeline.engines.remote.client import DeadlineExceeded, EngineClient, Overloaded
from pytoon_pipeline.engines.remote.session import RemoteSession
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.stages import StageKey, StageResult
from pytoon_pipeline.store.store import Store

# Sending, waiting for others and fetching may take as long again as rendering itself.
SHARE_OF_TIME = 2.0
CHUNK_BYTES = 4 << 20

log = logging.getLogger("pytoon.remote")


@dataclass(frozen=True)
class RetrySettings:
    """How often in a row something may fail without getting on, and the seconds to wait in between."""

    max_attempts: int = 5
    first_delay_seconds: float = 2.0
    max_delay_seconds: float = 12.0


@dataclass(frozen=True)
class RemoteEngine:
    """Renders at the server ``url``. Files go there in pieces of ``piece`` bytes."""

    store: Store
    url: str
    token: str = field(repr=False)
    retries: RetrySettings = RetrySettings()
    chunk_bytes: int = CHUNK_BYTES

    @classmethod
    def from_settings(cls, store: Store, settings: Settings) -> "RemoteEngine | None":
        """The engine that ``settings`` name; none unless both its URL and its token are set."""
        if settings.engine_url is None or settings.engine_token is None:
            return None
        return cls(store, settings.engine_url, settings.engine_token.get_secret_value())

    @property
    def name(self) -> EngineName:
        return "remote"

    def segments(self, work: RenderRequest, progress: Progress) -> list[StageResult]:
        recipes = stages.stage_keys(work.spec, work.pictures)
        done = {
            n: StageResult(found, "cached", 0.0)
            for n, recipe in enumerate(recipes)
            if (found := self.store.reuse(recipe.fingerprint))
        }
        progress(len(done), len(recipes))
        there = len(done)
        if missing := [n for n in range(len(recipes)) if n not in done]:
            made = self._have_made(
                work, [work.spec.segments[n] for n in missing], [recipes[n] for n in missing],
                lambda ready, _: progress(there + ready, len(recipes)),
            )  # fmt: skip
            done |= dict(zip(missing, made, strict=True))
        return [done[n] for n in range(len(recipes))]

    def thumbnail(self, work: RenderRequest, frame: int) -> StageResult:
        (recipe,) = stages.stage_keys(work.spec, work.pictures, frame)
        if found := self.store.reuse(recipe.fingerprint):
            return StageResult(found, "cached", 0.0)
        (made,) = self._have_made(work, [Segment(start=frame, frames=1)], [recipe], lambda ready, total: None, frame)
        return made

    def _have_made(
        self, work: RenderRequest, segments: Sequence[Segment], recipes: Sequence[StageKey], progress: Progress,
        thumbnail: int | None = None,
    ) -> list[StageResult]:  # fmt: skip
        began = time.perf_counter()
        order = self._order(work, segments, thumbnail)
        until = time.monotonic() + SHARE_OF_TIME * work.seconds
        with scratch_dir(self.store.work) as scratch, EngineClient(self.url, self.token, until) as line:
            errand = RemoteSession(self.store, scratch, line, order, recipes, progress, self.chunk_bytes)
            while not errand.finished:
                self._again(errand.resume)
        seconds = (time.perf_counter() - began) / len(recipes)
        return [StageResult(artifact, "computed", seconds) for artifact in errand.artifacts]

    def _order(self, work: RenderRequest, segments: Sequence[Segment], thumbnail: int | None) -> RenderOrder:
        spec = requested_spec(work.spec, segments)
        pictures = {
            item: Picture(file=self._stored(work.pictures[item].path), info=work.pictures[item].info)
            for item in sorted(items_shown(spec))
        }
        fonts = {name: self._stored(path) for name, path in work.fonts.items()}
        return RenderOrder(spec=spec, pictures=pictures, fonts=fonts, thumbnail=thumbnail, seconds=work.seconds)

    def _stored(self, path: Path) -> NamedFile:
        """A file of the store, which names files by their content. Raises ``DependencyMissing`` when it is damaged."""
        file = StoredFile(sha256=path.name, bytes=path.stat().st_size if path.is_file() else 0)
        self.store.path(file)
        return NamedFile(sha256=file.sha256, bytes=file.bytes)

    def _again(self, go_on: Callable[[], None]) -> None:
        """Does it until it gets on, with more and more time in between."""
        first = self.retries.first_delay_seconds
        growing = wait_exponential(first, self.retries.max_delay_seconds) + wait_random(0, first / 2)

        def pause(state: RetryCallState) -> float:
            fault = state.outcome.exception() if state.outcome else None
            return max(growing(state), fault.after if isinstance(fault, Overloaded) else 0.0)

        Retrying(
            stop=stop_after_attempt(self.retries.max_attempts),
            wait=pause,
            retry=retry_if_exception_type(TransientError) & retry_if_not_exception_type(DeadlineExceeded),
            before_sleep=_tell,
            reraise=True,
        )(go_on)


def _tell(state: RetryCallState) -> None:
    fault = state.outcome.exception() if state.outcome else None
    log.warning("remote engine: trying again", extra={
        "event": "remote_retry", "try": state.attempt_number, "code": getattr(fault, "code", ""),
        "seconds": round(state.upcoming_sleep, 2),
    })  # fmt: skip
