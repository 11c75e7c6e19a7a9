"""Requests for videos: a JSON document, or a form (``multipart/form-data``) that brings the files with it.

A form is read as it arrives, and its files go to the disk: of none is more than a piece in memory.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from pytoon_pipeline.api import bodies
from pytoon_pipeline.api.bodies import document_in, document_of, file_chunks
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.renders import RenderRequest
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.service.renders import Arrived, checked_name

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

KIND = "multipart/form-data"
# The part that is the request; all others are files.
DOCUMENT = "render"
MAX_FILES = 100
EXAMPLE = '{"files": {"beach.jpg": "ID"}, "request": {"text": "Hello"}}'
FORM_EXAMPLE = '{"title": "Summer", "request": {"text": "Hello"}}'
HINT = 'Send, for example: curl -F beach.jpg=@beach.jpg -F \'render={"request": {"text": "Hello"}}\''

_SCHEMA = RenderRequest.model_json_schema()
FORM_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _SCHEMA},
            KIND: {
                "schema": {
                    "type": "object",
                    "properties": {DOCUMENT: _SCHEMA},
                    "additionalProperties": {"type": "string", "format": "binary"},
                },
                "encoding": {DOCUMENT: {"contentType": "application/json"}},
            },
        },
    }
}


@asynccontextmanager
async def render_request(request: Request, work: Path) -> AsyncIterator[tuple[RenderRequest, Arrived]]:
    """What a request asks for, and the files that came with it. Those that are not moved end with the block.

    Raises ``InvalidInput`` for a body that is neither a right document nor a right form.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != KIND.encode():
        yield await document_of(request, RenderRequest, EXAMPLE), {}
        return
    with scratch_dir(work) as scratch:
        parts = await _received(request, options.get(b"boundary", b""), scratch)
        wanted = document_in(bytes(parts.document or b"{}"), RenderRequest, FORM_EXAMPLE)
        for name in parts.files.keys() & wanted.files.keys():
            raise _refused(f"The file “{name}” is both in “files” and a part of the form.", "Name it once.")
        files = {name: file.sha256 for name, file in parts.files.items()}
        if len(files) + len(wanted.files) > MAX_FILES:
            raise too_many()
        yield (
            wanted.model_copy(update={"files": {**wanted.files, **files}}),
            {file.sha256: file.path for file in parts.files.values()},
        )


async def _received(request: Request, boundary: bytes, folder: Path) -> "_Parts":
    """The parts of a form, its files in ``folder``. Raises ``InvalidInput`` and what ``file_chunks`` raises."""
    chunks, parts = file_chunks(request), _Parts(folder)
    with closing(parts):
        try:
            parser = MultipartParser(boundary, parts.callbacks)
            async for chunk in chunks:
                await asyncio.to_thread(parser.write, chunk)
        except FormParserError as error:
            raise _refused("The body is not a form as its Content-Type says.", HINT) from error
    if not parts.complete:
        raise _refused("The form has no end.", HINT)
    return parts


class _File:
    """A file as it arrives."""

    def __init__(self, path: Path) -> None:
        self.path, self._out, self._digest = path, path.open("wb"), hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)

    def close(self) -> None:
        self._out.close()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class _Parts:
    """The parts of a form as they arrive: the request in memory, files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.document: bytearray | None = None
        self.files: dict[str, _File] = {}
        self.complete = False
        self._folder = folder
        self._file: _File | None = None
        self._field, self._value, self._name = b"", b"", ""

    @property
    def callbacks(self) -> "MultipartCallbacks":
        """For the parser."""
        return {
            "on_part_begin": self._begin, "on_header_field": self._more_field, "on_header_value": self._more_value,
            "on_header_end": self._header, "on_headers_finished": self._open, "on_part_data": self._data,
            "on_part_end": self.close, "on_end": self._end,
        }  # fmt: skip

    def close(self) -> None:
        """Ends the part."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._field, self._value, self._name = b"", b"", ""

    def _more_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _more_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        if self._field.lower() == b"content-disposition":
            name = parse_options_header(self._value.decode("latin-1"))[1].get(b"name", b"")
            self._name = name.decode("utf-8", "replace")
        self._field, self._value = b"", b""

    def _open(self) -> None:
        if self._name == DOCUMENT and self.document is None:
            self.document = bytearray()
        elif self._name in (DOCUMENT, *self.files):
            raise _refused(f"The form has two parts “{printable_name(self._name)[:40]}”.", "Give each another name.")
        elif len(self.files) == MAX_FILES:
            raise too_many()
        else:
            name = checked_name(self._name)
            self._file = self.files[name] = _File(self._folder / str(len(self.files)))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
        elif self.document is not None:
            self.document += data[start:end]
            if len(self.document) > bodies.MAX_REQUEST:
                message = f"The part “{DOCUMENT}” has more than {bodies.MAX_REQUEST / 1e6:,.0f} MB."
                raise InvalidInput("body_too_large", message, "Send a smaller one.")

    def _end(self) -> None:
        self.complete = True


def too_many() -> InvalidInput:
    return _refused(f"A video has at most {MAX_FILES} files.", "Send fewer files.")


def _refused(message: str, hint: str) -> InvalidInput:
    return InvalidInput("invalid_form", message, hint)
