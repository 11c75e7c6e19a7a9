"""The remote engine over HTTP: accepts jobs and their files, streams progress, and serves the results."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, StreamingResponse

from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.engines.local import LocalEngine
from pytoon_pipeline.engines.protocol import COMPLETE, HASH, NO, OFFSET, YES, JobRequest
from pytoon_pipeline.engines.server.auth import TokenAuth
from pytoon_pipeline.engines.server.connections import Connections
from pytoon_pipeline.engines.server.error_responses import add_error_handlers
from pytoon_pipeline.engines.server.jobs import Job, JobQueue
from pytoon_pipeline.engines.server.uploads import ResumableUploads
from pytoon_pipeline.runtime.http_input import arriving
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.store import Store

# How often an event stream looks for new events, in seconds.
POLL_SECONDS = 0.1

Name = Annotated[str, InPath(pattern=HASH)]


def application(store: Store, token: str, settings: ServerSettings) -> FastAPI:
    """The server as an ASGI application that renders on ``store``. Every request needs ``token``."""
    engine = LocalEngine(store, store.work / "health.json")
    jobs = JobQueue(store, engine, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(jobs.close)

    app = FastAPI(title="Pytoon engine", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.stopping = jobs.stopping
    app.state.connections = connections = Connections(settings)
    app.add_middleware(TokenAuth, token=token, connections=connections, retry_seconds=settings.retry_seconds)
    add_error_handlers(app, settings)

    @app.get("/v1/health")
    def health() -> dict[str, str]:
        engine.check_health()
        return {"status": "ok", "version": version("pytoon-pipeline")}

    _add_job_routes(app, jobs, settings)
    _add_file_routes(app, jobs, ResumableUploads(store, settings), settings)
    return app


def _add_job_routes(app: FastAPI, jobs: JobQueue, settings: ServerSettings) -> None:
    @app.post("/v1/renders")
    async def submit(request: Request) -> dict[str, Any]:
        body = bytearray()
        async for chunk in _chunks(request, settings):
            body += chunk
            if len(body) > settings.job_bytes:
                raise InvalidInput(
                    "job_too_large", "The job request is too large.", "Raise PYTOON_ENGINE_JOB_BYTES on the server."
                )
        status = await asyncio.to_thread(lambda: jobs.submit(_job_request(bytes(body))))
        return status.model_dump(mode="json")

    @app.get("/v1/renders/{job_id}/events")
    async def events(job_id: Name, after: Annotated[int, Query(ge=0)] = 0) -> StreamingResponse:
        lines = _event_lines(jobs.get(job_id), after, settings.heartbeat_seconds, jobs.stopping)
        # A buffering proxy would hold back the progress.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)


def _add_file_routes(app: FastAPI, jobs: JobQueue, uploads: ResumableUploads, settings: ServerSettings) -> None:
    @app.head("/v1/files/{sha256}")
    def progress(sha256: Name) -> Response:
        file = jobs.expected_file(sha256)
        return _upload_progress(uploads.received(file), uploads.is_complete(file))

    @app.patch("/v1/files/{sha256}")
    async def upload(
        request: Request, sha256: Name, offset: Annotated[int, Query(ge=0)], total: Annotated[int, Query(gt=0)]
    ) -> Response:
        file = jobs.expected_file(sha256)
        if total != file.bytes:
            raise InvalidInput(
                "wrong_length",
                "The file does not have the length that the job states.",
                "Send the file that the job requires.",
            )
        received = await uploads.receive(file, offset, _chunks(request, settings))
        return _upload_progress(received, received == file.bytes)

    @app.get("/v1/files/{sha256}")
    def download(sha256: Name) -> FileResponse:
        return FileResponse(jobs.store.path(jobs.output_file(sha256)), media_type="application/octet-stream")


def _upload_progress(received: int, complete: bool) -> Response:
    return Response(status_code=204, headers={OFFSET: str(received), COMPLETE: YES if complete else NO})


def _job_request(body: bytes) -> JobRequest:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("job_unreadable", "The job request is not valid JSON.", "See docs/engine.md.") from error
    if not isinstance(document, dict):
        raise InvalidInput("job_unreadable", "The job request is not a JSON object.", "See docs/engine.md.")
    return validate(JobRequest, document, "Job request", "job_unreadable")


def _chunks(request: Request, settings: ServerSettings) -> AsyncIterator[bytes]:
    return arriving(request.stream(), settings.silence_seconds)


async def _event_lines(job: Job, after: int, heartbeat: float, stopping: threading.Event) -> AsyncIterator[bytes]:
    """Events as JSON lines until the last one or until the server stops; an empty line as a heartbeat."""
    last_sent = time.monotonic()
    while not stopping.is_set():
        for event in job.events_after(after):
            yield event.json_line
            after, last_sent = event.n, time.monotonic()
            if event.last:
                return
        if time.monotonic() - last_sent >= heartbeat:
            yield b"\n"
            last_sent = time.monotonic()
        await asyncio.sleep(POLL_SECONDS)
