"""Signing in and out, and who the caller is."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from pytoon_pipeline.accounts.sessions import Sessions, SignIns, csrf_token
from pytoon_pipeline.accounts.users import Users
from pytoon_pipeline.api.access import ReadsCatalogue
from pytoon_pipeline.api.bodies import form_of
from pytoon_pipeline.api.cookies import SESSION, cookie, take
from pytoon_pipeline.api.oidc import Provider
from pytoon_pipeline.api.problems import status_of
from pytoon_pipeline.api.rate_limits import RateLimits
from pytoon_pipeline.api.routes.provider import add_provider
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.api.sign_in_page import sign_in_page
from pytoon_pipeline.api.signing_in import HOME_PAGE, Next, check_origin, count, local_path, signed_in
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError
from pytoon_pipeline.contracts.sign_in import SessionInfo

# How often somebody may try a name from one address within a minute.
TRIES = 10
LOCAL_SESSION_SECONDS = 12 * 3600.0


def add_sign_in(app: FastAPI, service: ApiService, provider: Provider | None) -> None:
    sessions, users = Sessions(service.accounts), Users(service.accounts)
    tries = RateLimits(TRIES)
    name = provider.settings.name if provider is not None else None

    @app.get("/sign-in", include_in_schema=False)
    def page(next: Next = HOME_PAGE) -> HTMLResponse:
        return sign_in_page(local_path(next), name)

    @app.post("/sign-in", include_in_schema=False)
    async def with_password(request: Request) -> Response:
        form = await form_of(request)
        after = local_path(form.get("next", HOME_PAGE))
        try:
            check_origin(request)
            count(tries, request, form.get("name", ""))
            user = await run_in_threadpool(users.with_password, form.get("name", ""), form.get("password", ""))
            if user is None:
                raise InvalidInput("sign_in_refused", "The name or the password is wrong.", "Try again.")
        except PytoonError as error:
            return sign_in_page(after, name, error.message, status_of(error))
        return await run_in_threadpool(signed_in, sessions, user, LOCAL_SESSION_SECONDS, after)

    if provider is not None:
        add_provider(app, provider, sessions, users, SignIns(service.accounts))

    @app.get("/v1/session")
    def session(caller: ReadsCatalogue, request: Request) -> SessionInfo:
        """Who calls. A page also gets the token that its changes need."""
        secret = cookie(request.scope["headers"], SESSION)
        token = csrf_token(secret) if secret and caller.name is not None else None
        return SessionInfo(
            id=caller.key, tenant=caller.tenant, role=caller.role, scopes=caller.scopes, name=caller.name,
            csrf_token=token,
        )  # fmt: skip

    @app.delete("/v1/session", status_code=204)
    def sign_out(caller: ReadsCatalogue, request: Request) -> Response:
        """Ends the session of a page. A key stays valid."""
        response = Response(status_code=204)
        if caller.name is not None:
            sessions.end(cookie(request.scope["headers"], SESSION) or "")
            take(response, SESSION)
        return response
