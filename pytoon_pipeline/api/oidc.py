"""OpenID Connect Core 1.0: the authorization code flow with PKCE, at the provider of an organisation."""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, TransientError
from pytoon_pipeline.contracts.sign_in import SignInSettings

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

CALLBACK = "/sign-in/callback"
# Signatures by keys that only the provider has; neither “none” nor shared secrets.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
TIMEOUT_SECONDS, CLOCK_SKEW_SECONDS = 10, 60


@dataclass(frozen=True)
class Departure:
    """A sign-in that begins: where the browser goes, and what has to match when it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """The provider of ``settings``. What it publishes is fetched once; its keys again when it uses a new one."""

    def __init__(self, settings: SignInSettings, secret: str | None) -> None:
        self.settings, self._secret = settings, secret
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] | None = None
        self._keys: dict[str, Any] | None = None
        # Raised when the server starts, not when the first person signs in.
        self._client()

    def begin(self) -> Departure:
        """Where to send a browser. Raises ``TransientError`` when the provider does not answer."""
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        url, state = self._client().create_authorization_url(
            self._published()["authorization_endpoint"], nonce=nonce, code_verifier=verifier
        )
        return Departure(url, state, nonce, verifier)

    def claims(self, query: Mapping[str, str], nonce: str, verifier: str) -> dict[str, Any]:
        """What the provider says of the person who came back with ``query``.

        Raises ``InvalidInput`` for an answer or a token that is not the provider's for this sign-in.
        """
        published = self._published()
        # RFC 9207: an answer of another provider is not for this one.
        if "error" in query or query.get("iss", published["issuer"]) != published["issuer"]:
            raise refused("The provider did not sign you in.")
        token = self._redeemed(published["token_endpoint"], query.get("code", ""), verifier)
        return self._verified(token, nonce)

    def _client(self) -> "OAuth2Session":
        try:
            from authlib.integrations.requests_client import OAuth2Session
        except ModuleNotFoundError as error:
            hint = "Install it: pip install 'pytoon-pipeline[oidc]'"
            raise DependencyMissing("oidc_missing", "Authlib, with which people sign in, is missing.", hint) from error
        wanted = self.settings
        return OAuth2Session(
            wanted.client_id, self._secret, scope=" ".join(wanted.scopes), redirect_uri=wanted.public_url + CALLBACK,
            code_challenge_method="S256", default_timeout=TIMEOUT_SECONDS,
        )  # fmt: skip

    def _redeemed(self, endpoint: str, code: str, verifier: str) -> dict[str, Any]:
        from authlib.common.errors import AuthlibBaseError
        from requests import RequestException

        try:
            return dict(self._client().fetch_token(endpoint, code=code, code_verifier=verifier))
        except (AuthlibBaseError, ValueError) as error:
            raise refused("The provider did not accept the sign-in.") from error
        except RequestException as error:
            raise _silent() from error

    def _verified(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        issuer, client = self._published()["issuer"], self.settings.client_id
        try:
            decoded = self._decoded(str(token.get("id_token", "")))
            claims = CodeIDToken(
                decoded.claims, decoded.header,
                {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client}},
                {"nonce": nonce, "client_id": client, "access_token": token.get("access_token")},
            )  # fmt: skip
            claims.validate(leeway=CLOCK_SKEW_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise refused("The token of the provider is not valid.") from error
        return dict(claims)

    def _decoded(self, text: str) -> Any:
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError
        from joserfc.jwk import KeySet

        try:
            return jwt.decode(text, KeySet.import_key_set(self._signing_keys()), ALGORITHMS)  # type: ignore[arg-type]
        except InvalidKeyIdError:
            keys = KeySet.import_key_set(self._signing_keys(again=True))  # type: ignore[arg-type]
            return jwt.decode(text, keys, ALGORITHMS)

    def _published(self) -> dict[str, Any]:
        """The provider's metadata (OpenID Connect Discovery 1.0). Raises ``TransientError`` for those of another."""
        with self._lock:
            if self._metadata is None:
                found = self._fetched(f"{self.settings.issuer}/.well-known/openid-configuration")
                needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
                if str(found.get("issuer")).rstrip("/") != self.settings.issuer or not all(map(found.get, needed)):
                    raise _silent()
                self._metadata = found
            return self._metadata

    def _signing_keys(self, again: bool = False) -> dict[str, Any]:
        address = self._published()["jwks_uri"]
        with self._lock:
            if self._keys is None or again:
                self._keys = self._fetched(address)
            return self._keys

    def _fetched(self, url: str) -> dict[str, Any]:
        from requests import RequestException

        try:
            answer = self._client().get(url, withhold_token=True)
            answer.raise_for_status()
            return dict(answer.json())
        except (RequestException, ValueError, TypeError) as error:
            raise _silent() from error


def refused(message: str) -> InvalidInput:
    """The error for a person who was not signed in."""
    return InvalidInput("sign_in_refused", message, "Sign in again.")


def _silent() -> TransientError:
    hint = "Try again in a minute; the person who runs the server can check PYTOON_OIDC."
    return TransientError("provider_unavailable", "The provider for signing in does not answer.", hint)
