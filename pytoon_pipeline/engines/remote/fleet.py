"""Several remote engines that render the segments of one video together."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.remote.engine import RemoteEngine
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.stages import StageKey, StageResult
from pytoon_pipeline.store.store import Store

log = logging.getLogger("pytoon.remote")


@dataclass(frozen=True)
class EngineFleet:
    """Renders on all of ``engines``. One that fails costs only the segments that it was given last: others get them."""

    store: Store
    engines: tuple[RemoteEngine, ...]

    @classmethod
    def from_settings(cls, store: Store, settings: Settings) -> "EngineFleet | None":
        """The engines that ``settings`` name; none unless both an address and the token are set."""
        if not settings.engine_urls or settings.engine_token is None:
            return None
        token = settings.engine_token.get_secret_value()
        return cls(store, tuple(RemoteEngine(store, url, token) for url in settings.engine_urls))

    @property
    def name(self) -> EngineName:
        return "remote"

    def render_segments(self, request: RenderRequest, progress: Progress) -> list[StageResult]:
        """Raises the error of the last engine when all have failed."""
        keys = stages.stage_keys(request.spec, request.sources)
        work = SharedWork([one.frames for one in request.spec.segments], len(self.engines), progress)
        work.begin(stages.cached_results(self.store, keys))
        with ThreadPoolExecutor(len(self.engines), thread_name_prefix="engine") as pool:
            # Each in the context of this thread, so that it stops with it.
            futures = [pool.submit(copy_context().run, _render_some, one, request, keys, work) for one in self.engines]
            for future in as_completed(futures):
                future.result()
        return work.finished()

    def render_thumbnail(self, request: RenderRequest, frame: int) -> StageResult:
        """Raises the error of the last engine when all have failed."""
        *others, last = self.engines
        for engine in others:
            try:
                return engine.render_thumbnail(request, frame)
            except PytoonError as error:
                _log_failure(engine, error)
        return last.render_thumbnail(request, frame)


class SharedWork:
    """The segments of a video that several workers render. It hands them out, and counts their frames.

    A worker is given half of its share of what is left, so that all end at nearly the same time whatever their speed
    (guided self-scheduling: Polychronopoulos and Kuck, IEEE Transactions on Computers C-36, 1987).
    """

    def __init__(self, frames: list[int], workers: int, progress: Progress) -> None:
        self._frames, self._workers, self._progress = frames, workers, progress
        self._results: dict[int, StageResult] = {}
        self._waiting: list[int] = []
        # The finished frames of each piece of work that a worker has now, by the number of its first segment.
        self._ready: dict[int, int] = {}
        self._told = -1
        self._error: PytoonError | None = None
        self._changed = threading.Condition()

    def begin(self, results: dict[int, StageResult]) -> None:
        """Counts segments that exist already; the others wait."""
        with self._changed:
            self._results |= results
            self._waiting = [number for number in range(len(self._frames)) if number not in results]
            self._tell()

    def take(self) -> list[int]:
        """The numbers of the segments to render next; none at the end. Waits while others may still give some back."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._ready)
            count = -(-len(self._waiting) // (2 * self._workers)) if self._workers > 1 else len(self._waiting)
            taken, self._waiting = self._waiting[:count], self._waiting[count:]
            if taken:
                self._ready[taken[0]] = 0
            return taken

    def advance(self, taken: list[int], ready: int, _total: int) -> None:
        """``ready`` frames of ``taken`` are finished."""
        with self._changed:
            self._ready[taken[0]] = ready
            self._tell()

    def finish(self, taken: list[int], results: list[StageResult]) -> None:
        with self._changed:
            self._results |= dict(zip(taken, results, strict=True))
            del self._ready[taken[0]]
            self._tell()
            self._changed.notify_all()

    def give_back(self, taken: list[int], error: PytoonError | None) -> None:
        """A worker has failed and takes no more."""
        with self._changed:
            self._waiting = taken + self._waiting
            del self._ready[taken[0]]
            self._workers, self._error = self._workers - 1, error
            self._changed.notify_all()

    def finished(self) -> list[StageResult]:
        """All results, in order. Raises the last error when segments are left."""
        if self._waiting and self._error:
            raise self._error
        return [self._results[number] for number in range(len(self._frames))]

    def _tell(self) -> None:
        done = sum(self._frames[number] for number in self._results) + sum(self._ready.values())
        # What a failed worker had finished is rendered again: that is no progress.
        if done > self._told:
            self._told = done
            self._progress(done, sum(self._frames))


def _render_some(engine: RemoteEngine, request: RenderRequest, keys: list[StageKey], work: SharedWork) -> None:
    """Renders until nothing is left or the engine fails."""
    while taken := work.take():
        try:
            segments = [request.spec.segments[number] for number in taken]
            chosen = [keys[number] for number in taken]
            results = engine.run_job(request, segments, chosen, partial(work.advance, taken))
        except PytoonError as error:
            work.give_back(taken, error)
            _log_failure(engine, error)
            return
        except BaseException:
            work.give_back(taken, None)
            raise
        work.finish(taken, results)


def _log_failure(engine: RemoteEngine, error: PytoonError) -> None:
    log.warning("a remote engine failed", extra={"event": "engine_failed", "url": engine.url, "code": error.code})
