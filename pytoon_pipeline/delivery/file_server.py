"""Serves the outbox over HTTP to the browsers of this machine: a page that lists the videos, and their files.

Players seek with range requests, which Starlette's ``FileResponse`` answers. Only what lies in the outbox is served: no
hidden files, and no links that lead out of it. Held videos are not in the outbox.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.delivery.gallery import page, page_number
from pytoon_pipeline.runtime.home import Home

HOST = "127.0.0.1"
# A page of another site must not read the outbox under a name of its own that leads to this machine.
HOSTS = ["127.0.0.1", "localhost"]
# Browsers show these instead of saving them.
SHOWN_AS_TEXT = (".srt", ".vtt")
HEADERS = {
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'",
}


class OutboxFiles(StaticFiles):
    """The files in the outbox, without hidden ones."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        if any(part.startswith(".") for part in path.split(os.sep)):
            return "", None
        return super().lookup_path(path)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if path.endswith(SHOWN_AS_TEXT):
            response.headers["content-type"] = "text/plain; charset=utf-8"
        response.headers.update(HEADERS)
        return response


def application(home: Home) -> Starlette:
    """The server of the outbox of ``home``."""

    async def index(request: Request) -> Response:
        number = page_number(request.query_params.getlist("page"))
        return HTMLResponse(await run_in_threadpool(page, home.outbox, number), headers=HEADERS)

    home.outbox.mkdir(parents=True, exist_ok=True)
    return Starlette(
        routes=[Route("/", index), Mount("/", OutboxFiles(directory=home.outbox))],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
        exception_handlers={HTTPException: _not_found},
    )


@contextmanager
def serving(home: Home, port: int) -> Iterator[str]:
    """Serves while the block runs; yields the URL. Port 0 chooses a free one.

    Raises ``TransientError`` when the port is in use.
    """
    with listen(port, "the videos", "--files-port") as listener:
        config = uvicorn.Config(application(home), log_config=None, access_log=False, ws="none", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            # Open downloads end with the process.
            server.should_exit = server.force_exit = True
            thread.join(timeout=5)


def listen(port: int, what: str, option: str) -> socket.socket:
    """A socket on a port of this machine only. The error says ``what`` it serves, and the ``option`` for the port."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise TransientError(
            "port_in_use",
            f"Port {port} for {what} cannot be used: {error.strerror}.",
            f"Stop the program that uses it, or choose another port with {option}.",
        ) from error


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "this handler is registered for HTTPException only"
    text = "<!doctype html><title>Not found</title><p>This file is not in the outbox. <a href='/'>All videos</a></p>"
    return HTMLResponse(text, error.status_code, headers=HEADERS)
