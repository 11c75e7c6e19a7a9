"""What both ways of signing in share."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Query, Request
from fastapi.responses import RedirectResponse

from pytoon_pipeline.accounts.sessions import Sessions
from pytoon_pipeline.api.cookies import SESSION, give
from pytoon_pipeline.api.rate_limits import RateLimits
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.sign_in import User

# A path of this host, and nothing that a browser takes for another one.
LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
HOME_PAGE = "/v1/session"
Next = Annotated[str, Query(max_length=2000)]


def local_path(path: str) -> str:
    """Where to go afterwards; the first page for anything that is not a path of this host."""
    return path if LOCAL_PATH.fullmatch(path) else HOME_PAGE


def check_origin(request: Request) -> None:
    """Raises ``InvalidInput`` for a form that another site sends, to sign somebody in as somebody else."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise InvalidInput("sign_in_refused", "The form is not this server’s.", "Open the page /sign-in here.")


def count(tries: RateLimits, request: Request, what: str) -> None:
    """Raises ``TransientError`` for an address that tries ``what`` too often."""
    address = request.client.host if request.client is not None else ""
    if not tries.hit(address, what[:200]).allowed:
        raise TransientError("too_many_requests", "Too many tries.", "Wait a minute, then try again.")


def signed_in(sessions: Sessions, user: User, seconds: float, after: str) -> RedirectResponse:
    """The answer to somebody who has signed in: a session, and the way to the page ``after``."""
    response = RedirectResponse(after, 303, {"Cache-Control": "no-store"})
    give(response, SESSION, sessions.begin(user, seconds), seconds)
    return response
