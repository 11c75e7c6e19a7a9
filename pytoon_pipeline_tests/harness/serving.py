"""A real HTTP server on loopback, in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from pytoon_pipeline.api.connections import BoundedConnection
from pytoon_pipeline.runtime.listening import listen


@contextmanager
def serving(app: Starlette, port: int = 0) -> Iterator[str]:
    """Serves ``app`` while the block runs; yields the URL. ``port`` 0 is any free one."""
    config = uvicorn.Config(app, log_config=None, http=BoundedConnection, ws="websockets-sansio", lifespan="off")
    server = uvicorn.Server(config)
    with listen("The test", "127.0.0.1", port, 16) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join(timeout=10)
