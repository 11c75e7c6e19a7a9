"""Uploads: files by their content."""

import asyncio
from pathlib import Path

from fastapi import FastAPI, Request

from pytoon_pipeline.api import bodies
from pytoon_pipeline.api.access import WritesUploads
from pytoon_pipeline.api.bodies import described, document, document_of, file_chunks
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.access import Caller
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.renders import UploadedFile, UrlUpload
from pytoon_pipeline.contracts.results import ForgetResult
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.service import tenant_files
from pytoon_pipeline.service.url_uploads import download

EXAMPLE = '{"url": "https://example.com/beach.jpg"}'
BODY = described("application/octet-stream", {"type": "string", "format": "binary"})


def add_uploads(app: FastAPI, service: ApiService) -> None:
    @app.post("/v1/uploads", status_code=201, openapi_extra=BODY)
    async def upload(caller: WritesUploads, request: Request) -> UploadedFile:
        """Stores the body as a file. Its id is its SHA-256; sending it twice changes nothing."""
        with scratch_dir(service.store.work) as scratch:
            path = scratch / "upload"
            with path.open("wb") as file:
                async for chunk in file_chunks(request):
                    await asyncio.to_thread(file.write, chunk)
            return await asyncio.to_thread(_kept, service, caller, path)

    @app.post("/v1/uploads/from-url", status_code=201, openapi_extra=document(UrlUpload))
    async def fetch(caller: WritesUploads, request: Request) -> UploadedFile:
        """Stores what a URL answers, as an upload. Only public addresses are used, also behind redirects."""
        wanted = await document_of(request, UrlUpload, EXAMPLE)

        def work() -> UploadedFile:
            with scratch_dir(service.store.work) as scratch:
                download(service.network, wanted.url, scratch / "upload", bodies.MAX_FILE)
                return _kept(service, caller, scratch / "upload")

        return await asyncio.to_thread(work)

    @app.delete("/v1/uploads/{upload}")
    def erase(caller: WritesUploads, upload: str) -> ForgetResult:
        """Erases a file with every render of yours that uses it, and all that is known of them. A run is cancelled."""
        return tenant_files.erase(service.of(caller), upload, service.open_records)


def _kept(service: ApiService, caller: Caller, path: Path) -> UploadedFile:
    if not path.stat().st_size:
        raise InvalidInput("empty_file", "The file is empty.", "Send the content of a photo, clip or audio file.")
    stored = service.of(caller).keep(path)
    return UploadedFile(id=stored.sha256, bytes=stored.bytes)
