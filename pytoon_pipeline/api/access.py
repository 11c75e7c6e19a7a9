"""Who may call what. Middleware finds the caller before any route, also before those added later; each route states the
scope that it needs.

Programs send a key. Pages have the cookie of a session, which browsers send by themselves; so what changes something
needs the token of the session, too, which no other site knows.
"""

import hmac
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Protocol
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.accounts.sessions import csrf_token
from pytoon_pipeline.accounts.users import Users
from pytoon_pipeline.api.cookies import SESSION, cookie
from pytoon_pipeline.api.problems import problem_response
from pytoon_pipeline.api.rate_limits import Allowance, RateLimits
from pytoon_pipeline.contracts.access import DEFAULT_TENANT, SCOPES, Caller, Scope
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, PytoonError, TransientError
from pytoon_pipeline.runtime.http_input import bearer_token, same_token
from pytoon_pipeline.settings import Settings

# What a load balancer asks, which says nothing about the home, and the pages on which people sign in.
OPEN = ("/healthz", "/sign-in", "/sign-in/provider", "/sign-in/callback")
# Files by links whose signature is the permission.
LINKS = "/v1/links/"
LINK = f"{LINKS}{{render}}/{{name}}"
CSRF_HEADER = b"x-csrf-token"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
MIN_LENGTH = 16
# The caller that has the token of the environment.
OPERATOR = Caller(key="PYTOON_API_TOKEN", tenant=DEFAULT_TENANT, role="admin", scopes=SCOPES)


# Raises ``PytoonError`` for a caller who may not.
CheckCaller = Callable[[Caller], None]


class FindCaller(Protocol):
    """Who has a secret; none for one that is unknown, expired or revoked."""

    def __call__(self, secret: str) -> Caller | None: ...


def callers(keys: Keys, token: str | None) -> FindCaller:
    """Callers by their keys, and the one who has ``token``."""

    def find(secret: str) -> Caller | None:
        return OPERATOR if token and same_token(secret, token) else keys.caller(secret)

    return find


class Authenticate:
    """Refuses requests without a key or a session that is valid now."""

    def __init__(self, app: ASGIApp, find: FindCaller, of_session: FindCaller) -> None:
        self.app, self._find, self._of_session = app, find, of_session

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in OPEN:
            await self.app(scope, receive, send)
            return
        # PostgreSQL has no such text.
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            hint = "The API's description is at /v1/openapi.json"
            await problem_response(InvalidInput("not_found", "No address has the character U+0000.", hint))(
                scope, receive, send
            )
            return
        if scope["path"].startswith(LINKS):
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
            return
        try:
            caller = await self._caller(scope)
        except PytoonError as error:
            await problem_response(error)(scope, receive, send)
            return
        if caller is None:
            await problem_response(refused(), {"WWW-Authenticate": "Bearer"})(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["caller"] = caller

        async def with_limits(message: Message) -> None:
            if message["type"] == "http.response.start" and "allowance" in state:
                for name, value in state["allowance"].headers.items():
                    MutableHeaders(scope=message)[name] = value
            await send(message)

        await self.app(scope, receive, with_limits)

    async def _connect(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Lets a WebSocket in with its caller, or with none when it brings no key: then its first message has it.

        Browsers send cookies from pages of other sites too, so a session counts only on pages of this server.
        """
        headers = Headers(scope=scope)
        secret, session = bearer_token(scope["headers"]), cookie(scope["headers"], SESSION)
        caller = None
        if secret:
            caller = await run_in_threadpool(self._find, secret)
        elif session and urlsplit(headers.get("origin", "")).netloc == headers.get("host"):
            caller = await run_in_threadpool(self._of_session, session)
        if caller is None and (secret or session):
            await send({"type": "websocket.close", "code": 1008})
            return
        scope.setdefault("state", {}).update(caller=caller, find_caller=self._find)
        await self.app(scope, receive, send)

    async def _caller(self, scope: AsgiScope) -> Caller | None:
        """Who sends a request. Raises ``InvalidInput`` for a change by a session without its token."""
        if secret := bearer_token(scope["headers"]):
            return await run_in_threadpool(self._find, secret)
        secret = cookie(scope["headers"], SESSION)
        caller = await run_in_threadpool(self._of_session, secret) if secret else None
        if secret and caller is not None and scope["method"] not in SAFE_METHODS:
            check_csrf(scope["headers"], secret)
        return caller


def check_csrf(headers: Iterable[tuple[bytes, bytes]], session: str) -> None:
    """Raises ``InvalidInput`` for a request without the token of its session."""
    given = next((value for name, value in headers if name == CSRF_HEADER), b"")
    if not hmac.compare_digest(given, csrf_token(session).encode()):
        hint = "Send “csrf_token”, which GET /v1/session answers, as the header X-CSRF-Token."
        raise InvalidInput("csrf_token_missing", "The request does not have the token of its session.", hint)


class Needs:
    """A dependency of a route: the caller, who must have ``scope``."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(self, request: Request) -> Caller:
        caller: Caller = request.state.caller
        request.state.allowance = _allow(caller, self.scope, request, request.method)
        check_allowance(request.state.allowance)
        return caller


class NeedsLater:
    """A dependency of a WebSocket, whose caller may be known only after its first message: a check of the caller."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(self, connection: HTTPConnection) -> CheckCaller:
        return lambda caller: check_allowance(_allow(caller, self.scope, connection, "WEBSOCKET"))


def _allow(caller: Caller, scope: Scope, connection: HTTPConnection, method: str) -> Allowance:
    """Counts a request. Raises ``InvalidInput`` for a caller without ``scope``."""
    if scope not in caller.scopes:
        raise InvalidInput(
            "scope_missing",
            f"Your key does not have the scope {scope}.",
            "Use a key that has it, or ask the person who runs the server for one.",
        )
    limits: RateLimits = connection.app.state.limits
    return limits.hit(caller.key, method, connection.scope["route"].path)


def check_allowance(allowance: Allowance) -> None:
    """Raises ``TransientError`` for a request too many."""
    if not allowance.allowed:
        message = "This key has called this route too often within a minute."
        raise TransientError("too_many_requests", message, "Try again after the seconds in Retry-After.")


def _needs(scope: Scope) -> Any:
    return Depends(Needs(scope))


ReadsCatalogue = Annotated[Caller, _needs("catalogue:read")]
ReadsRendersLater = Annotated[CheckCaller, Depends(NeedsLater("renders:read"))]
ReadsRenders = Annotated[Caller, _needs("renders:read")]
WritesRenders = Annotated[Caller, _needs("renders:write")]
ManagesWebhooks = Annotated[Caller, _needs("webhooks:manage")]
ExportsTenant = Annotated[Caller, _needs("tenant:export")]
UsesDagster = Annotated[Caller, _needs("dagster:use")]
ReadsAudit = Annotated[Caller, _needs("audit:read")]
ReleasesRenders = Annotated[Caller, _needs("renders:release")]
WritesBrands = Annotated[Caller, _needs("brands:write")]
WritesUploads = Annotated[Caller, _needs("uploads:write")]


def scope_of(route: APIRoute | APIWebSocketRoute) -> Scope | None:
    """The scope that a route needs; none for one that states none."""
    stated = (one.call for one in route.dependant.dependencies)
    return next((call.scope for call in stated if isinstance(call, Needs | NeedsLater)), None)


def check_scopes(app: FastAPI) -> None:
    """Raises ``RuntimeError`` for a route that states no scope."""
    for route in app.routes:
        if (
            isinstance(route, APIRoute | APIWebSocketRoute)
            and route.path not in (*OPEN, LINK)
            and scope_of(route) is None
        ):
            raise RuntimeError(f"The route {route.path} states no scope.")


def refused() -> PytoonError:
    hint = "Send the header “Authorization: Bearer KEY” with a key that has not expired. People sign in at /sign-in"
    return InvalidInput("token_missing", "The key is missing, wrong, expired or revoked.", hint)


def api_token(accounts: Accounts) -> str | None:
    """The token of the environment, if any.

    Raises ``DependencyMissing`` when nobody could call the API: there is no token, key, user or provider. Raises
    ``InvalidInput`` for a short token.
    """
    settings = Settings.load()
    secret = settings.api_token
    token = secret.get_secret_value() if secret else None
    known = any(key.revoked is None for key in Keys(accounts).all()) or settings.oidc or Users(accounts).all()
    if token is None and not known:
        hint = "Create a key, which every program that uses the API sends: pytoon keys create NAME --role admin"
        raise DependencyMissing("api_token_missing", "There is no key for the API yet.", hint)
    if token is not None and len(token) < MIN_LENGTH:
        message = f"The token in PYTOON_API_TOKEN has {len(token)} characters; it needs at least {MIN_LENGTH}."
        hint = "Choose a longer one. Or use keys instead, type: unset PYTOON_API_TOKEN; pytoon keys create NAME"
        raise InvalidInput("api_token_short", message, hint)
    return token
