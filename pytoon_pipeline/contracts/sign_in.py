"""Signing in to pages: the provider of an organisation, who becomes what, and what a signed-in person is."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from pytoon_pipeline.contracts.access import DEFAULT_TENANT, Role, Scope, Tenant
from pytoon_pipeline.contracts.base import Record

LOOPBACK = ("http://127.0.0.1", "http://localhost", "http://[::1]")


def _secure(url: str) -> str:
    if not url.startswith(("https://", *LOOPBACK)):
        raise ValueError(
            "It does not begin with https://.", "Use the https address; only this machine itself may use http."
        )
    return url.rstrip("/")


SecureUrl = Annotated[str, AfterValidator(_secure), Field(description="a URL with https")]


class RoleRule(Record):
    """People whose ``claim`` is or contains ``value`` get ``role`` in ``tenant``."""

    claim: str = Field(min_length=1, description="the name of a claim, such as groups")
    value: str | bool = Field(description="what the claim is, or one of what it lists")
    role: Role
    tenant: Tenant = DEFAULT_TENANT


class SignInSettings(Record):
    """An OpenID Connect provider. The first of the ``roles`` that fits a person decides; nobody else is let in.

    ``public_url`` is the address of this API as browsers see it; the provider must allow
    ``public_url/sign-in/callback``.
    """

    issuer: SecureUrl
    client_id: str = Field(min_length=1)
    public_url: SecureUrl
    name: str = Field(default="your organisation", min_length=1, max_length=60, description="a name for people")
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    roles: tuple[RoleRule, ...] = Field(min_length=1)
    session_hours: float = Field(default=12, gt=0, le=720)

    def rule_for(self, claims: Mapping[str, Any]) -> RoleRule | None:
        """The rule that fits a person with these claims; none for one who is not let in."""
        return next((rule for rule in self.roles if rule.value in _values(claims, rule.claim)), None)


def _values(claims: Mapping[str, Any], name: str) -> Iterable[Any]:
    """The values of a claim. A name with dots, such as ``realm_access.roles``, may also mean claims inside others."""
    value: Any = claims
    for part in (name,) if name in claims else name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value if isinstance(value, list) else [value]


class User(Record):
    """A person who signs in: with a password that was made on the command line, or by a provider, ``issuer``.

    ``created`` and ``used`` are in seconds since the epoch.
    """

    id: str
    name: str
    tenant: Tenant
    role: Role
    issuer: str | None = None
    created: float
    used: float | None = None


class NewUserResult(Record):
    """A user who was added. ``password`` is shown this once; only a hash of it is kept."""

    user: User
    password: str


class UsersResult(Record):
    """The people who can sign in, the newest first."""

    users: tuple[User, ...]


class SessionInfo(Record):
    """Who calls, and what they may do. Of a page's session also the ``csrf_token``, which every request that changes
    something sends as ``X-CSRF-Token``.
    """

    id: str
    tenant: Tenant
    role: Role
    scopes: tuple[Scope, ...]
    name: str | None = None
    csrf_token: str | None = None
