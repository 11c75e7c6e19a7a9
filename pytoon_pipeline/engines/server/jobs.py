"""Jobs on the server: which files each needs, its place in the queue, and its results."""

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
from pytoon_pipeline.engines.protocol import ErrorMessage, Event, JobRequest, JobStatus, NamedFile
from pytoon_pipeline.engines.server.job_checks import HINTS, check_job
from pytoon_pipeline.engines.server.uploads import disk_full
from pytoon_pipeline.media import fonts
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.store import Store

State = Literal["waiting", "queued", "rendering", "done", "failed"]

log = logging.getLogger("pytoon.engine")


class Job:
    """A job that the server remembers, with its events. Its request is dropped when it ends."""

    def __init__(self, request: JobRequest, job_id: str) -> None:
        self.id = job_id
        self.request: JobRequest | None = request
        self.state: State = "waiting"
        self.missing: dict[str, int] = {}
        self.events: list[Event] = []
        self.last_access = time.monotonic()
        self._lock = threading.Lock()

    @property
    def active(self) -> bool:
        return self.state in ("queued", "rendering")

    def status(self) -> JobStatus:
        self.last_access = time.monotonic()
        return JobStatus(id=self.id, state=self.state, missing=self.missing)

    def progress(self, ready: int, total: int) -> None:
        with self._lock:
            self.events.append(Event(n=len(self.events) + 1, ready=ready, total=total))

    def end(self, artifacts: Iterable[Artifact] | None, error: ErrorMessage | None = None) -> None:
        with self._lock:
            results = None if artifacts is None else tuple(artifacts)
            self.events.append(Event(n=len(self.events) + 1, artifacts=results, error=error))
        self.state = "failed" if results is None else "done"
        self.request, self.last_access = None, time.monotonic()

    def events_after(self, number: int) -> list[Event]:
        """The events after number ``number``.

        A client that names a higher number than there is has followed an earlier attempt and receives all events. A
        client that has received all events of a finished job receives the last one again.
        """
        if number > len(self.events):
            return self.events[:]
        if number == len(self.events) and not self.active:
            return self.events[-1:]
        return self.events[number:]


class JobQueue:
    """Jobs by id. Uploads and downloads are allowed only for files of a known job.

    After ``stopping`` is set, jobs that are being rendered end after their current segment.
    """

    def __init__(self, store: Store, engine: Engine, settings: ServerSettings) -> None:
        self.store = store
        self.engine = engine
        self.settings = settings
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        self._pool = ThreadPoolExecutor(max(1, settings.renders), thread_name_prefix="render")

    def submit(self, request: JobRequest) -> JobStatus:
        """Adds a job, and queues it when all its files are there. The same request is the same job.

        A finished job is checked again; its results come from the store. Raises ``InvalidInput`` for a job that cannot
        be rendered, and ``TransientError`` when the queue is full.
        """
        check_job(request, self.settings)
        try:
            job = Job(request, request.id)
            if active := self._active_job(job.id):
                return active.status()
            self._check_inputs(job, request)
        except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
            raise InvalidInput(
                "invalid_job", f"The plan cannot be rendered ({type(error).__name__}).", HINTS["invalid_job"]
            ) from error
        with self._lock:
            if active := self._active_job(job.id):
                return active.status()
            if job.state == "waiting" and not job.missing:
                self._enqueue(job)
            self._remember(job)
        return job.status()

    def get(self, job_id: str) -> Job:
        """Raises ``InvalidInput`` for a job that the server does not know or has forgotten."""
        if job := self._jobs.get(job_id):
            job.last_access = time.monotonic()
            return job
        raise InvalidInput("unknown_job", "The server does not know this job.", "Submit the job again.")

    def expected_file(self, sha256: str) -> NamedFile:
        """A file that some job waits for. Raises ``InvalidInput`` for any other."""
        for job in list(self._jobs.values()):
            request = job.request
            if request is not None and (file := request.files.get(sha256)):
                job.last_access = time.monotonic()
                return file
        raise InvalidInput("unknown_file", "No job needs this file.", "Submit the job again.")

    def output_file(self, sha256: str) -> StoredFile:
        """A file that was rendered for some job. Raises ``InvalidInput`` for any other."""
        for job in list(self._jobs.values()):
            for artifact in (job.events[-1].artifacts or ()) if job.state == "done" else ():
                for file in artifact.files.values():
                    if file.sha256 == sha256 and self.store.verify(file):
                        job.last_access = time.monotonic()
                        return file
        raise InvalidInput("unknown_file", "No job has rendered this file.", "Submit the job again.")

    def close(self) -> None:
        """Stops after the segments being rendered; they stay in the store."""
        self.stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _active_job(self, job_id: str) -> Job | None:
        job = self._jobs.get(job_id)
        return job if job is not None and job.active else None

    def _check_inputs(self, job: Job, request: JobRequest) -> None:
        """Ends the job when its results are in the store; else notes which files are missing. Keys depend on fonts."""
        missing = self._missing(request.fonts.values())
        if not missing:
            for name, file in request.fonts.items():
                fonts.register(name, self.store.path(file))
            # Keys do not depend on the paths of the sources.
            sources = {item: Source(Path(one.file.sha256), one.info) for item, one in request.media.items()}
            keys = stages.stage_keys(request.spec, sources, request.thumbnail_frame)
            results = [artifact for key in keys if (artifact := self.store.find(key.fingerprint))]
            if len(results) == len(keys):
                return job.end(results)
        job.missing = missing | self._missing(one.file for one in request.media.values())
        return None

    def _missing(self, files: Iterable[NamedFile]) -> dict[str, int]:
        return {file.sha256: file.bytes for file in files if not self.store.verify(file)}

    def _enqueue(self, job: Job) -> None:
        if sum(one.state == "queued" for one in self._jobs.values()) >= self.settings.waiting:
            raise TransientError("remote_busy", "The job queue of the remote engine is full.", "Try again later.")
        self.store.work.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.store.work).free < self.settings.free_bytes:
            raise disk_full()
        job.state = "queued"
        self._pool.submit(self._render, job).add_done_callback(lambda future: self._on_finished(job, future))

    def _render(self, job: Job) -> list[Artifact]:
        request = job.request
        assert request is not None
        job.state = "rendering"
        extra = {"event": "job", "job": job.id[:12], "segments": len(request.spec.segments)}
        log.info("rendering", extra=extra)
        work = RenderRequest(
            request.spec,
            {item: Source(self.store.path(one.file), one.info) for item, one in request.media.items()},
            {name: self.store.path(file) for name, file in request.fonts.items()},
            min(request.timeout_seconds, self.settings.render_seconds),
        )

        def progress(ready: int, total: int) -> None:
            if self.stopping.is_set():
                raise TransientError("remote_stopping", "The remote engine is shutting down.", "Try again later.")
            job.progress(ready, total)

        if request.thumbnail_frame is not None:
            return [self.engine.render_thumbnail(work, request.thumbnail_frame).artifact]
        return [result.artifact for result in self.engine.render_segments(work, progress)]

    def _on_finished(self, job: Job, future: "Future[list[Artifact]]") -> None:
        if future.cancelled():
            stopped = TransientError("remote_stopping", "The remote engine was shut down.", "Try again later.")
            job.end(None, ErrorMessage.from_error(stopped))
        elif (error := future.exception()) is None:
            log.info("rendered", extra={"event": "job", "job": job.id[:12]})
            job.end(future.result())
        else:
            typed = _typed(error)
            # Only code locations: the text of an exception may contain user text.
            places = [f"{Path(one.filename).name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
            extra = {"event": "job", "job": job.id[:12], "code": typed.code, "kind": type(error).__name__}
            log.error("job failed", extra=extra | {"places": places[-6:]})
            job.end(None, ErrorMessage.from_error(typed))

    def _remember(self, job: Job) -> None:
        """Adds a job, and forgets the least recently used ones."""
        self._jobs.pop(job.id, None)
        self._jobs[job.id] = job
        oldest = time.monotonic() - self.settings.remembered_seconds
        idle = [one for one in self._jobs.values() if not one.active and one is not job]
        excess = len(self._jobs) - self.settings.remembered
        for number, one in enumerate(sorted(idle, key=lambda one: one.last_access)):
            if number < excess or one.last_access < oldest:
                del self._jobs[one.id]


def _typed(error: BaseException) -> PytoonError:
    if isinstance(error, PytoonError):
        return error
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        return storage_unwritable(error)
    return InternalError(
        "remote_broke",
        f"The remote engine failed unexpectedly ({type(error).__name__}).",
        "Check the server's log and report this bug.",
    )
