"""Signing in at the provider of an organisation: the way there and back."""

import secrets

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from pytoon_pipeline.accounts.sessions import SIGN_IN_SECONDS, Sessions, SignIns
from pytoon_pipeline.accounts.users import Users
from pytoon_pipeline.api.cookies import BROWSER, cookie, give, take
from pytoon_pipeline.api.oidc import CALLBACK, Provider, refused
from pytoon_pipeline.api.problems import status_of
from pytoon_pipeline.api.rate_limits import RateLimits
from pytoon_pipeline.api.sign_in_page import sign_in_page
from pytoon_pipeline.api.signing_in import HOME_PAGE, Next, count, local_path, signed_in
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError
from pytoon_pipeline.contracts.sign_in import SignInSettings, User
from pytoon_pipeline.runtime.files import printable_name

# How often one address may leave for the provider within a minute.
DEPARTURES = 30


def add_provider(app: FastAPI, provider: Provider, sessions: Sessions, users: Users, journeys: SignIns) -> None:
    """Adds the way to the provider and back."""
    settings, leaving = provider.settings, RateLimits(DEPARTURES)

    @app.get("/sign-in/provider", include_in_schema=False)
    def leave(request: Request, next: Next = HOME_PAGE) -> Response:
        after = local_path(next)
        try:
            count(leaving, request, "provider")
            journey = provider.begin()
        except PytoonError as error:
            return sign_in_page(after, settings.name, error.message, status_of(error))
        browser = secrets.token_urlsafe(24)
        journeys.begin(journey.state, browser, journey.nonce, journey.verifier, after)
        response = RedirectResponse(journey.url, 303, {"Cache-Control": "no-store"})
        give(response, BROWSER, browser, SIGN_IN_SECONDS)
        return response

    @app.get(CALLBACK, include_in_schema=False)
    def come_back(request: Request) -> Response:
        query = dict(request.query_params)
        browser = cookie(request.scope["headers"], BROWSER) or ""
        try:
            journey = journeys.finish(query.get("state", ""), browser)
            if journey is None:
                raise refused("This sign-in is over.")
            nonce, verifier, after = journey
            user = _user(users, settings, provider.claims(query, nonce, verifier))
        except PytoonError as error:
            response: Response = sign_in_page(HOME_PAGE, settings.name, error.message, status_of(error))
        else:
            response = signed_in(sessions, user, settings.session_hours * 3600, after)
        take(response, BROWSER)
        return response


def _user(users: Users, settings: SignInSettings, claims: dict[str, object]) -> User:
    """The user with these claims. Raises ``InvalidInput`` for somebody whom no rule lets in."""
    rule = settings.rule_for(claims)
    if rule is None:
        hint = "Ask the person who runs the server: a rule in PYTOON_OIDC gives people a role."
        raise InvalidInput("not_let_in", "You may not use this server.", hint)
    named = (claims.get(one) for one in ("name", "preferred_username", "email", "sub"))
    name = next(str(one) for one in named if one)
    return users.of_provider(settings.issuer, str(claims["sub"]), printable_name(name)[:100], rule.tenant, rule.role)
