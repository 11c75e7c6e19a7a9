"""Bodies of requests: read as they arrive, within limits of size and time."""

import json
from collections.abc import AsyncIterator
from typing import Any, TypeVar
from urllib.parse import parse_qs

from fastapi import Request

from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.renders import MAX_UPLOAD
from pytoon_pipeline.runtime.http_input import arriving

# Bytes of a request as JSON, of an uploaded file, and of a form of a page; and the seconds in which the next bytes must
# arrive.
MAX_REQUEST, MAX_FILE, MAX_FORM = 2 << 20, MAX_UPLOAD, 16 << 10
SILENCE_SECONDS = 30

R = TypeVar("R", bound=Record)


def file_chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as the content of a file. Raises ``InvalidInput`` at once for one that says it is too large."""
    return _chunks(request, MAX_FILE)


async def document_of(request: Request, record: type[R], example: str) -> R:
    """The body as ``record``. Raises ``InvalidInput``, with an ``example`` of a right body as the hint."""
    return document_in(b"".join([chunk async for chunk in _chunks(request, MAX_REQUEST)]), record, example)


def document_in(body: bytes, record: type[R], example: str) -> R:
    """``document_of`` for a body that has arrived."""
    try:
        document = json.loads(body)
        # Halves of characters, which JSON can write, are text that no file or database holds.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InvalidInput("invalid_request", "The body is not a JSON object.", f"Send, for example: {example}")
    return validate(record, document, "", "invalid_request")


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form of a page."""
    body = b"".join([chunk async for chunk in _chunks(request, MAX_FORM)])
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _chunks(request: Request, most: int) -> AsyncIterator[bytes]:
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated[:20]) > most:
        raise InvalidInput("body_too_large", f"The body has more than {most / 1e6:,.0f} MB.", "Send a smaller one.")
    return arriving(request.stream(), SILENCE_SECONDS, most)


def described(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The body of a route that reads it as a stream, for the API's description."""
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}


def document(record: type[Record]) -> dict[str, Any]:
    """The body of a route that takes ``record`` as JSON, for the API's description."""
    return described("application/json", record.model_json_schema())
