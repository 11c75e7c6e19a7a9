"""Resumable uploads by the protocol tus 1.0 (https://tus.io), which uploaders for pages speak: its core, and the
extensions creation, expiration, termination and checksum.
"""

import asyncio
import binascii
import re
from base64 import b64decode
from email.utils import formatdate
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pytoon_pipeline.api import bodies
from pytoon_pipeline.api.access import WritesUploads
from pytoon_pipeline.api.bodies import described, file_chunks
from pytoon_pipeline.api.problems import problem_response
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.service.resumable_uploads import Progress, ResumableUploads
from pytoon_pipeline.store.partial_files import PieceDigest

PATH = "/v1/uploads/resumable"
VERSION = "1.0.0"
# Algorithms of checksums: their names in tus are those of ``hashlib``.
ALGORITHMS = ("sha1", "sha256", "md5")
EXTENSIONS = "creation,expiration,termination,checksum"
PIECE = "application/offset+octet-stream"
# The id of the upload, once it is complete: what POST /v1/uploads would have answered.
FILE_ID = "Pytoon-Upload-Id"
MAX_METADATA = 4096
PAIR = re.compile(r"[!-+\--~]+( [A-Za-z0-9+/=]*)?")

Length = Annotated[str | None, Header(description="the size of the file in bytes")]
Offset = Annotated[str | None, Header(description="where the piece starts: how many bytes have arrived")]
Metadata = Annotated[str | None, Header(description="names with Base64 values, such as “filename YS5qcGc=”")]
Checksum = Annotated[str | None, Header(description="sha1, sha256 or md5, a space, and the digest in Base64")]
Kind = Annotated[str | None, Header(alias="content-type", include_in_schema=False)]
Method = Annotated[str | None, Header(alias="x-http-method-override", description="PATCH or DELETE")]
BODY = described(PIECE, {"type": "string", "format": "binary"})


class TusVersion:
    """Checks the version of the protocol that a request to these routes states, and states it in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            await self.app(scope, receive, send)
            return

        async def stating_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Tus-Resumable"], headers["Cache-Control"] = VERSION, "no-store"
            await send(message)

        if scope["method"] != "OPTIONS" and Headers(scope=scope).get("tus-resumable") != VERSION:
            error = InvalidInput("tus_version", "The request is not one of tus 1.0.", f"Send Tus-Resumable: {VERSION}")
            await problem_response(error, {"Tus-Version": VERSION})(scope, receive, stating_version)
            return
        await self.app(scope, receive, stating_version)


def add_resumable(app: FastAPI, service: ApiService) -> None:
    uploads = ResumableUploads(service.store)

    @app.options(PATH, status_code=204)
    def abilities(caller: WritesUploads) -> Response:
        """What the server can do of tus."""
        headers = {
            "Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(bodies.MAX_FILE),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }  # fmt: skip
        return Response(status_code=204, headers=headers)

    @app.post(PATH, status_code=201, response_class=Response)
    def begin(caller: WritesUploads, upload_length: Length = None, upload_metadata: Metadata = None) -> Response:
        """Begins an upload: its pieces go to the address in ``Location``."""
        at = service.of(caller)
        name = uploads.begin(at, _size(upload_length), _metadata(upload_metadata or ""))
        expires = _date(uploads.progress(at, name))
        return Response(status_code=201, headers={"Location": f"{PATH}/{name}", "Upload-Expires": expires})

    @app.head(PATH + "/{transfer}", response_class=Response)
    def look(caller: WritesUploads, transfer: str) -> Response:
        """How much has arrived, in ``Upload-Offset``; of a complete upload, its id in ``Pytoon-Upload-Id``."""
        found = uploads.progress(service.of(caller), transfer)
        more = {"Upload-Metadata": found.begun.metadata} if found.begun.metadata else {}
        return Response(headers={**_progress(found), **more, "Upload-Length": str(found.begun.bytes)})

    @app.patch(PATH + "/{transfer}", status_code=204, openapi_extra=BODY)
    async def receive(
        caller: WritesUploads,
        request: Request,
        transfer: str,
        upload_offset: Offset = None,
        upload_checksum: Checksum = None,
        content_type: Kind = None,
    ) -> Response:
        """Appends a piece. A piece without a checksum stays as far as it has come when the connection breaks."""
        if content_type != PIECE:
            raise InvalidInput("not_a_piece", "The body is not a piece of a file.", f"Send Content-Type: {PIECE}")
        offset, digest = _number("Upload-Offset", upload_offset), _digest(upload_checksum)
        pieces = file_chunks(request)
        return Response(
            status_code=204,
            headers=_progress(await uploads.receive(service.of(caller), transfer, offset, pieces, digest)),
        )

    @app.delete(PATH + "/{transfer}", status_code=204)
    def end(caller: WritesUploads, transfer: str) -> Response:
        """Ends an upload and removes what has arrived. A complete one stays a file of yours."""
        uploads.end(service.of(caller), transfer)
        return Response(status_code=204)

    @app.post(PATH + "/{transfer}", status_code=204, openapi_extra=BODY)
    async def overridden(
        caller: WritesUploads,
        request: Request,
        transfer: str,
        x_http_method_override: Method = None,
        upload_offset: Offset = None,
        upload_checksum: Checksum = None,
        content_type: Kind = None,
    ) -> Response:
        """PATCH or DELETE, for clients that can only POST."""
        if x_http_method_override == "DELETE":
            return await asyncio.to_thread(end, caller, transfer)
        if x_http_method_override == "PATCH":
            return await receive(caller, request, transfer, upload_offset, upload_checksum, content_type)
        raise InvalidInput("tus_header", "X-HTTP-Method-Override is not PATCH or DELETE.", "Send one of them.")


def _progress(found: Progress) -> dict[str, str]:
    more = {FILE_ID: found.begun.file.sha256} if found.begun.file else {"Upload-Expires": _date(found)}
    return {"Upload-Offset": str(found.offset), **more}


def _date(found: Progress) -> str:
    return formatdate(found.expires, usegmt=True)


def _size(text: str | None) -> int:
    size = _number("Upload-Length", text)
    if size > bodies.MAX_FILE:
        message = f"The file has more than {bodies.MAX_FILE / 1e6:,.0f} MB."
        raise InvalidInput("body_too_large", message, "Send a smaller one.")
    if not size:
        raise InvalidInput("empty_file", "The file is empty.", "Send the content of a photo, clip or audio file.")
    return size


def _number(name: str, text: str | None) -> int:
    if text is None or not re.fullmatch(r"[0-9]{1,18}", text):
        raise InvalidInput("tus_header", f"{name} is missing or no number.", f"Send, for example, {name}: 1000")
    return int(text)


def _metadata(text: str) -> str:
    """What a client sent as metadata, which HEAD answers. Raises ``InvalidInput``."""
    pairs = text.split(",") if text else []
    names = [pair.partition(" ")[0] for pair in pairs]
    valid = all(PAIR.fullmatch(pair) and _decoded(pair.partition(" ")[2]) is not None for pair in pairs)
    if len(text) > MAX_METADATA or not valid or len(set(names)) < len(names):
        hint = f"Send names with Base64 values, each once: “filename YS5qcGc=”. Up to {MAX_METADATA} characters."
        raise InvalidInput("tus_header", "Upload-Metadata cannot be read.", hint)
    return text


def _digest(text: str | None) -> PieceDigest | None:
    if text is None:
        return None
    name, _, value = text.partition(" ")
    if name not in ALGORITHMS or not (digest := _decoded(value)):
        hint = f"Send one of {', '.join(ALGORITHMS)}, a space, and the digest in Base64."
        raise InvalidInput("tus_header", "Upload-Checksum cannot be read.", hint)
    return PieceDigest(name, digest)


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except binascii.Error:
        return None
