"""The keys of the HTTP API, for the people who run the server."""

import time
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.contracts.access import ROLES, SCOPES, KeysResult, NewKeyResult, Role, Scope, Tenant
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.suggestions import did_you_mean
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.home import Home

DAY = 86400
MAX_NAME = 100


def create_key(
    home: Home,
    name: str,
    role: str,
    tenant: str,
    by: str,
    scopes: Sequence[str] | None = None,
    days: float | None = None,
) -> NewKeyResult:
    """A new key, as ``by`` asks. Raises ``InvalidInput`` for a role, a tenant or scopes that do not exist."""
    chosen = role_named(role)
    check_tenant(tenant)
    if days is not None and not 0 < days < 36525:
        raise InvalidInput("key_days", "A key lasts more than 0 and less than 36,525 days.", "For example: --days 90")
    expires = None if days is None else time.time() + days * DAY
    limits = None if scopes is None else [_scope(one) for one in scopes]
    shown = printable_name(name)[:MAX_NAME] or "key"
    key, secret = Keys(Accounts.open(home), by).create(shown, tenant, chosen, limits, expires)
    return NewKeyResult(key=key, secret=secret)


def list_keys(home: Home) -> KeysResult:
    """All keys, the newest first."""
    return KeysResult(keys=Keys(Accounts.open(home)).all())


def revoke_key(home: Home, key: str, by: str) -> KeysResult:
    """Ends the use of a key, as ``by`` asks. Raises ``InvalidInput`` for an unknown one."""
    return KeysResult(keys=(Keys(Accounts.open(home), by).revoke(key),))


def check_tenant(name: str) -> None:
    """Raises ``InvalidInput`` for what cannot be the name of a tenant."""
    try:
        TypeAdapter(Tenant).validate_python(name)
    except ValidationError:
        hint = "Use up to 32 small letters, digits and hyphens, such as: acme"
        raise InvalidInput("tenant_name", f"“{printable_name(name)[:40]}” cannot be a tenant.", hint) from None


def role_named(name: str) -> Role:
    """A role by its name. Raises ``InvalidInput`` for an unknown one."""
    for role in ROLES:
        if role == name:
            return role
    hint = f"{did_you_mean(name, ROLES)}The roles are: {', '.join(ROLES)}."
    raise InvalidInput("unknown_role", f"There is no role “{printable_name(name)[:40]}”.", hint)


def _scope(name: str) -> Scope:
    for scope in SCOPES:
        if scope == name:
            return scope
    hint = f"{did_you_mean(name, SCOPES)}The scopes are: {', '.join(SCOPES)}."
    raise InvalidInput("unknown_scope", f"There is no scope “{printable_name(name)[:40]}”.", hint)
