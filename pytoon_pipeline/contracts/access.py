"""Who may do what over HTTP: scopes, roles, tenants, and the keys that have them."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from pytoon_pipeline.contracts.base import Record

Scope = Literal[
    "catalogue:read",
    "renders:read",
    "renders:write",
    "renders:release",
    "uploads:write",
    "brands:write",
    "webhooks:manage",
    "audit:read",
    "tenant:export",
    "dagster:use",
]
Role = Literal["viewer", "editor", "brand-manager", "operator", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
_VIEWER: tuple[Scope, ...] = ("catalogue:read", "renders:read")
_EDITOR: tuple[Scope, ...] = (*_VIEWER, "uploads:write", "renders:write")
ROLES: dict[Role, tuple[Scope, ...]] = {
    "viewer": _VIEWER,
    "editor": _EDITOR,
    "brand-manager": (*_EDITOR, "brands:write"),
    "operator": (*_EDITOR, "renders:release", "webhooks:manage", "dagster:use"),
    "admin": SCOPES,
}

# The tenant of everything that is made on the command line and from the inbox.
DEFAULT_TENANT = "default"
Tenant = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$", description="small letters, digits and hyphens")]


class Caller(Record):
    """Who sends a request: a key or a signed-in user, their tenant, and what they may do. ``name`` is the user's."""

    key: str
    name: str | None = None
    tenant: Tenant
    role: Role
    scopes: tuple[Scope, ...]


class ApiKey(Record):
    """A key of the HTTP API. Times are seconds since the epoch; ``expires`` is null for a key that does not expire.

    ``scopes`` are what the role allows, or the part of it that the key was limited to.
    """

    id: str
    name: str
    tenant: Tenant
    role: Role
    scopes: tuple[Scope, ...]
    created: float
    expires: float | None = None
    revoked: float | None = None
    used: float | None = None


class NewKeyResult(Record):
    """A key that was created. ``secret`` is shown this once; only a hash of it is kept."""

    key: ApiKey
    secret: str


class KeysResult(Record):
    """The keys of the HTTP API, the newest first."""

    keys: tuple[ApiKey, ...]
