"""Which files each tenant has uploaded."""

import time

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pytoon_pipeline.accounts import audit
from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.quotas import check_room, lock
from pytoon_pipeline.accounts.tables import files
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.audit import SYSTEM


class TenantFiles:
    """The files of one tenant. The same content may belong to several tenants, none of which learns of the others."""

    def __init__(self, accounts: Accounts, tenant: str, by: str = SYSTEM) -> None:
        self._accounts, self._tenant, self._by = accounts, tenant, by

    def add(self, file: StoredFile) -> None:
        """Adds a file, unless the tenant has it. Raises ``InvalidInput`` when it has no room for it."""
        alias = audit.new_alias()
        row = {
            "tenant": self._tenant, "sha256": file.sha256, "bytes": file.bytes, "created": time.time(), "alias": alias,
        }  # fmt: skip
        if self.has(file.sha256):
            return
        try:
            with self._accounts.write() as connection:
                lock(connection, self._tenant)
                check_room(connection, self._tenant, file.bytes)
                connection.execute(files.insert().values(row))
                audit.append(connection, self._tenant, self._by, "upload.added", alias)
        except IntegrityError:
            # Another request has added it meanwhile.
            return

    def check_room(self, size: int) -> None:
        """Raises ``InvalidInput`` for an upload of ``size`` bytes that there is no room for, before it is stored."""
        with self._accounts.read() as connection:
            check_room(connection, self._tenant, size)

    def has(self, sha256: str) -> bool:
        """Whether the tenant has this file."""
        with self._accounts.read() as connection:
            return connection.execute(sa.select(files.c.sha256).where(*self._is(sha256))).first() is not None

    def remove(self, sha256: str) -> bool:
        """Forgets that the tenant has this file. Returns whether it had."""
        with self._accounts.write() as connection:
            row = connection.execute(sa.select(files.c.alias).where(*self._is(sha256))).first()
            if row is None:
                return False
            connection.execute(files.delete().where(*self._is(sha256)))
            audit.append(connection, self._tenant, self._by, "upload.erased", row.alias)
            return True

    def all(self) -> list[str]:
        """SHA-256 of all files, the oldest first."""
        query = sa.select(files.c.sha256).where(files.c.tenant == self._tenant).order_by(files.c.created)
        with self._accounts.read() as connection:
            return list(connection.execute(query).scalars())

    def _is(self, sha256: str) -> tuple[sa.ColumnElement[bool], ...]:
        return files.c.tenant == self._tenant, files.c.sha256 == sha256
