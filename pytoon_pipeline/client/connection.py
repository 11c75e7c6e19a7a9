"""Requests to a server: what fails for a passing reason is sent again, and every refusal is a ``ServerError``."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from pydantic import ValidationError

from pytoon_pipeline.contracts.errors import PytoonError, TransientError
from pytoon_pipeline.contracts.renders import Problem

# How often a request is sent before its failure is raised, and the seconds before the second time; they double.
ATTEMPTS, PAUSE_SECONDS = 4, 0.5
# Statuses of a server that is busy or restarts.
PASSING = (429, 502, 503, 504)
# Seconds without a byte. Events have a heartbeat every 15 seconds.
TIMEOUT_SECONDS = 60.0


class ServerError(PytoonError):
    """The server's answer to a request that it refused: its ``status``, and the code and hint of the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code, problem.detail, problem.hint)
        self.status, self.category, self.fields = problem.status, problem.category, problem.fields


class Connection:
    """The server at ``url`` for the holder of ``key``. Every request may be sent twice: none of this API adds up."""

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx.Client(
            base_url=url.rstrip("/"), headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_SECONDS
        )

    def close(self) -> None:
        self._http.close()

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer to a request. Raises ``ServerError`` for a refusal, ``TransientError`` without an answer."""
        with self.stream(method, path, **options) as answer:
            answer.read()
        return answer

    @contextmanager
    def stream(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Iterator[httpx.Response]:
        """As ``send``; the body has not been read."""
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS
            try:
                request = self._http.build_request(method, path, headers=headers, **options)
                answer = self._http.send(request, stream=True)
            except httpx.TransportError as error:
                if last:
                    raise unreachable(str(self._http.base_url), error) from None
                time.sleep(_pause(attempt))
                continue
            if answer.status_code in PASSING and not last:
                answer.close()
                time.sleep(_pause(attempt, answer.headers.get("retry-after")))
                continue
            try:
                if answer.is_error:
                    raise ServerError(_problem(answer))
                yield answer
            finally:
                answer.close()
            return


def unreachable(url: str, error: Exception) -> TransientError:
    """The error for a server that does not answer."""
    return TransientError(
        "server_unreachable",
        f"The server at {url} does not answer: {str(error) or type(error).__name__}.",
        "Check its address, and that “pytoon serve” runs there.",
    )


def _pause(attempt: int, wished: str | None = None) -> float:
    """Seconds before the next attempt: what the server wishes, else twice as long each time."""
    return float(wished) if wished is not None and wished.isdecimal() else PAUSE_SECONDS * 2 ** (attempt - 1)


def _problem(answer: httpx.Response) -> Problem:
    """The problem details of a refusal. What stands before the server, such as a proxy, answers without them."""
    try:
        return Problem.model_validate_json(answer.read())
    except ValidationError:
        return Problem(
            type="about:blank",
            title=answer.reason_phrase,
            status=answer.status_code,
            detail=f"The server answered {answer.status_code} {answer.reason_phrase}.".replace(" .", "."),
            code="unexpected_answer",
            hint="Check the address: this is not the answer of Pytoon, but of what stands before it.",
            category="dependency_missing",
        )
