"""Errors as HTTP responses: a JSON body with code, message, hint and category, and the status that belongs to them."""

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from pytoon_pipeline.contracts.errors import UNWRITABLE, InternalError, InvalidInput, PytoonError, storage_unwritable
from pytoon_pipeline.engines.protocol import OFFSET, ErrorMessage
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.partial_files import WrongOffset

HTTP_STATUS = {
    "remote_refused": 401,
    "unknown_job": 404,
    "unknown_file": 404,
    "not_found": 404,
    "wrong_offset": 409,
    "job_too_large": 413,
    "file_too_long": 413,
    "wrong_hash": 422,
    "engine_unhealthy": 503,
    "remote_disk_full": 507,
    "store_not_writable": 507,
}
STATUS_BY_CATEGORY = {"invalid_input": 400, "transient": 503}


def error_response(
    error: PytoonError, headers: Mapping[str, str] | None = None, status: int | None = None
) -> JSONResponse:
    code = status or HTTP_STATUS.get(error.code) or STATUS_BY_CATEGORY.get(error.category, 500)
    return JSONResponse(ErrorMessage.from_error(error).model_dump(), code, dict(headers or {}))


def retry_after(seconds: float) -> dict[str, str]:
    """The header that tells a client when to retry."""
    return {"Retry-After": f"{seconds:.0f}"}


def add_error_handlers(app: FastAPI, settings: ServerSettings) -> None:
    """Makes ``app`` answer every error as JSON."""

    def typed(_: Request, error: Exception) -> Response:
        assert isinstance(error, PytoonError)
        if isinstance(error, WrongOffset):
            return error_response(error, {OFFSET: str(error.offset)})
        return error_response(error, retry_after(settings.retry_seconds) if error.code == "remote_busy" else {})

    def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        names = ", ".join(str(one["loc"][-1]) for one in error.errors())
        return error_response(
            InvalidInput("wrong_request", f"Invalid request parameters: {names}.", "See docs/engine.md.")
        )

    def not_found(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return error_response(
            InvalidInput("not_found", "This URL does not exist.", "See docs/engine.md."), status=error.status_code
        )

    def storage(_: Request, error: Exception) -> Response:
        assert isinstance(error, OSError)
        if error.errno in UNWRITABLE:
            return error_response(storage_unwritable(error))
        return error_response(
            InternalError("remote_broke", f"The server's storage failed: {error.strerror}.", "Check the server's log.")
        )

    app.add_exception_handler(PytoonError, typed)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, not_found)
    app.add_exception_handler(OSError, storage)
    # The client is gone; nothing reads this response.
    app.add_exception_handler(ClientDisconnect, lambda request, error: Response(status_code=400))
