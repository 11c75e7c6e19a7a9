"""An OpenID Connect provider on loopback: discovery, PKCE, one-time codes, signed tokens; and what forgers send."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from pytoon_pipeline_tests.harness.serving import serving

CLIENT, SECRET = "pytoon-pages", "the secret of the client"
Claims = dict[str, Any]


def _plain(value: object) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass
class OidcProvider:
    """A provider that signs everybody in as ``person``. ``change`` may change the claims, ``sign`` signs them."""

    person: Claims = field(default_factory=lambda: {"sub": "1001", "name": "Kim", "groups": ["video", "all"]})
    change: Callable[[Claims], Claims] = lambda claims: claims
    keys: list[RSAKey] = field(default_factory=lambda: [RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})])
    url: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    redeemed: int = 0

    def sign(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.keys[-1].kid}, claims, self.keys[-1])

    @contextmanager
    def running(self) -> Iterator["OidcProvider"]:
        routes = [
            Route("/.well-known/openid-configuration", self._metadata),
            Route("/keys", self._published_keys),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
        ]
        with serving(Starlette(routes=routes)) as self.url:
            yield self

    async def _metadata(self, request: Request) -> Response:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": self.url, **{name: f"{self.url}/{at}" for name, at in places.items()}})

    async def _published_keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        known = request.headers.get("authorization") == f"Basic {basic}" and asked is not None
        if not known or asked is None or asked["code_challenge"] != proof.rstrip(b"=").decode():
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.redeemed += 1
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"], **self.person}
        token = {"access_token": "unused", "token_type": "Bearer", "id_token": self.sign(self.change(claims))}
        return JSONResponse(token)


def unsigned(claims: Claims) -> str:
    """A token that says that it needs no signature."""
    return f"{_plain({'alg': 'none', 'typ': 'JWT'})}.{_plain(claims)}."


def forged(claims: Claims, kid: str = "first") -> str:
    """A token signed by another key that calls itself the provider's."""
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, RSAKey.generate_key(2048))


def confused(provider: OidcProvider, claims: Claims) -> str:
    """A token for which the provider's public key is the shared secret."""
    key = provider.keys[-1]
    signed = f"{_plain({'alg': 'HS256', 'kid': key.kid})}.{_plain(claims)}"
    return f"{signed}.{_encoded(hmac.digest(key.as_pem(private=False), signed.encode(), 'sha256'))}"
