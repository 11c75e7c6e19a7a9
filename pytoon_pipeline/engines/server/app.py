"""The remote engine over HTTP: takes jobs and the files that it lacks, tells of progress, gives what was made."""

import asyncio
import hmac
import json
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Query, Request, Response
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.documents import validate
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.errors import (
    UNWRITABLE,
    DependencyMissing,
    InternalError,
    InvalidInput,
    PytoonError,
    TransientError,
    storage_unwritable,
)
from pytoon_pipeline.engines.local import LocalEngine
from pytoon_pipeline.engines.protocol import COMPLETE, HASH, NO, OFFSET, YES, ErrorMessage, RenderJob
from pytoon_pipeline.engines.server.connections import Connections, ensure_open_files, http_protocol
from pytoon_pipeline.engines.server.jobs import Job, JobQueue
from pytoon_pipeline.engines.server.uploads import ResumableUploads, WrongOffset
from pytoon_pipeline.rendering.stages import SEGMENT, THUMBNAIL
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import ServerSettings, Settings
from pytoon_pipeline.store.retention import Rules, sweep
from pytoon_pipeline.store.store import Store

__all__ = ["ServerSettings", "application", "serve"]

PORT = 8970
MIN_TOKEN_LENGTH = 16
# How often a listener's connection is looked after, in seconds.
TICK_SECONDS = 0.1
# A server that is stopped lets open connections go after so long.
SHUTDOWN_SECONDS = 3
# Connections that the system keeps until they are accepted. Fewer than may be unauthenticated: those that are accepted
# together are all read before one of them is closed for being the oldest.
BACKLOG = 128

HTTP_STATUS = {
    "remote_refused": 401, "unknown_order": 404, "unknown_file": 404, "not_found": 404, "wrong_offset": 409,
    "order_too_large": 413, "file_too_long": 413, "wrong_hash": 422, "engine_unhealthy": 503,
    "remote_disk_full": 507, "store_not_writable": 507,
}  # fmt: skip
STATUS_BY_CATEGORY = {"invalid_input": 400, "transient": 503}

Name = Annotated[str, InPath(pattern=HASH)]

# Stages whose results lie here only for others, and the seconds from one tidying to the next.
MADE_HERE, TIDY_SECONDS = frozenset((SEGMENT.name, THUMBNAIL.name)), 6 * 3600.0

log = logging.getLogger("pytoon.engine")


def application(store: Store, token: str, settings: ServerSettings) -> FastAPI:
    """The server as an ASGI application that renders on ``store``. Every request needs ``token``."""
    engine = LocalEngine(store, store.work / "health.json")
    jobs, arrivals = JobQueue(store, engine, settings), ResumableUploads(store, settings)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(jobs.close)

    app = FastAPI(title="Pytoon engine", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)
    app.state.stopping = jobs.stopping
    app.state.connections = connections = Connections(settings)
    app.add_middleware(TokenAuth, token=token, connections=connections, retry_seconds=settings.retry_seconds)
    _answer_errors(app, settings)

    @app.get("/v1/health")
    def health() -> dict[str, str]:
        engine.check_health()
        return {"status": "well", "version": version("pytoon-pipeline")}

    @app.post("/v1/renders")
    async def post(request: Request) -> dict[str, Any]:
        body = bytearray()
        async for chunk in _chunks(request, settings):
            body += chunk
            if len(body) > settings.order_bytes:
                raise InvalidInput(
                    "order_too_large", "The order is too large.", "Its limit is a setting of the server."
                )
        state = await asyncio.to_thread(lambda: jobs.submit(_order(bytes(body))))
        return state.model_dump(mode="json")

    @app.get("/v1/renders/{name}/events")
    async def events(name: Name, after: Annotated[int, Query(ge=0)] = 0) -> StreamingResponse:
        lines = _lines(jobs.get(name), after, settings.heartbeat_seconds, jobs.stopping)
        # A proxy that collects the answer would keep the progress to itself.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)

    @app.head("/v1/files/{sha256}")
    def received(sha256: Name) -> Response:
        file = jobs.expected_file(sha256)
        return _arrived(arrivals.received(file), arrivals.is_complete(file))

    @app.patch("/v1/files/{sha256}")
    async def send(
        request: Request, sha256: Name, offset: Annotated[int, Query(ge=0)], total: Annotated[int, Query(gt=0)]
    ) -> Response:
        file = jobs.expected_file(sha256)
        if total != file.bytes:
            raise InvalidInput("wrong_length", "The order gives the file another length.", "Send what the order names.")
        at = await arrivals.receive(file, offset, _chunks(request, settings))
        return _arrived(at, at == file.bytes)

    @app.get("/v1/files/{sha256}")
    def give(sha256: Name) -> FileResponse:
        return FileResponse(store.path(jobs.output_file(sha256)), media_type="application/octet-stream")

    return app


def serve(home: Home, host: str = "127.0.0.1", port: int = PORT) -> None:
    """Serves until the process is told to stop. The token comes from ``PYTOON_ENGINE_TOKEN``.

    Raises ``DependencyMissing`` without a token, ``InvalidInput`` for a short one and for wrong settings,
    ``TransientError`` when
    the port cannot be had.
    """
    token, settings = _token(Settings.load().engine_token), ServerSettings.load()
    store = Store(home.store, home.work)
    app = application(store, token, settings)
    ensure_open_files(settings)
    threading.Thread(target=_keep_tidy, args=(home, store), daemon=True).start()
    with _listening(host, port) as listening:
        log.info("listening", extra={"event": "engine", "host": host, "port": listening.getsockname()[1]})
        EngineServer(app).run(sockets=[listening])


def _keep_tidy(home: Home, store: Store) -> None:
    """Removes by and by what nobody has asked for lately; a pipeline in the same home has files of its own."""
    while True:
        rules = load_operations()
        kept = Rules(rules.retention_days, rules.retention_bytes, rules.retention_grace_seconds, MADE_HERE)
        swept = sweep(store, kept, Uploads(home).files(), None, time.time())
        log.info("tidied", extra={"event": "tidied", "bytes": swept.bytes_freed})
        time.sleep(TIDY_SECONDS)


def _token(secret: SecretStr | None) -> str:
    token = secret.get_secret_value() if secret else ""
    hint = f"Set PYTOON_ENGINE_TOKEN to at least {MIN_TOKEN_LENGTH} characters that nobody can guess."
    if not token:
        raise DependencyMissing("engine_token_missing", "The engine is not served without a token.", hint)
    if len(token) < MIN_TOKEN_LENGTH:
        raise InvalidInput("engine_token_short", "The engine's token is too short.", hint)
    return token


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise TransientError(
            "engine_address", f"The engine cannot listen on {host[:80]}, port {port}: {error.strerror}.",
            "Choose another port, or stop what listens there.",
        ) from error  # fmt: skip


class EngineServer(uvicorn.Server):
    """Serves ``app`` and watches its connections. Tells it that it is to stop before it waits for connections: those
    that listen go at once.
    """

    def __init__(self, app: FastAPI, leaving_seconds: int = SHUTDOWN_SECONDS) -> None:
        # A connection is job by its real ends, so what a proxy says of its clients is not put in their place.
        config = uvicorn.Config(
            app, http=http_protocol(app.state.connections), ws="none", log_config=None, access_log=False,
            server_header=False, proxy_headers=False, backlog=BACKLOG, timeout_graceful_shutdown=leaving_seconds,
        )  # fmt: skip
        super().__init__(config)
        self.app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.app.state.stopping.set()
        await super().shutdown(sockets)


class TokenAuth:
    """Lets nothing through without the token, whatever path it asks for, and with it so many requests at once."""

    def __init__(self, app: ASGIApp, token: str, connections: Connections, retry_seconds: float) -> None:
        self.app = app
        self.wanted = f"Bearer {token}".encode()
        self.connections = connections
        self.retry_seconds = retry_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        if not hmac.compare_digest(given, self.wanted):
            error = DependencyMissing("remote_refused", "The token is missing or wrong.", "Set PYTOON_ENGINE_TOKEN.")
            await _problem(error, {"WWW-Authenticate": "Bearer"})(scope, receive, send)
            return
        with self.connections.authorised(scope) as admitted:
            if admitted:
                await self.app(scope, receive, send)
            else:
                busy = TransientError("remote_busy", "The engine has too many connections.", "Try again later.")
                await _problem(busy, _retry_after(self.retry_seconds))(scope, receive, send)


def _answer_errors(app: FastAPI, settings: ServerSettings) -> None:
    def typed(_: Request, error: Exception) -> Response:
        assert isinstance(error, PytoonError)
        if isinstance(error, WrongOffset):
            return _problem(error, {OFFSET: str(error.offset)})
        return _problem(error, _retry_after(settings.retry_seconds) if error.code == "remote_busy" else {})

    def wrong(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        places = ", ".join(str(one["loc"][-1]) for one in error.errors())
        return _problem(InvalidInput("wrong_request", f"The request is wrong in: {places}.", "See docs/engine.md."))

    def other(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _problem(
            InvalidInput("not_found", "There is nothing here.", "See docs/engine.md."), status=error.status_code
        )

    def system(_: Request, error: Exception) -> Response:
        assert isinstance(error, OSError)
        if error.errno in UNWRITABLE:
            return _problem(storage_unwritable(error))
        return _problem(
            InternalError("remote_broke", f"The server's disk failed: {error.strerror}.", "Look at its log.")
        )

    app.add_exception_handler(PytoonError, typed)
    app.add_exception_handler(RequestValidationError, wrong)
    app.add_exception_handler(HTTPException, other)
    app.add_exception_handler(OSError, system)
    # Nobody hears the answer.
    app.add_exception_handler(ClientDisconnect, lambda request, error: Response(status_code=400))


def _problem(error: PytoonError, headers: Mapping[str, str] | None = None, status: int | None = None) -> JSONResponse:
    code = status or HTTP_STATUS.get(error.code) or STATUS_BY_CATEGORY.get(error.category, 500)
    return JSONResponse(ErrorMessage.from_error(error).model_dump(), code, dict(headers or {}))


def _retry_after(seconds: float) -> dict[str, str]:
    return {"Retry-After": f"{seconds:.0f}"}


def _arrived(bytes_here: int, whole: bool) -> Response:
    return Response(status_code=204, headers={OFFSET: str(bytes_here), COMPLETE: YES if whole else NO})


def _order(body: bytes) -> RenderJob:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("order_unreadable", "The order is not JSON.", "See docs/engine.md.") from error
    if not isinstance(document, dict):
        raise InvalidInput("order_unreadable", "The order is not a JSON object.", "See docs/engine.md.")
    return validate(RenderJob, document, "Order", "order_unreadable")


async def _chunks(request: Request, settings: ServerSettings) -> AsyncIterator[bytes]:
    """The body as it comes. Raises ``TransientError`` when nothing comes for too long."""
    stream = request.stream()
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), settings.silence_seconds)
        except StopAsyncIteration:
            return
        except asyncio.TimeoutError:
            raise TransientError("too_slow", "Nothing came for too long.", "Send the rest again.") from None
        yield chunk


async def _lines(job: Job, heard: int, heartbeat: float, stopping: threading.Event) -> AsyncIterator[bytes]:
    """Events as JSON lines until the last one, or until the server stops; an empty client when nothing happens."""
    spoke = time.monotonic()
    while not stopping.is_set():
        for event in job.after(heard):
            yield event.json_line
            heard, spoke = event.n, time.monotonic()
            if event.last:
                return
        if time.monotonic() - spoke >= heartbeat:
            yield b"\n"
            spoke = time.monotonic()
        await asyncio.sleep(TICK_SECONDS)
