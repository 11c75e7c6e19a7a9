"""Authentication by token, as ASGI middleware: it stands before every route, also before those added later."""

import hmac

from starlette.types import ASGIApp, Receive, Scope, Send

from pytoon_pipeline.api.problems import problem_response
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, PytoonError
from pytoon_pipeline.settings import Settings

# What a load balancer asks; it says nothing about the home.
OPEN = ("/healthz",)
MIN_LENGTH = 16


class RequireToken:
    """Refuses requests without the token. The comparison takes the same time for every wrong token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope.get("path") in OPEN:
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope.get("headers", ()) if name == b"authorization"), b"")
        if scope["type"] == "http" and hmac.compare_digest(given, self._expected):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await problem_response(_refused(), {"WWW-Authenticate": "Bearer"})(scope, receive, send)


def _refused() -> PytoonError:
    hint = "Send the header “Authorization: Bearer TOKEN” with the token of the server."
    return InvalidInput("token_missing", "The token is missing or wrong.", hint)


def api_token() -> str:
    """The token of this server. Raises ``DependencyMissing`` without one, and ``InvalidInput`` for a short one."""
    secret = Settings.load().api_token
    token = secret.get_secret_value() if secret else ""
    hint = "Choose a password that only its users know, and type it in: export PYTOON_API_TOKEN='…'"
    if not token:
        message = f"The API needs a token of at least {MIN_LENGTH} characters, which every program that uses it sends."
        raise DependencyMissing("api_token_missing", message, hint)
    if len(token) < MIN_LENGTH:
        message = f"The token in PYTOON_API_TOKEN has {len(token)} characters; it needs at least {MIN_LENGTH}."
        raise InvalidInput("api_token_short", message, hint)
    return token
