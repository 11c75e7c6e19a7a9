"""Errors as problem details (RFC 9457): ``application/problem+json`` with the code and hint of the error."""

from http import HTTPStatus
from math import ceil

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from pytoon_pipeline.contracts.errors import UNWRITABLE, InternalError, InvalidInput, PytoonError, storage_unwritable
from pytoon_pipeline.contracts.renders import Problem
from pytoon_pipeline.service.program_hints import program_hint

MEDIA_TYPE = "application/problem+json"
STATUS = {
    "token_missing": 401,
    "scope_missing": 403,
    "csrf_token_missing": 403,
    "sign_in_refused": 403,
    "not_let_in": 403,
    "other_tenant": 403,
    "link_refused": 403,
    "unknown_upload": 404,
    "unknown_file": 404,
    "unknown_preset": 404,
    "too_many_brands": 409,
    "file_in_brand": 409,
    "not_found": 404,
    "method_not_allowed": 405,
    "wrong_offset": 409,
    "store_not_s3": 409,
    "not_arrived": 409,
    "too_many_uploads": 409,
    "nothing_to_retry": 409,
    "nothing_to_cancel": 409,
    "not_held": 409,
    "held_damaged": 409,
    "unknown_webhook": 404,
    "unknown_delivery": 404,
    "too_many_webhooks": 409,
    "run_in_progress": 409,
    "too_slow": 408,
    "body_too_large": 413,
    "head_too_large": 431,
    "not_http": 400,
    "file_too_long": 413,
    "tus_version": 412,
    "tus_header": 400,
    "not_a_piece": 415,
    "wrong_checksum": 460,
    "too_many_requests": 429,
    "checks_busy": 429,
    "quota_renders_per_day": 429,
    "quota_seconds_per_day": 429,
    "quota_concurrent": 429,
    "quota_bytes_stored": 403,
    "store_not_writable": 507,
    "disk_full": 507,
}
# The statuses that only tus has.
PHRASES = {460: "Checksum Mismatch"}
STATUS_BY_CATEGORY = {"invalid_input": 422, "transient": 503, "dependency_missing": 503}
# Seconds after which a client may try again what failed for a passing reason.
RETRY_SECONDS = 10


def status_of(error: PytoonError) -> int:
    """The HTTP status of an error."""
    return STATUS.get(error.code) or STATUS_BY_CATEGORY.get(error.category, 500)


def problem_response(error: PytoonError, headers: dict[str, str] | None = None) -> Response:
    """The response for an error. Its type is the code, as a URN."""
    status = status_of(error)
    problem = Problem(
        type=f"urn:pytoon:error:{error.code}",
        title=PHRASES.get(status) or HTTPStatus(status).phrase,
        status=status,
        detail=error.message,
        code=error.code,
        hint=program_hint(error.code, error.hint),
        category=error.category,
        fields=error.fields,
    )
    wait = error.retry_seconds or (RETRY_SECONDS if status == 503 else None)
    more = {"Retry-After": str(ceil(wait))} if wait is not None else {}
    return Response(problem.model_dump_json(), status, {**more, **(headers or {})}, MEDIA_TYPE)


def add_problem_handlers(app: FastAPI) -> None:
    """Makes ``app`` answer every error as problem details."""

    def typed(_: Request, error: Exception) -> Response:
        assert isinstance(error, PytoonError)
        return problem_response(error)

    def parameters(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        names = ", ".join(sorted({str(one["loc"][-1])[:40] for one in error.errors()}))
        hint = "The API's description at /v1/openapi.json has the values that are possible."
        return problem_response(InvalidInput("wrong_parameters", f"These parameters are not valid: {names}.", hint))

    def unknown(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        hint = "The API's description is at /v1/openapi.json"
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            message = "This address does not take this method."
            return problem_response(InvalidInput("method_not_allowed", message, hint), dict(error.headers or {}))
        return problem_response(InvalidInput("not_found", "There is no such address.", hint))

    def storage(_: Request, error: Exception) -> Response:
        assert isinstance(error, OSError)
        if error.errno in UNWRITABLE:
            return problem_response(storage_unwritable(error))
        return problem_response(InternalError("internal", "The server's storage failed.", "See the server's log."))

    app.add_exception_handler(PytoonError, typed)
    app.add_exception_handler(RequestValidationError, parameters)
    app.add_exception_handler(HTTPException, unknown)
    app.add_exception_handler(OSError, storage)
    # The client is gone; nothing reads this response.
    app.add_exception_handler(ClientDisconnect, lambda request, error: Response(status_code=400))
