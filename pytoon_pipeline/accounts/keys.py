"""API keys: ``ptk_`` and 256 random bits. Only the SHA-256 is kept: so much chance needs no slow hash."""

import hashlib
import secrets
import time
from collections.abc import Sequence

import sqlalchemy as sa

from pytoon_pipeline.accounts import audit
from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import keys
from pytoon_pipeline.contracts.access import ROLES, ApiKey, Caller, Role, Scope
from pytoon_pipeline.contracts.audit import SYSTEM
from pytoon_pipeline.contracts.errors import InvalidInput

PREFIX = "ptk_"
# The last use of a key is recorded at most this often.
USE_RESOLUTION_SECONDS = 60
PUBLIC = [column for column in keys.c if column.name != "hash"]


class Keys:
    """The keys of all tenants."""

    def __init__(self, accounts: Accounts, by: str = SYSTEM) -> None:
        self._accounts, self._by = accounts, by

    def create(
        self, name: str, tenant: str, role: Role, scopes: Sequence[Scope] | None = None, expires: float | None = None
    ) -> tuple[ApiKey, str]:
        """A new key and its secret. ``scopes`` limit those of the role. Raises ``InvalidInput`` for others."""
        if beyond := sorted(set(scopes or ()) - set(ROLES[role])):
            raise InvalidInput(
                "scope_not_in_role",
                f"The role {role} does not have {', '.join(beyond)}.",
                f"Its scopes are: {', '.join(ROLES[role])}. Choose from these, or another role.",
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        key = f"key_{secrets.token_hex(6)}"
        row = {
            "id": key, "tenant": tenant, "name": name, "role": role,
            "scopes": list(scopes) if scopes else None, "hash": _hash(secret), "created": time.time(),
            "expires": expires,
        }  # fmt: skip
        with self._accounts.write() as connection:
            connection.execute(keys.insert().values(row))
            audit.append(connection, tenant, self._by, "key.created", key)
        return self.get(key), secret

    def get(self, key: str) -> ApiKey:
        """A key by its id. Raises ``InvalidInput`` for an unknown one."""
        with self._accounts.read() as connection:
            row = connection.execute(sa.select(*PUBLIC).where(keys.c.id == key)).first()
        if row is None:
            raise InvalidInput("unknown_key", f"There is no key “{key[:40]}”.", "See the keys: pytoon keys list")
        return _key(row)

    def all(self) -> tuple[ApiKey, ...]:
        """All keys, the newest first."""
        with self._accounts.read() as connection:
            return tuple(map(_key, connection.execute(sa.select(*PUBLIC).order_by(keys.c.created.desc()))))

    def revoke(self, key: str) -> ApiKey:
        """Ends the use of a key; one that is revoked stays so."""
        tenant, valid = self.get(key).tenant, (keys.c.id == key, keys.c.revoked.is_(None))
        with self._accounts.write() as connection:
            if connection.execute(keys.update().where(*valid).values(revoked=time.time())).rowcount:
                audit.append(connection, tenant, self._by, "key.revoked", key)
        return self.get(key)

    def caller(self, secret: str) -> Caller | None:
        """Who has this secret; none for one that is unknown, expired or revoked."""
        if not secret.startswith(PREFIX):
            return None
        now = time.time()
        with self._accounts.read() as connection:
            row = connection.execute(sa.select(*PUBLIC).where(keys.c.hash == _hash(secret))).first()
        if row is None or row.revoked is not None or (row.expires is not None and row.expires <= now):
            return None
        if now - (row.used or 0) >= USE_RESOLUTION_SECONDS:
            with self._accounts.write() as connection:
                connection.execute(keys.update().where(keys.c.id == row.id).values(used=now))
        found = _key(row)
        return Caller(key=found.id, tenant=found.tenant, role=found.role, scopes=found.scopes)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _key(row: sa.Row[tuple[object, ...]]) -> ApiKey:
    values = dict(row._mapping)
    limits = values.pop("scopes")
    return ApiKey.model_validate(
        {**values, "scopes": [one for one in ROLES[row.role] if limits is None or one in limits]}
    )
