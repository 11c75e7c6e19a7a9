"""Connections of clients: what a client sends before its request is known is bounded in time and size.

The HTTP server waits without end for the rest of a request's head. Here a client that sends it too slowly, or too much
of it, is refused, and so is one that goes on sending after its answer. Bodies have limits of their own, in ``bodies``.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pytoon_pipeline.api.problems import problem_response
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError, TransientError

# The seconds in which the head of a request must be complete, and the most bytes that it may have.
HEAD_SECONDS, MAX_HEAD = 10, 64 << 10


class BoundedConnection(HttpToolsProtocol):
    """HTTP/1.1 with limits for the heads of requests."""

    _deadline: asyncio.TimerHandle | None = None
    _bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._await_head()
        super().data_received(data)
        if self._deadline is not None:
            self._bytes += len(data)
            if self._bytes > MAX_HEAD:
                message = f"The head of the request has more than {MAX_HEAD // 1024} kB."
                self._refuse(InvalidInput("head_too_large", message, "Send fewer and shorter header fields."))

    def on_headers_complete(self) -> None:
        self._end_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        hint = "Use a library for HTTP, such as the one of your programming language."
        self._refuse(InvalidInput("not_http", "The request is not one of HTTP/1.1.", hint))

    def _await_head(self) -> None:
        self._bytes = 0
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _end_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        message = f"The head of the request was not complete within {HEAD_SECONDS} seconds."
        self._refuse(TransientError("too_slow", message, "Send the request again."))

    def _refuse(self, error: PytoonError) -> None:
        """Answers without a request, and ends the connection."""
        self._end_waiting()
        if self.transport.is_closing():
            return
        response = problem_response(error, {"Connection": "close"})
        fields = b"".join(b"%s: %s\r\n" % field for field in response.raw_headers)
        self.transport.write(b"HTTP/1.1 %d Refused\r\n%s\r\n%s" % (response.status_code, fields, bytes(response.body)))
        self.transport.close()
