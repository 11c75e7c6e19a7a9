"""Orders at the server: what each lacks, its turn to be rendered, and what came of it."""

import logging
import shutil
import threading
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from pytoon_pipeline.contracts.artifact import Artifact, StoredFile
from pytoon_pipeline.contracts.errors import (
    UNWRITABLE,
    InternalError,
    InvalidInput,
    PytoonError,
    TransientError,
    storage_unwritable,
)
from pytoon_pipeline.engines.engine import Engine, RenderRequest
from pytoon_pipeline.engines.protocol import ErrorMessage, Event, JobStatus, NamedFile, RenderJob
from pytoon_pipeline.engines.server.settings import HINTS, check_job
from pytoon_pipeline.engines.server.uploads import disk_full
from pytoon_pipeline.media import fonts
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.store import Store

State = Literal["waiting", "queued", "rendering", "done", "failed"]

log = logging.getLogger("pytoon.engine")


class Job:
    """An order that the server remembers, and what happened to it. The order itself only until it has ended."""

    def __init__(self, order: RenderJob, name: str) -> None:
        self.id = name
        self.order: RenderJob | None = order
        self.state: State = "waiting"
        self.missing: dict[str, int] = {}
        self.events: list[Event] = []
        self.touched = time.monotonic()
        self._lock = threading.Lock()

    @property
    def active(self) -> bool:
        return self.state in ("queued", "rendering")

    def snapshot(self) -> JobStatus:
        self.touched = time.monotonic()
        return JobStatus(id=self.id, state=self.state, missing=self.missing)

    def progress(self, ready: int, total: int) -> None:
        with self._lock:
            self.events.append(Event(n=len(self.events) + 1, ready=ready, total=total))

    def end(self, artifacts: Iterable[Artifact] | None, problem: ErrorMessage | None = None) -> None:
        with self._lock:
            made = None if artifacts is None else tuple(artifacts)
            self.events.append(Event(n=len(self.events) + 1, artifacts=made, error=problem))
        self.order, self.state, self.touched = None, "failed" if made is None else "done", time.monotonic()

    def after(self, number: int) -> list[Event]:
        """Events after the ``number``-th.

        Whoever has heard more than there are has heard of an earlier try; whoever has heard all of an order that has
        ended hears the end again.
        """
        if number > len(self.events):
            return self.events[:]
        if number == len(self.events) and not self.active:
            return self.events[-1:]
        return self.events[number:]


class JobQueue:
    """Orders by their id. All that clients want of the server starts with one: it says which files may come and go.

    Once ``stopping`` is set, what is being rendered ends after its segment.
    """

    def __init__(self, store: Store, engine: Engine, settings: ServerSettings) -> None:
        self.store = store
        self.engine = engine
        self.settings = settings
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        self._pool = ThreadPoolExecutor(max(1, settings.renders), thread_name_prefix="render")

    def submit(self, order: RenderJob) -> JobStatus:
        """Takes an order: says what it lacks, or renders it. The same order again is the same one.

        One that has ended is looked at anew: what was made is found in the store. Raises ``InvalidInput`` for one that
        cannot be rendered, and ``TransientError`` when too many wait already.
        """
        check_job(order, self.settings)
        try:
            job = Job(order, order.id)
            if running := self._running(job.id):
                return running.snapshot()
            self._check_inputs(job, order)
        except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
            raise InvalidInput(
                "order_unusable", f"This plan cannot be drawn ({type(error).__name__}).", HINTS["order_unusable"]
            ) from error
        with self._lock:
            if running := self._running(job.id):
                return running.snapshot()
            if job.state == "waiting" and not job.missing:
                self._enqueue(job)
            self._remember(job)
        return job.snapshot()

    def get(self, name: str) -> Job:
        """Raises ``InvalidInput`` for an order that the server does not know, or no longer."""
        if job := self._jobs.get(name):
            job.touched = time.monotonic()
            return job
        raise InvalidInput("unknown_order", "There is no such order.", "Post it again.")

    def expected_file(self, sha256: str) -> NamedFile:
        """A file that some order waits for. Raises ``InvalidInput`` for any other."""
        for job in list(self._jobs.values()):
            order = job.order
            if order is not None and (file := order.files.get(sha256)):
                job.touched = time.monotonic()
                return file
        raise InvalidInput("unknown_file", "No order waits for this file.", "Post the order again.")

    def output_file(self, sha256: str) -> StoredFile:
        """A file that was rendered for some order. Raises ``InvalidInput`` for any other."""
        for job in list(self._jobs.values()):
            for artifact in (job.events[-1].artifacts or ()) if job.state == "done" else ():
                for file in artifact.files.values():
                    if file.sha256 == sha256 and self.store.verify(file):
                        job.touched = time.monotonic()
                        return file
        raise InvalidInput("unknown_file", "No order has this file.", "Post the order again.")

    def close(self) -> None:
        """Ends soon: what is being rendered stops after its segment, and is found in the store later."""
        self.stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _running(self, name: str) -> Job | None:
        job = self._jobs.get(name)
        return job if job is not None and job.active else None

    def _check_inputs(self, job: Job, order: RenderJob) -> None:
        """Finds out what is there: the result itself, or else the files that it takes. Fonts decide its name."""
        lacking = self._absent(order.fonts.values())
        if not lacking:
            for name, file in order.fonts.items():
                fonts.register(name, self.store.path(file))
            # What something is called in the store does not depend on where its sources lie.
            nowhere = {item: Source(Path(one.file.sha256), one.info) for item, one in order.media.items()}
            keys = stages.stage_keys(order.spec, nowhere, order.thumbnail_frame)
            made = [found for key in keys if (found := self.store.find(key.fingerprint))]
            if len(made) == len(keys):
                return job.end(made)
        job.missing = lacking | self._absent(one.file for one in order.media.values())
        return None

    def _absent(self, files: Iterable[NamedFile]) -> dict[str, int]:
        return {file.sha256: file.bytes for file in files if not self.store.verify(file)}

    def _enqueue(self, job: Job) -> None:
        if sum(one.state == "queued" for one in self._jobs.values()) >= self.settings.waiting:
            raise TransientError("remote_busy", "The remote engine has too many jobs already.", "Try again later.")
        self.store.work.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.store.work).free < self.settings.free_bytes:
            raise disk_full()
        job.state = "queued"
        self._pool.submit(self._render, job).add_done_callback(lambda future: self._on_finished(job, future))

    def _render(self, job: Job) -> list[Artifact]:
        order = job.order
        assert order is not None
        job.state = "rendering"
        log.info("rendering", extra={"event": "order", "order": job.id[:12], "segments": len(order.spec.segments)})
        work = RenderRequest(
            order.spec,
            {item: Source(self.store.path(one.file), one.info) for item, one in order.media.items()},
            {name: self.store.path(file) for name, file in order.fonts.items()},
            min(order.timeout_seconds, self.settings.render_seconds),
        )

        def progress(ready: int, total: int) -> None:
            if self.stopping.is_set():
                raise TransientError("remote_stopping", "The remote engine is being stopped.", "Try again later.")
            job.progress(ready, total)

        if order.thumbnail_frame is not None:
            return [self.engine.render_thumbnail(work, order.thumbnail_frame).artifact]
        return [done.artifact for done in self.engine.render_segments(work, progress)]

    def _on_finished(self, job: Job, future: "Future[list[Artifact]]") -> None:
        if future.cancelled():
            job.end(
                None,
                ErrorMessage.from_error(
                    TransientError("remote_stopping", "The remote engine was stopped.", "Try again.")
                ),
            )
        elif (error := future.exception()) is None:
            log.info("rendered", extra={"event": "order", "order": job.id[:12]})
            job.end(future.result())
        else:
            told = _typed(error)
            # Only where it broke: what an exception says may hold people's words.
            places = [f"{Path(one.filename).name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
            log.error("order failed", extra={"event": "order", "order": job.id[:12], "code": told.code,
                                             "kind": type(error).__name__, "places": places[-6:]})  # fmt: skip
            job.end(None, ErrorMessage.from_error(told))

    def _remember(self, job: Job) -> None:
        """Keeps an order, and forgets those that nobody asked for lately."""
        self._jobs.pop(job.id, None)
        self._jobs[job.id] = job
        oldest = time.monotonic() - self.settings.remembered_seconds
        idle = [one for one in self._jobs.values() if not one.active and one is not job]
        spare = len(self._jobs) - self.settings.remembered
        for number, one in enumerate(sorted(idle, key=lambda one: one.touched)):
            if number < spare or one.touched < oldest:
                del self._jobs[one.id]


def _typed(error: BaseException) -> PytoonError:
    if isinstance(error, PytoonError):
        return error
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        return storage_unwritable(error)
    return InternalError(
        "remote_broke", f"The remote engine broke ({type(error).__name__}).", "Its log says where; report this."
    )
