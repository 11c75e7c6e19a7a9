"""The HTTP client of a remote engine. It turns failures into typed errors and validates responses."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

import httpx
from pydantic import ValidationError

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError, TransientError
from pytoon_pipeline.engines.protocol import (
    COMPLETE,
    OFFSET,
    YES,
    ErrorMessage,
    Event,
    JobRequest,
    JobStatus,
    NamedFile,
)
from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.store.fingerprint import canonical

# A healthy server sends something every few seconds; hashing a large file may take longer.
READ_TIMEOUT_SECONDS, CONNECT_TIMEOUT_SECONDS = 60.0, 10.0

R = TypeVar("R", bound=Record)


class UploadProgress(NamedTuple):
    """Bytes of a file that the server has, and whether the file is complete and has the right hash."""

    offset: int
    complete: bool


class ConnectionLost(TransientError):
    """The server cannot be reached or the connection broke. Transfers can resume where they stopped."""


class Overloaded(TransientError):
    """The server is overloaded and asks clients to retry after ``retry_after`` seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__("remote_busy", message, "Try again later, or raise the limits of the server.")
        self.retry_after = retry_after


class DeadlineExceeded(TransientError):
    """The deadline of the whole job has passed."""


class EngineClient:
    """Requests to the server at ``url``. ``deadline`` is a time on the monotonic clock.

    All methods raise ``ConnectionLost``, ``Overloaded``, ``DeadlineExceeded``, ``DependencyMissing`` when the token is
    rejected or the server is not an engine of this version, and the server's own errors in their original class.
    """

    def __init__(self, url: str, token: str, deadline: float) -> None:
        with _http_errors():
            self._http = httpx.Client(
                base_url=f"{url.rstrip('/')}/v1/",
                headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"},
                timeout=httpx.Timeout(READ_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
            )
        self._deadline = deadline

    def __enter__(self) -> "EngineClient":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def submit(self, request: JobRequest) -> JobStatus:
        """Submits a job and returns its state. Submitting the same request again returns the same job."""
        body, headers = canonical(request.model_dump(mode="json")), {"Content-Type": "application/json"}
        return _parse(JobStatus, self._request("POST", "renders", content=body, headers=headers).content)

    def upload_progress(self, file: NamedFile) -> UploadProgress:
        """How much of a file the server has."""
        return _upload_progress(self._request("HEAD", f"files/{file.sha256}"))

    def send_chunk(self, file: NamedFile, offset: int, chunk: bytes) -> UploadProgress:
        """Sends bytes of a file from ``offset`` on. The returned offset may differ: continue there."""
        params = {"offset": offset, "total": file.bytes}
        return _upload_progress(self._request("PATCH", f"files/{file.sha256}", params=params, content=chunk))

    def events(self, job: str, after: int) -> Iterator[Event | None]:
        """The events of a job after event number ``after``; none for each heartbeat in between."""
        with self._stream("GET", f"renders/{job}/events", params={"after": after}) as response:
            for line in response.iter_lines():
                self._check_deadline()
                yield _parse(Event, line.encode()) if line else None

    def fetch(self, file: NamedFile, offset: int) -> Iterator[bytes]:
        """The bytes of a file from ``offset`` on."""
        with self._stream("GET", f"files/{file.sha256}", headers={"Range": f"bytes={offset}-"}) as response:
            if offset and response.headers.get("Content-Range", "").split("-")[0] != f"bytes {offset}":
                raise protocol_error("it ignored the requested byte range")
            for chunk in response.iter_bytes():
                self._check_deadline()
                yield chunk

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        self._check_deadline()
        with _http_errors():
            response = self._http.request(method, path, **options)
        if response.status_code == httpx.codes.CONFLICT and OFFSET in response.headers:
            return response
        _raise_for_status(response)
        return response

    @contextmanager
    def _stream(self, method: str, path: str, **options: Any) -> Iterator[httpx.Response]:
        self._check_deadline()
        with _http_errors(), self._http.stream(method, path, **options) as response:
            if not response.is_success:
                response.read()
            _raise_for_status(response)
            yield response

    def _check_deadline(self) -> None:
        stopping.check()
        if time.monotonic() > self._deadline:
            raise DeadlineExceeded(
                "remote_late", "The remote engine exceeded the time limit for this video.",
                "The server may be overloaded. The next attempt reuses the finished segments.",
            )  # fmt: skip


@contextmanager
def _http_errors() -> Iterator[None]:
    try:
        yield
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise protocol_error("the URL is not an HTTP address") from error
    except httpx.RequestError as error:
        raise ConnectionLost(
            "remote_unreachable", f"The remote engine cannot be reached: {str(error)[:200] or type(error).__name__}.",
            "Check that the server is running and that PYTOON_ENGINE_URL is its address.",
        ) from error  # fmt: skip


def _raise_for_status(response: httpx.Response) -> None:
    """Raises the error that an unsuccessful response stands for."""
    status, problem = response.status_code, None
    if response.is_success:
        return
    with suppress(ValidationError):
        problem = ErrorMessage.model_validate_json(response.content).to_error()
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise DependencyMissing(
            "remote_refused", "The remote engine rejected the token.",
            "Set PYTOON_ENGINE_TOKEN to the same value on both machines.",
        )  # fmt: skip
    if status in (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS):
        raise _overloaded(response, problem)
    if status == httpx.codes.NOT_FOUND and (problem is not None or response.request.method == "HEAD"):
        raise ConnectionLost(
            "remote_unreachable", "The remote engine has restarted.", "The job is submitted again automatically."
        )
    if problem is not None:
        raise problem
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
        raise ConnectionLost(
            "remote_unreachable", f"The remote engine responded with status {status}.", "Check the server's log."
        )
    raise protocol_error(f"it responded with status {status}")


def _overloaded(response: httpx.Response, problem: PytoonError | None) -> PytoonError:
    if problem is not None and problem.code != "remote_busy":
        return problem
    retry_after = response.headers.get("Retry-After", "")
    message = problem.message if problem else "The remote engine is overloaded."
    return Overloaded(message, float(retry_after) if retry_after.isdecimal() else 0.0)


def _upload_progress(response: httpx.Response) -> UploadProgress:
    offset = response.headers.get(OFFSET, "")
    if not offset.isdecimal():
        raise protocol_error("it did not report how much of a file has arrived")
    return UploadProgress(int(offset), response.headers.get(COMPLETE) == YES)


def _parse(record: type[R], body: bytes) -> R:
    try:
        return record.model_validate_json(body)
    except ValidationError as error:
        raise protocol_error("its response is not valid") from error


def protocol_error(reason: str) -> DependencyMissing:
    """The error for a server that is not an engine, or of another version."""
    return DependencyMissing(
        "remote_not_an_engine",
        f"The server at PYTOON_ENGINE_URL is not a compatible Pytoon engine: {reason}.",
        "Check the address, and use the same version of Pytoon on both machines.",
    )
