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
from pytoon_pipeline.engines.protocol import MediaFile, NamedFile, RenderJob, items_shown, requested_spec
from pytoon_pipeline.engines.remote.client import DeadlineExceeded, EngineClient, Overloaded
from pytoon_pipeline.engines.remote.session import RemoteSession
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.stages import StageKey, StageResult
from pytoon_pipeline.store.store import Store

# Sending, waiting for others and fetching may take as long again as rendering itself.
TIMEOUT_FACTOR = 2.0
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
    """Renders at the server ``url``. Files go there in chunks of ``chunk`` bytes."""

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

    def render_segments(self, work: RenderRequest, progress: Progress) -> list[StageResult]:
        keys = stages.stage_keys(work.spec, work.sources)
        done = {
            n: StageResult(found, "cached", 0.0)
            for n, key in enumerate(keys)
            if (found := self.store.reuse(key.fingerprint))
        }
        progress(len(done), len(keys))
        there = len(done)
        if missing := [n for n in range(len(keys)) if n not in done]:
            made = self._run_job(
                work, [work.spec.segments[n] for n in missing], [keys[n] for n in missing],
                lambda ready, _: progress(there + ready, len(keys)),
            )  # fmt: skip
            done |= dict(zip(missing, made, strict=True))
        return [done[n] for n in range(len(keys))]

    def render_thumbnail(self, work: RenderRequest, frame: int) -> StageResult:
        (key,) = stages.stage_keys(work.spec, work.sources, frame)
        if found := self.store.reuse(key.fingerprint):
            return StageResult(found, "cached", 0.0)
        (made,) = self._run_job(work, [Segment(start=frame, frames=1)], [key], lambda ready, total: None, frame)
        return made

    def _run_job(
        self, work: RenderRequest, segments: Sequence[Segment], keys: Sequence[StageKey], progress: Progress,
        thumbnail: int | None = None,
    ) -> list[StageResult]:  # fmt: skip
        began = time.perf_counter()
        order = self._job(work, segments, thumbnail)
        until = time.monotonic() + TIMEOUT_FACTOR * work.timeout_seconds
        with scratch_dir(self.store.work) as scratch, EngineClient(self.url, self.token, until) as client:
            session = RemoteSession(self.store, scratch, client, order, keys, progress, self.chunk_bytes)
            while not session.finished:
                self._retry(session.resume)
        seconds = (time.perf_counter() - began) / len(keys)
        return [StageResult(artifact, "computed", seconds) for artifact in session.artifacts]

    def _job(self, work: RenderRequest, segments: Sequence[Segment], thumbnail: int | None) -> RenderJob:
        spec = requested_spec(work.spec, segments)
        pictures = {
            item: MediaFile(file=self._named_file(work.sources[item].path), info=work.sources[item].info)
            for item in sorted(items_shown(spec))
        }
        fonts = {name: self._named_file(path) for name, path in work.fonts.items()}
        return RenderJob(
            spec=spec, media=pictures, fonts=fonts, thumbnail_frame=thumbnail, timeout_seconds=work.timeout_seconds
        )

    def _named_file(self, path: Path) -> NamedFile:
        """A file of the store, which names files by their content. Raises ``DependencyMissing`` when it is damaged."""
        file = StoredFile(sha256=path.name, bytes=path.stat().st_size if path.is_file() else 0)
        self.store.path(file)
        return NamedFile(sha256=file.sha256, bytes=file.bytes)

    def _retry(self, go_on: Callable[[], None]) -> None:
        """Does it until it gets on, with more and more time in between."""
        first = self.retries.first_delay_seconds
        growing = wait_exponential(first, self.retries.max_delay_seconds) + wait_random(0, first / 2)

        def pause(state: RetryCallState) -> float:
            fault = state.outcome.exception() if state.outcome else None
            return max(growing(state), fault.retry_after if isinstance(fault, Overloaded) else 0.0)

        Retrying(
            stop=stop_after_attempt(self.retries.max_attempts),
            wait=pause,
            retry=retry_if_exception_type(TransientError) & retry_if_not_exception_type(DeadlineExceeded),
            before_sleep=_log_retry,
            reraise=True,
        )(go_on)


def _log_retry(state: RetryCallState) -> None:
    fault = state.outcome.exception() if state.outcome else None
    log.warning("remote engine: trying again", extra={
        "event": "remote_retry", "try": state.attempt_number, "code": getattr(fault, "code", ""),
        "seconds": round(state.upcoming_sleep, 2),
    })  # fmt: skip
