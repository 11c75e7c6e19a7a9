"""HTTP from the client's side: what goes wrong is typed, what comes is checked."""

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
    JobStatus,
    NamedFile,
    RenderJob,
)
from pytoon_pipeline.store.fingerprint import canonical

# A server that is well says something every few seconds; hashing a large file may take longer.
READ_TIMEOUT_SECONDS, CONNECT_TIMEOUT_SECONDS = 60.0, 10.0

R = TypeVar("R", bound=Record)


class UploadProgress(NamedTuple):
    """Bytes of a file that the server has, and whether that is all of it, with the right hash."""

    offset: int
    complete: bool


class ConnectionLost(TransientError):
    """The connection cannot be had or broke: what was under way may go on from where it is."""


class Overloaded(TransientError):
    """The server has too much to do. It says when to come again: in ``after`` seconds."""

    def __init__(self, message: str, after: float) -> None:
        super().__init__("remote_busy", message, "Try again later, or let the server take more at once.")
        self.retry_after = after


class DeadlineExceeded(TransientError):
    """The time for all of it is over."""


class EngineClient:
    """Requests to the server at ``url``, none after ``until`` on the monotonic clock.

    All raise ``Dropped``, ``Busy``, ``DependencyMissing`` when the token is refused or no engine answers, and the
    server's
    own errors as what they are.
    """

    def __init__(self, url: str, token: str, until: float) -> None:
        with _http_errors():
            self._http = httpx.Client(
                base_url=f"{url.rstrip('/')}/v1/",
                headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"},
                timeout=httpx.Timeout(READ_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
            )
        self._until = until

    def __enter__(self) -> "EngineClient":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def submit(self, order: RenderJob) -> JobStatus:
        """Gives the order, and hears how it stands."""
        body, headers = canonical(order.model_dump(mode="json")), {"Content-Type": "application/json"}
        return _parse(JobStatus, self._answer("POST", "renders", content=body, headers=headers).content)

    def upload_progress(self, file: NamedFile) -> UploadProgress:
        """How much of the file the server has."""
        return _upload_progress(self._answer("HEAD", f"files/{file.sha256}"))

    def send_chunk(self, file: NamedFile, offset: int, chunk: bytes) -> UploadProgress:
        """Sends bytes of the file from ``offset`` on. It may have to go on elsewhere."""
        wanted = {"offset": offset, "total": file.bytes}
        return _upload_progress(self._answer("PATCH", f"files/{file.sha256}", params=wanted, content=chunk))

    def events(self, order: str, after: int) -> Iterator[Event | None]:
        """What happens to an order, after the ``after``-th event; none for every sign of life in between."""
        with self._stream("GET", f"renders/{order}/events", params={"after": after}) as response:
            for client in response.iter_lines():
                self._in_time()
                yield _parse(Event, client.encode()) if client else None

    def fetch(self, file: NamedFile, offset: int) -> Iterator[bytes]:
        """Bytes of a file from ``offset`` on."""
        with self._stream("GET", f"files/{file.sha256}", headers={"Range": f"bytes={offset}-"}) as response:
            if offset and response.headers.get("Content-Range", "").split("-")[0] != f"bytes {offset}":
                raise protocol_error("it does not go on in the middle of a file")
            for chunk in response.iter_bytes():
                self._in_time()
                yield chunk

    def _answer(self, method: str, path: str, **what: Any) -> httpx.Response:
        self._in_time()
        with _http_errors():
            response = self._http.request(method, path, **what)
        if response.status_code == httpx.codes.CONFLICT and OFFSET in response.headers:
            return response
        _raise_for_status(response)
        return response

    @contextmanager
    def _stream(self, method: str, path: str, **what: Any) -> Iterator[httpx.Response]:
        self._in_time()
        with _http_errors(), self._http.stream(method, path, **what) as response:
            if not response.is_success:
                response.read()
            _raise_for_status(response)
            yield response

    def _in_time(self) -> None:
        if time.monotonic() > self._until:
            raise DeadlineExceeded(
                "remote_late", "The remote engine took longer than the limit for this video.",
                "It may have too much to do. What it has rendered is found there when it is asked again.",
            )  # fmt: skip


@contextmanager
def _http_errors() -> Iterator[None]:
    try:
        yield
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise protocol_error("it is no address of a web server") from error
    except httpx.RequestError as error:
        raise ConnectionLost(
            "remote_unreachable", f"The remote engine cannot be reached: {str(error)[:200] or type(error).__name__}.",
            "See whether it runs, and whether PYTOON_ENGINE_URL is its address.",
        ) from error  # fmt: skip


def _raise_for_status(response: httpx.Response) -> None:
    """Raises what an answer other than success means."""
    status, problem = response.status_code, None
    if response.is_success:
        return
    with suppress(ValidationError):
        problem = ErrorMessage.model_validate_json(response.content).to_error()
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise DependencyMissing(
            "remote_refused", "The remote engine refuses the token.",
            "Set PYTOON_ENGINE_TOKEN to the same value on both machines.",
        )  # fmt: skip
    if status in (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS):
        raise _overloaded(response, problem)
    if status == httpx.codes.NOT_FOUND and (problem is not None or response.request.method == "HEAD"):
        raise ConnectionLost("remote_unreachable", "The remote engine was started anew.", "The order is given again.")
    if problem is not None:
        raise problem
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
        raise ConnectionLost(
            "remote_unreachable", f"The remote engine answers with status {status}.", "Look at its log."
        )
    raise protocol_error(f"it answers with status {status}")


def _overloaded(response: httpx.Response, problem: PytoonError | None) -> PytoonError:
    if problem is not None and problem.code != "remote_busy":
        return problem
    after = response.headers.get("Retry-After", "")
    message = problem.message if problem else "The remote engine has too much to do."
    return Overloaded(message, float(after) if after.isdecimal() else 0.0)


def _upload_progress(response: httpx.Response) -> UploadProgress:
    offset = response.headers.get(OFFSET, "")
    if not offset.isdecimal():
        raise protocol_error("it does not say how much of a file it has")
    return UploadProgress(int(offset), response.headers.get(COMPLETE) == YES)


def _parse(record: type[R], said: bytes) -> R:
    try:
        return record.model_validate_json(said)
    except ValidationError as error:
        raise protocol_error("its answer cannot be read") from error


def protocol_error(why: str) -> DependencyMissing:
    """The error for a server that is none, or of another version."""
    return DependencyMissing(
        "remote_not_an_engine", f"What PYTOON_ENGINE_URL names does not answer as this version of Pytoon does: {why}.",
        "Check the address, and use the same version of Pytoon on both machines.",
    )  # fmt: skip
