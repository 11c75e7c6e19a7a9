"""The cookies of pages. ``__Host-`` keeps them to this host and to TLS; browsers treat this machine itself alike."""

from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response

SESSION, BROWSER = "__Host-pytoon-session", "__Host-pytoon-sign-in"


def cookie(headers: Iterable[tuple[bytes, bytes]], name: str) -> str | None:
    """The value of a cookie of a request; none without one."""
    for header, value in headers:
        if header == b"cookie":
            found: SimpleCookie = SimpleCookie()
            try:
                found.load(value.decode("latin-1"))
            except CookieError:
                continue
            if name in found:
                return found[name].value
    return None


def give(response: Response, name: str, value: str, seconds: float) -> None:
    """Sets a cookie that no script reads and that other sites cannot send with their own requests."""
    response.set_cookie(name, value, max_age=int(seconds), path="/", secure=True, httponly=True, samesite="lax")


def take(response: Response, name: str) -> None:
    """Deletes a cookie."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
