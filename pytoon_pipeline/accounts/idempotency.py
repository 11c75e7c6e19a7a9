"""Idempotency keys: a request that is sent again under its key has the answer of the first."""

import time

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import idempotency
from pytoon_pipeline.contracts.errors import InvalidInput

KEPT_SECONDS = 86400


class IdempotencyKeys:
    """The keys that a tenant has used within a day."""

    def __init__(self, accounts: Accounts, tenant: str) -> None:
        self._accounts, self._tenant = accounts, tenant

    def begin(self, key: str, digest: str) -> str | None:
        """Reserves ``key`` for the request with this ``digest``. Returns the render that it made before, if any.

        Raises ``InvalidInput`` when the key was used for another request.
        """
        now = time.time()
        row = {"tenant": self._tenant, "key": key, "digest": digest, "created": now}
        try:
            with self._accounts.write() as connection:
                connection.execute(idempotency.delete().where(idempotency.c.created < now - KEPT_SECONDS))
                connection.execute(idempotency.insert().values(row))
            return None
        except IntegrityError:
            with self._accounts.read() as connection:
                found = connection.execute(sa.select(idempotency).where(*self._is(key))).first()
        if found is not None and found.digest != digest:
            raise InvalidInput(
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request.",
                "Use a new key for each request, and the same one only to send a request again.",
            )
        return None if found is None else found.render

    def finish(self, key: str, render: str) -> None:
        """Records the render that the request has made."""
        with self._accounts.write() as connection:
            connection.execute(idempotency.update().where(*self._is(key)).values(render=render))

    def cancel(self, key: str) -> None:
        """Frees a key whose request was refused."""
        with self._accounts.write() as connection:
            connection.execute(idempotency.delete().where(*self._is(key), idempotency.c.render.is_(None)))

    def _is(self, key: str) -> tuple[sa.ColumnElement[bool], ...]:
        return idempotency.c.tenant == self._tenant, idempotency.c.key == key
