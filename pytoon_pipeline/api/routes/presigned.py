"""Uploads that go to the object store directly, where the server has one."""

import asyncio

from fastapi import FastAPI, Request, Response

from pytoon_pipeline.api.access import WritesUploads
from pytoon_pipeline.api.bodies import document, document_of
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.renders import PresignedUpload, PresignRequest, UploadedFile
from pytoon_pipeline.service.presigned_uploads import PresignedUploads

PATH = "/v1/uploads/presigned"
EXAMPLE = '{"id": "SHA-256 OF THE FILE", "bytes": 1000}'


def add_presigned(app: FastAPI, service: ApiService) -> None:
    uploads = PresignedUploads(service.store)

    @app.post(PATH, status_code=201, openapi_extra=document(PresignRequest))
    async def announce(caller: WritesUploads, request: Request) -> PresignedUpload:
        """A URL of the object store that takes one file: the one with this SHA-256 and size."""
        wanted = await document_of(request, PresignRequest, EXAMPLE)
        made = await asyncio.to_thread(uploads.begin, service.of(caller), wanted)
        return PresignedUpload(
            url=made.upload.url, headers=made.upload.headers, expires=made.expires, complete=f"{PATH}/{made.name}"
        )

    @app.post(PATH + "/{transfer}", status_code=201)
    def complete(caller: WritesUploads, transfer: str) -> UploadedFile:
        """Checks what has arrived, and makes it an upload. Completing it again changes nothing."""
        stored = uploads.complete(service.of(caller), transfer)
        return UploadedFile(id=stored.sha256, bytes=stored.bytes)

    @app.delete(PATH + "/{transfer}", status_code=204)
    def end(caller: WritesUploads, transfer: str) -> Response:
        """Ends an upload and removes what has arrived. A complete one stays a file of yours."""
        uploads.end(service.of(caller), transfer)
        return Response(status_code=204)
