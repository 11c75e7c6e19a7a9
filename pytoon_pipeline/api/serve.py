"""The server process of the API."""

import uvicorn

from pytoon_pipeline.api.access import api_token
from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.connections import BoundedConnection
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.listening import listen
from pytoon_pipeline.runtime.public_network import PublicNetwork
from pytoon_pipeline.service.runner import OpenRunRecords

BACKLOG = 128
SHUTDOWN_SECONDS = 3
# Bytes of a message that a WebSocket receives.
MAX_MESSAGE = 16 << 10


def serve_api(
    home: Home, host: str, port: int, open_records: OpenRunRecords, network: PublicNetwork | None = None
) -> None:
    """Serves until the process is stopped. ``open_records`` opens what is recorded of runs; ``network`` is the one that
    webhooks and uploads by URL use, by default the public one.

    Raises ``DependencyMissing`` without a key, ``InvalidInput`` for a short token, and ``TransientError`` when the port
    cannot be used.
    """
    service = ApiService.open(home, network, open_records)
    app = application(service, api_token(service.accounts))
    with listen("The API", host, port, BACKLOG) as listener:
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False,
            http=BoundedConnection, ws="websockets-sansio", ws_max_size=MAX_MESSAGE, ws_per_message_deflate=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )  # fmt: skip
        with service.sender.running():
            uvicorn.Server(config).run(sockets=[listener])
