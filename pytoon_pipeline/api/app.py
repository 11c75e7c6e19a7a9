"""The routes of the API, version 1."""

import asyncio
import json
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse

from pytoon_pipeline.api.auth import RequireToken
from pytoon_pipeline.api.problems import add_problem_handlers
from pytoon_pipeline.config.presets import brand_names, load_operations, load_platforms
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.platforms import Platform
from pytoon_pipeline.contracts.preset_results import PresetResult, PresetsResult
from pytoon_pipeline.contracts.renders import Problem, Render, RenderList, RenderRequest, UploadedFile
from pytoon_pipeline.contracts.schemas import DOCUMENTS, schema
from pytoon_pipeline.contracts.upload_states import UploadState
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.service import renders
from pytoon_pipeline.service.presets import describe_preset, list_presets
from pytoon_pipeline.service.retry import retry
from pytoon_pipeline.store.store import Store

# Bytes of a request as JSON and of an uploaded file; and the seconds in which the next bytes must arrive.
MAX_REQUEST, MAX_FILE = 2 << 20, 4 << 30
SILENCE_SECONDS = 30
PROBLEMS: dict[int | str, dict[str, Any]] = {"default": {"model": Problem, "description": "an error"}}


def application(home: Home, token: str) -> FastAPI:
    """The API of ``home`` as an ASGI application. Every request but ``/healthz`` needs ``token``."""
    app = FastAPI(
        title="Pytoon",
        version=version("pytoon-pipeline"),
        description="Renders short videos from photos, clips and text, and checks them.",
        openapi_url="/v1/openapi.json",
        docs_url="/v1/docs",
        redoc_url=None,
        responses=PROBLEMS,
    )
    app.add_middleware(RequireToken, token=token)
    add_problem_handlers(app)
    store = Store(home.store, home.work, load_operations().min_free_bytes)
    _add_health(app)
    _add_uploads(app, store)
    _add_renders(app, home, store)
    _add_files(app, home)
    _add_catalogue(app)
    return app


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    def health() -> dict[str, str]:
        return {"status": "healthy"}


def _add_uploads(app: FastAPI, store: Store) -> None:
    @app.post("/v1/uploads", status_code=201, openapi_extra=_body("application/octet-stream", {"format": "binary"}))
    async def upload(request: Request) -> UploadedFile:
        """Stores the body as a file. Its id is its SHA-256; sending it twice changes nothing."""
        with scratch_dir(store.work) as scratch:
            path, size = scratch / "upload", 0
            with path.open("wb") as file:
                async for chunk in _chunks(request, MAX_FILE):
                    size += len(chunk)
                    await asyncio.to_thread(file.write, chunk)
            if not size:
                raise InvalidInput(
                    "empty_file", "The body is empty.", "Send the content of a photo, clip or audio file."
                )
            stored = await asyncio.to_thread(store.adopt, path)
        return UploadedFile(id=stored.sha256, bytes=stored.bytes)


def _add_renders(app: FastAPI, home: Home, store: Store) -> None:
    @app.post("/v1/renders", status_code=202, openapi_extra=_body("application/json", _schema_of(RenderRequest)))
    async def submit(request: Request, response: Response) -> Render:
        """Queues a video. The same files and request are the same render, however often they are sent."""
        body = b"".join([chunk async for chunk in _chunks(request, MAX_REQUEST)])
        wanted = validate(RenderRequest, _document(body), "", "invalid_request")
        key, outcome = await asyncio.to_thread(renders.submit_render, home, store, wanted)
        response.headers["Location"] = f"/v1/renders/{key}"
        response.status_code = 200 if outcome == "known" else 202
        return await asyncio.to_thread(renders.render, home, key)

    @app.get("/v1/renders")
    def listing(
        status: UploadState | None = None,
        cursor: Annotated[str | None, Query(max_length=100)] = None,
        limit: Annotated[int, Query(ge=1, le=renders.MAX_PAGE)] = 50,
    ) -> RenderList:
        """Renders, the newest first."""
        return renders.renders(home, status, cursor, limit)

    @app.get("/v1/renders/{render}")
    def show(render: str) -> Render:
        """A render by its id or name."""
        return renders.render(home, render)

    @app.post("/v1/renders/{render}/retry", status_code=202)
    def again(render: str) -> Render:
        """Queues a failed or cancelled render again; finished stages are kept."""
        (key,) = retry(home, [render]).keys
        return renders.render(home, key)

    @app.post("/v1/renders/{render}/cancel")
    def cancel(render: str) -> Render:
        """Takes a waiting render out of the queue."""
        return renders.render(home, renders.cancel(home, render))


def _add_files(app: FastAPI, home: Home) -> None:
    @app.get("/v1/renders/{render}/files/{name}", response_class=FileResponse)
    def download(render: str, name: str) -> FileResponse:
        """A file of a finished video: the video itself, its thumbnail, captions or manifest. Takes ``Range``."""
        return FileResponse(renders.delivered_file(home, render, name), headers={"x-content-type-options": "nosniff"})


def _add_catalogue(app: FastAPI) -> None:
    @app.get("/v1/presets")
    def presets() -> PresetsResult:
        return list_presets()

    @app.get("/v1/presets/{name}")
    def preset(name: str) -> PresetResult:
        return describe_preset(name).model_copy(update={"file": ""})

    @app.get("/v1/brands")
    def brands() -> list[str]:
        return brand_names()

    @app.get("/v1/platforms")
    def platforms() -> list[Platform]:
        return list(load_platforms())

    @app.get("/v1/schemas/{name}")
    def schemas(name: str) -> JSONResponse:
        """The JSON Schema of a document, such as ``request``."""
        if name not in DOCUMENTS:
            raise InvalidInput("not_found", "There is no such schema.", f"The schemas are: {', '.join(DOCUMENTS)}.")
        return JSONResponse(schema(DOCUMENTS[name]))


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        hint = 'Send, for example: {"files": {"beach.jpg": "ID"}, "request": {"text": "Hello"}}'
        raise InvalidInput("invalid_request", "The body is not a JSON object.", hint)
    return document


async def _chunks(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises ``InvalidInput`` when it is too large, ``TransientError`` when it stops."""
    stream, size = request.stream(), 0
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), SILENCE_SECONDS)
        except StopAsyncIteration:
            return
        except asyncio.TimeoutError:
            raise TransientError("too_slow", "The body stopped arriving.", "Send the request again.") from None
        size += len(chunk)
        if size > most:
            message = f"The body has more than {most / 1e6:,.0f} MB."
            raise InvalidInput("body_too_large", message, "Send a smaller one.")
        yield chunk


def _schema_of(record: type[RenderRequest]) -> dict[str, Any]:
    return record.model_json_schema()


def _body(kind: str, found: dict[str, Any]) -> dict[str, Any]:
    """The body of a route that reads it as a stream, for the API's description."""
    return {"requestBody": {"required": True, "content": {kind: {"schema": {"type": "string"} | found}}}}
