"""The page on which people sign in: a form, and the way to their provider. It needs no script."""

import base64
import hashlib
from html import escape
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 15vh auto; padding: 0 1rem; color: #1c1c1c }
h1 { font-size: 1.4rem } label { display: block; margin-top: 1rem } .wrong { color: #a40000 }
input, button, .button { font: inherit; width: 100%; padding: .5rem; box-sizing: border-box; border-radius: 6px }
input { border: 1px solid #888 } button, .button { margin-top: 1.2rem; border: 0; background: #12355b; color: #fff }
.button { display: block; text-align: center; text-decoration: none }
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def sign_in_page(next_path: str, provider: str | None, problem: str | None = None, status: int = 200) -> HTMLResponse:
    """The page. ``provider`` is the name of who else signs people in; ``problem`` says what went wrong before."""
    there = f"/sign-in/provider?{urlencode({'next': next_path})}"
    way = f'<a class="button" href="{escape(there)}">Sign in with {escape(provider)}</a>' if provider else ""
    wrong = f'<p class="wrong" role="alert">{escape(problem)}</p>' if problem else ""
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in – Pytoon</title><style>{STYLE}</style></head>
<body><h1>Pytoon</h1>{wrong}{way}
<form method="post" action="/sign-in"><input type="hidden" name="next" value="{escape(next_path)}">
<label>Name<input name="name" autocomplete="username" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button></form></body></html>
"""
    return HTMLResponse(page, status, HEADERS)
