"""Renders: queue, watch, cancel, and the files of finished ones."""

import asyncio
from typing import Annotated

from fastapi import FastAPI, Header, Query, Request, Response
from fastapi.responses import FileResponse

from pytoon_pipeline.api.access import ReadsRenders, ReleasesRenders, WritesRenders
from pytoon_pipeline.api.bodies import document, document_of
from pytoon_pipeline.api.forms import EXAMPLE, FORM_BODY, render_request
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.catalog.listing import Filter
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.renders import (
    RegenerateRequest,
    ReleaseRequest,
    Render,
    RenderList,
    RenderRequest,
    RequestCheck,
    Sha256,
)
from pytoon_pipeline.contracts.upload_states import UploadState
from pytoon_pipeline.service import renders
from pytoon_pipeline.service.generation import regenerate_item
from pytoon_pipeline.service.release import release_render
from pytoon_pipeline.service.request_check import check_request

IdempotencyKey = Annotated[
    str | None, Header(min_length=1, max_length=255, description="names this request, to send it again safely")
]
Name = Annotated[str | None, Query(max_length=100)]
Moment = Annotated[float | None, Query(ge=0, allow_inf_nan=False, description="seconds since the epoch")]


def add_renders(app: FastAPI, service: ApiService) -> None:
    @app.post("/render", status_code=202, openapi_extra=FORM_BODY)
    @app.post("/v1/renders", status_code=202, openapi_extra=FORM_BODY)
    async def submit(
        caller: WritesRenders, request: Request, response: Response, idempotency_key: IdempotencyKey = None
    ) -> Render:
        """Queues a video. The same files and request are the same render, however often they are sent.

        As a form, files come with it: each is a part whose name is that of the file; ``render`` is the request.
        """
        at = service.of(caller)
        async with render_request(request, at.store.work) as (wanted, arrived):
            key, outcome = await asyncio.to_thread(renders.submit_once, at, wanted, idempotency_key, arrived)
        response.headers["Location"] = f"/v1/renders/{key}"
        response.status_code = 200 if outcome == "known" else 202
        return await asyncio.to_thread(renders.render, at, key)

    @app.post("/v1/renders/check", openapi_extra=document(RenderRequest))
    async def check(caller: WritesRenders, request: Request) -> RequestCheck:
        """What a request decides, such as each setting of its preset. Nothing is queued."""
        wanted = await document_of(request, RenderRequest, EXAMPLE)
        return await asyncio.to_thread(check_request, service.of(caller), wanted)

    @app.get("/v1/renders")
    def listing(
        caller: ReadsRenders,
        status: UploadState | None = None,
        preset: Name = None,
        brand: Name = None,
        since: Moment = None,
        until: Moment = None,
        upload: Sha256 | None = None,
        cursor: Annotated[str | None, Query(max_length=100)] = None,
        limit: Annotated[int, Query(ge=1, le=renders.MAX_PAGE)] = 50,
    ) -> RenderList:
        """Renders, the newest first: all, or those that were queued in a time, or have a preset, brand or upload."""
        wanted = Filter(status, preset, brand, since, until, upload)
        return renders.renders(service.of(caller), wanted, cursor, limit)

    @app.get("/render/{render}")
    @app.get("/v1/renders/{render}")
    def show(caller: ReadsRenders, render: str) -> Render:
        """A render by its id or name."""
        return renders.render(service.of(caller), render)

    @app.get("/v1/renders/{render}/qc")
    def checked(caller: ReadsRenders, render: str) -> QcReport:
        """What quality control measured of a finished video, its findings and score."""
        return renders.quality_report(service.of(caller), render)

    @app.post("/v1/renders/{render}/retry", status_code=202)
    def again(caller: WritesRenders, render: str) -> Render:
        """Queues a failed or cancelled render again; finished stages are kept."""
        at = service.of(caller)
        return renders.render(at, renders.retry(at, render))

    @app.post("/v1/renders/{render}/cancel")
    def cancel(caller: WritesRenders, render: str) -> Render:
        """Ends a render that waits or is in progress. Finished stages are kept, for a retry."""
        at = service.of(caller)
        return renders.render(at, renders.cancel(at, render, service.open_records))

    @app.post(
        "/v1/renders/{render}/items/{item}/regenerate", status_code=202, openapi_extra=document(RegenerateRequest)
    )
    async def regenerate(caller: WritesRenders, request: Request, render: str, item: str) -> Render:
        """Generates a picture that Pytoon has generated again, with another seed. The render is queued for it."""
        at = service.of(caller)
        key = await asyncio.to_thread(at.key, render)
        wanted = await document_of(request, RegenerateRequest, '{"reason": "The hand has six fingers."}')
        await asyncio.to_thread(regenerate_item, at, key, item, wanted.reason)
        return await asyncio.to_thread(renders.render, at, key)

    @app.get("/v1/renders/{render}/files/{name}", response_class=FileResponse)
    def download(caller: ReadsRenders, render: str, name: str) -> FileResponse:
        """A file of a finished video: the video itself, its thumbnail, captions or manifest. Takes ``Range``.

        Of a degraded video, the header ``X-Pytoon-Status`` and the name under which it is saved say so.
        """
        return sent(renders.delivered_file(service.of(caller), render, name))

    @app.get("/v1/renders/{render}/held/{name}", response_class=FileResponse)
    def look(caller: ReleasesRenders, render: str, name: str) -> FileResponse:
        """A file of a held video, for the person who decides about it. Takes ``Range``."""
        return sent(renders.delivered_file(service.of(caller), render, name, held=True))

    @app.post("/v1/renders/{render}/release", openapi_extra=document(ReleaseRequest))
    async def let_go(caller: ReleasesRenders, request: Request, render: str) -> Render:
        """Delivers a held video, as a person has decided who has seen it."""
        at = service.of(caller)
        key = await asyncio.to_thread(at.key, render)
        wanted = await document_of(request, ReleaseRequest, '{"reason": "I have seen it."}')
        await asyncio.to_thread(release_render, at, key, caller.name or caller.key, wanted.reason)
        return await asyncio.to_thread(renders.render, at, key)


def sent(file: renders.Download) -> FileResponse:
    """A file as the body of an answer; its name says when the video is degraded."""
    headers = {"x-content-type-options": "nosniff", "x-pytoon-status": file.state}
    return FileResponse(file.path, headers=headers, filename=file.name, content_disposition_type="inline")
