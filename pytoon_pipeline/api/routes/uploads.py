"""Uploads: files by their content."""

import asyncio

from fastapi import FastAPI, Request, Response

from pytoon_pipeline.api.access import WritesUploads
from pytoon_pipeline.api.bodies import described, file_chunks
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.renders import UploadedFile
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.service import tenant_files

BODY = described("application/octet-stream", {"type": "string", "format": "binary"})


def add_uploads(app: FastAPI, service: ApiService) -> None:
    @app.post("/v1/uploads", status_code=201, openapi_extra=BODY)
    async def upload(caller: WritesUploads, request: Request) -> UploadedFile:
        """Stores the body as a file. Its id is its SHA-256; sending it twice changes nothing."""
        with scratch_dir(service.store.work) as scratch:
            path, size = scratch / "upload", 0
            with path.open("wb") as file:
                async for chunk in file_chunks(request):
                    size += len(chunk)
                    await asyncio.to_thread(file.write, chunk)
            if not size:
                raise InvalidInput(
                    "empty_file", "The body is empty.", "Send the content of a photo, clip or audio file."
                )
            stored = await asyncio.to_thread(tenant_files.keep, service.of(caller), path)
        return UploadedFile(id=stored.sha256, bytes=stored.bytes)

    @app.delete("/v1/uploads/{upload}", status_code=204)
    def remove(caller: WritesUploads, upload: str) -> Response:
        """Deletes a file that no render of yours uses."""
        tenant_files.remove(service.of(caller), upload)
        return Response(status_code=204)
