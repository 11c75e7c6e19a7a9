"""Authentication by token, as ASGI middleware."""

from starlette.types import ASGIApp, Receive, Scope, Send

from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError
from pytoon_pipeline.engines.server.connections import Connections
from pytoon_pipeline.engines.server.error_responses import error_response, retry_after
from pytoon_pipeline.runtime.http_input import bearer_token, same_token


class TokenAuth:
    """Rejects every request without the token, whatever its path, and limits the authenticated ones in progress."""

    def __init__(self, app: ASGIApp, token: str, connections: Connections, retry_seconds: float) -> None:
        self.app = app
        self.token = token
        self.connections = connections
        self.retry_seconds = retry_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not same_token(bearer_token(scope["headers"]), self.token):
            error = DependencyMissing("remote_refused", "The token is missing or wrong.", "Set PYTOON_ENGINE_TOKEN.")
            await error_response(error, {"WWW-Authenticate": "Bearer"})(scope, receive, send)
            return
        with self.connections.authorised(scope) as admitted:
            if admitted:
                await self.app(scope, receive, send)
            else:
                busy = TransientError("remote_busy", "The engine has too many connections.", "Try again later.")
                await error_response(busy, retry_after(self.retry_seconds))(scope, receive, send)
