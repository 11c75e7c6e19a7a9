"""Which files each tenant has uploaded."""

import time

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import files
from pytoon_pipeline.contracts.artifact import StoredFile


class TenantFiles:
    """The files of one tenant. The same content may belong to several tenants, none of which learns of the others."""

    def __init__(self, accounts: Accounts, tenant: str) -> None:
        self._accounts, self._tenant = accounts, tenant

    def add(self, file: StoredFile) -> None:
        """Adds a file, unless the tenant has it."""
        row = {"tenant": self._tenant, "sha256": file.sha256, "bytes": file.bytes, "created": time.time()}
        if self.has(file.sha256):
            return
        try:
            with self._accounts.write() as connection:
                connection.execute(files.insert().values(row))
        except IntegrityError:
            # Another request has added it meanwhile.
            return

    def has(self, sha256: str) -> bool:
        """Whether the tenant has this file."""
        with self._accounts.read() as connection:
            return connection.execute(sa.select(files.c.sha256).where(*self._is(sha256))).first() is not None

    def remove(self, sha256: str) -> bool:
        """Forgets that the tenant has this file. Returns whether it had."""
        with self._accounts.write() as connection:
            return connection.execute(files.delete().where(*self._is(sha256))).rowcount > 0

    def is_shared(self, sha256: str) -> bool:
        """Whether any tenant has this file."""
        with self._accounts.read() as connection:
            return connection.execute(sa.select(files.c.sha256).where(files.c.sha256 == sha256)).first() is not None

    def _is(self, sha256: str) -> tuple[sa.ColumnElement[bool], ...]:
        return files.c.tenant == self._tenant, files.c.sha256 == sha256
