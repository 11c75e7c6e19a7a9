"""Signatures of links to files: whoever has a link needs no key until it expires."""

import hashlib
import hmac
import secrets

import sqlalchemy as sa

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import link_keys


class LinkSignatures:
    """The signatures of a tenant: HMAC-SHA-256 by a secret of its own."""

    def __init__(self, accounts: Accounts, tenant: str) -> None:
        self._accounts, self._tenant = accounts, tenant

    def of(self, render: str, file: str, expires: int) -> str:
        """The signature for a file of a render until ``expires``, in seconds since the epoch."""
        return _signature(self._secret() or self._new_secret(), render, file, expires)

    def valid(self, signature: str, render: str, file: str, expires: int) -> bool:
        """Whether the signature is this tenant's for exactly this file and time."""
        secret = self._secret()
        return secret is not None and hmac.compare_digest(signature, _signature(secret, render, file, expires))

    def _secret(self) -> str | None:
        with self._accounts.read() as connection:
            query = sa.select(link_keys.c.secret).where(link_keys.c.tenant == self._tenant)
            return connection.execute(query).scalar_one_or_none()

    def _new_secret(self) -> str:
        """A secret, unless another server has just made one."""
        statement = sa.text("insert into link_keys (tenant, secret) values (:tenant, :secret) on conflict do nothing")
        with self._accounts.write() as connection:
            connection.execute(statement, {"tenant": self._tenant, "secret": secrets.token_urlsafe(32)})
            query = sa.select(link_keys.c.secret).where(link_keys.c.tenant == self._tenant)
            return connection.execute(query).scalar_one()


def _signature(secret: str, render: str, file: str, expires: int) -> str:
    # No part has a line break, so no two links have the same text.
    return hmac.digest(secret.encode(), f"{render}\n{file}\n{expires}".encode(), hashlib.sha256).hex()
