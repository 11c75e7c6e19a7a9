"""The server process: token, socket, garbage collection and shutdown."""

import logging
import socket
import threading
import time

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.contracts.suggestions import one_hint
from pytoon_pipeline.engines.server.app import application
from pytoon_pipeline.engines.server.connections import ensure_open_files, http_protocol
from pytoon_pipeline.rendering.stages import SEGMENT, THUMBNAIL
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.listening import listen
from pytoon_pipeline.settings import ServerSettings, Settings
from pytoon_pipeline.store.retention import Rules, sweep
from pytoon_pipeline.store.store import Store

PORT = 8970
MIN_TOKEN_LENGTH = 16
# Seconds that a stopping server waits for open connections.
SHUTDOWN_SECONDS = 3
# Length of the system's queue of connections that are not accepted yet. It is less than the limit of unauthenticated
# connections: those accepted together are all read before one of them is closed as the oldest.
BACKLOG = 128
# Stages whose results are stored here only for clients, and the seconds between two garbage collections.
SERVED_STAGES, COLLECTION_SECONDS = frozenset((SEGMENT.name, THUMBNAIL.name)), 6 * 3600.0

log = logging.getLogger("pytoon.engine")


def serve(home: Home, host: str = "127.0.0.1", port: int = PORT) -> None:
    """Serves until the process is stopped. The token and the limits come from the settings.

    Raises ``DependencyMissing`` without a token, ``InvalidInput`` for a short token or invalid settings, and
    ``TransientError`` when it cannot listen on the port.
    """
    token, settings = _token(Settings.load().engine_token), ServerSettings.load()
    store = Store(home.store, home.work)
    app = application(store, token, settings)
    ensure_open_files(settings)
    with listen("The engine", host, port, BACKLOG) as listener:
        threading.Thread(target=_collect_garbage, args=(home, store), daemon=True).start()
        log.info("listening", extra={"event": "engine", "host": host, "port": listener.getsockname()[1]})
        EngineServer(app).run(sockets=[listener])


class EngineServer(uvicorn.Server):
    """Serves ``app`` and watches its connections. It ends event streams before it waits for open connections."""

    def __init__(self, app: FastAPI, shutdown_seconds: int = SHUTDOWN_SECONDS) -> None:
        # Connections are identified by their real endpoints, so proxy headers are ignored.
        config = uvicorn.Config(
            app,
            http=http_protocol(app.state.connections),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=shutdown_seconds,
        )
        super().__init__(config)
        self.app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.app.state.stopping.set()
        await super().shutdown(sockets)


def _collect_garbage(home: Home, store: Store) -> None:
    """Repeatedly removes results that were not used lately. A pipeline in the same home keeps its own files."""
    while True:
        limits = load_operations()
        rules = Rules(limits.retention_days, limits.retention_bytes, limits.retention_grace_seconds, SERVED_STAGES)
        report = sweep(store, rules, Uploads(home).files(), None, time.time())
        log.info("garbage collected", extra={"event": "garbage_collected", "bytes": report.bytes_freed})
        time.sleep(COLLECTION_SECONDS)


def _token(secret: SecretStr | None) -> str:
    token = secret.get_secret_value() if secret else ""
    # The example is too short for a token, so that it is not used as it stands.
    example = one_hint(
        "type it in place of YOUR-PASSWORD: export PYTOON_ENGINE_TOKEN='YOUR-PASSWORD'", "Then run the command again."
    )
    if not token:
        message = (
            f"The engine needs a token: a password of at least {MIN_TOKEN_LENGTH} characters, which every program that "
            "uses the engine must have too."
        )
        raise DependencyMissing("engine_token_missing", message, f"Choose one, and {example}")
    if len(token) < MIN_TOKEN_LENGTH:
        count = "1 character" if len(token) == 1 else f"{len(token)} characters"
        message = f"The token in PYTOON_ENGINE_TOKEN has {count}; it needs at least {MIN_TOKEN_LENGTH}."
        raise InvalidInput("engine_token_short", message, f"Choose a longer one, and {example}")
    return token
