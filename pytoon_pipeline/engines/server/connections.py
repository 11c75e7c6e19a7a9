"""Limits on connections to the engine server: clients without the token cannot block clients with it.

A connection is *unauthenticated* until one of its requests carries the token. It is closed when that takes longer than
``header_seconds``, however many bytes arrive, and earlier when more than ``unauthenticated`` of them are open: the
oldest first. The same timeout applies between two requests with the token. All of this runs in the server's event loop,
so it needs no lock.
"""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.settings import ServerSettings

# Open files that the server needs besides connections: media, databases, pipes of encoders.
OTHER_FILES = 256

# A connection is identified by its two endpoints, as in the scope of a request.
Ends = tuple[Any, Any]


class Connections:
    """The open connections of one server, and the number of authenticated requests in progress."""

    def __init__(self, settings: ServerSettings) -> None:
        self.active = 0
        self._settings = settings
        self._open: dict[Ends, asyncio.Transport] = {}
        self._timers: dict[Ends, asyncio.TimerHandle] = {}
        # In the order of acceptance.
        self._unauthenticated: dict[Ends, None] = {}

    def opened(self, ends: Ends, transport: asyncio.Transport) -> None:
        """Records an accepted connection. Closes the oldest unauthenticated one when there are too many."""
        self._open[ends] = transport
        self._unauthenticated[ends] = None
        self._start_timer(ends)
        if len(self._unauthenticated) > self._settings.unauthenticated:
            self._close(next(iter(self._unauthenticated)))

    def closed(self, ends: Ends) -> None:
        """Records a closed connection."""
        self._cancel_timer(ends)
        self._open.pop(ends, None)
        self._unauthenticated.pop(ends, None)

    @contextmanager
    def authorised(self, scope: Scope) -> Iterator[bool]:
        """Counts an authenticated request while the block runs. Yields false when there are too many."""
        ends = (scope["client"], scope["server"])
        self._cancel_timer(ends)
        self._unauthenticated.pop(ends, None)
        self.active += 1
        try:
            yield self.active <= self._settings.connections
        finally:
            self.active -= 1
            if ends in self._open:
                self._start_timer(ends)

    def _start_timer(self, ends: Ends) -> None:
        self._cancel_timer(ends)
        loop = asyncio.get_running_loop()
        self._timers[ends] = loop.call_later(self._settings.header_seconds, self._close, ends)

    def _cancel_timer(self, ends: Ends) -> None:
        if timer := self._timers.pop(ends, None):
            timer.cancel()

    def _close(self, ends: Ends) -> None:
        transport = self._open[ends]
        if ends in self._unauthenticated:
            # A client that does not read must not keep the connection open.
            del self._unauthenticated[ends]
            transport.abort()
        else:
            transport.close()


def http_protocol(connections: Connections) -> type[asyncio.Protocol]:
    """uvicorn's HTTP protocol, which reports every connection to ``connections``."""

    class Watched(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            connections.opened((self.client, self.server), transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.closed((self.client, self.server))
            super().connection_lost(exc)

    return Watched


def ensure_open_files(settings: ServerSettings) -> None:
    """Raises this process's limit of open files to what its connections need.

    Raises ``InvalidInput`` when the system forbids it.
    """
    required = settings.connections + settings.unauthenticated + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY in (soft, hard) or soft >= required:
        return
    if hard < required:
        raise InvalidInput(
            "invalid_setting", f"The engine needs {required} open files, but the system allows only {hard}.",
            "Lower PYTOON_ENGINE_UNAUTHENTICATED or PYTOON_ENGINE_CONNECTIONS, or raise “ulimit -Hn”.",
        )  # fmt: skip
    resource.setrlimit(resource.RLIMIT_NOFILE, (required, hard))
