"""One remote engine: renders on another machine and stores the results here as if they had been rendered here."""

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
from pytoon_pipeline.contracts.spec.render_spec import Segment
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.protocol import JobRequest, MediaFile, NamedFile, items_shown, requested_spec
from pytoon_pipeline.engines.remote.client import DeadlineExceeded, EngineClient, Overloaded
from pytoon_pipeline.engines.remote.session import RemoteSession
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.store.stages import StageKey, StageResult
from pytoon_pipeline.store.store import Store

# Uploading, waiting for other jobs and downloading may take as long as rendering itself.
TIMEOUT_FACTOR = 2.0
CHUNK_BYTES = 4 << 20

log = logging.getLogger("pytoon.remote")


@dataclass(frozen=True)
class RetrySettings:
    """The attempts in a row without progress, and the delays between them in seconds."""

    max_attempts: int = 5
    first_delay_seconds: float = 2.0
    max_delay_seconds: float = 12.0


@dataclass(frozen=True)
class RemoteEngine:
    """Renders on the server at ``url``. Files are uploaded in chunks of ``chunk_bytes``."""

    store: Store
    url: str
    token: str = field(repr=False)
    retries: RetrySettings = RetrySettings()
    chunk_bytes: int = CHUNK_BYTES

    def render_thumbnail(self, request: RenderRequest, frame: int) -> StageResult:
        keys = stages.stage_keys(request.spec, request.sources, frame)
        if cached := stages.cached_results(self.store, keys):
            return cached[0]
        (result,) = self.run_job(request, [Segment(start=frame, frames=1)], keys, lambda ready, total: None, frame)
        return result

    def run_job(
        self,
        request: RenderRequest,
        segments: Sequence[Segment],
        keys: Sequence[StageKey],
        progress: Progress,
        thumbnail_frame: int | None = None,
    ) -> list[StageResult]:
        """Renders some segments of the plan, or one frame of it as a thumbnail; ``keys`` are those of the results."""
        began = time.perf_counter()
        job = self._job(request, segments, thumbnail_frame)
        deadline = time.monotonic() + TIMEOUT_FACTOR * request.timeout_seconds
        with scratch_dir(self.store.work) as scratch, EngineClient(self.url, self.token, deadline) as client:
            session = RemoteSession(self.store, scratch, client, job, keys, progress, self.chunk_bytes)
            while not session.finished:
                self._retry(session.resume)
        seconds = (time.perf_counter() - began) / len(keys)
        return [StageResult(artifact, "computed", seconds) for artifact in session.artifacts]

    def _job(self, request: RenderRequest, segments: Sequence[Segment], thumbnail_frame: int | None) -> JobRequest:
        spec = requested_spec(request.spec, segments)
        media = {
            item: MediaFile(file=self._named_file(request.sources[item].path), info=request.sources[item].info)
            for item in sorted(items_shown(spec))
        }
        return JobRequest(
            spec=spec,
            media=media,
            fonts={name: self._named_file(path) for name, path in request.fonts.items()},
            thumbnail_frame=thumbnail_frame,
            timeout_seconds=request.timeout_seconds,
        )

    def _named_file(self, path: Path) -> NamedFile:
        """The record of a file in the store, named by its hash. Raises ``DependencyMissing`` when it is damaged."""
        file = StoredFile(sha256=path.name, bytes=path.stat().st_size if path.is_file() else 0)
        self.store.path(file)
        return NamedFile(sha256=file.sha256, bytes=file.bytes)

    def _retry(self, action: Callable[[], None]) -> None:
        """Calls ``action`` until it succeeds, with exponential backoff. Raises its last error."""
        first = self.retries.first_delay_seconds
        backoff = wait_exponential(first, self.retries.max_delay_seconds) + wait_random(0, first / 2)

        def delay(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return max(backoff(state), error.retry_after if isinstance(error, Overloaded) else 0.0)

        Retrying(
            stop=stop_after_attempt(self.retries.max_attempts),
            wait=delay,
            retry=retry_if_exception_type(TransientError) & retry_if_not_exception_type(DeadlineExceeded),
            before_sleep=_log_retry,
            sleep=_sleep,
            reraise=True,
        )(action)


def _sleep(seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        stopping.check()
        time.sleep(min(left, stopping.POLL_SECONDS))


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    extra = {
        "event": "remote_retry",
        "attempt": state.attempt_number,
        "code": getattr(error, "code", ""),
        "seconds": round(state.upcoming_sleep, 2),
    }
    log.warning("remote engine: retrying", extra=extra)
