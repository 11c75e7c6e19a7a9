"""Takes renders out of what the API keeps for its callers: messages to webhooks and idempotency keys."""

from collections.abc import Collection
from pathlib import Path

import sqlalchemy as sa

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import admissions, deliveries, files, idempotency
from pytoon_pipeline.runtime.sqlite_files import purge


def erase_renders(accounts: Accounts, renders: Collection[str]) -> None:
    """Deletes the messages about ``renders``, sent or not, and the requests that made them."""
    with accounts.write() as connection:
        for table in (deliveries, idempotency):
            connection.execute(table.delete().where(table.c.render.in_(renders)))
        # What they used of the day stays used.
        erased = admissions.update().where(admissions.c.render.in_(renders))
        connection.execute(erased.values(render="", final=True, entering=False))


def owned_files(accounts: Accounts, tenant: str, but: Collection[str]) -> set[str]:
    """SHA-256 of the files that tenants have uploaded, without those in ``but`` that only this one has."""
    going = sa.and_(files.c.tenant == tenant, files.c.sha256.in_(but))
    with accounts.read() as connection:
        return set(connection.execute(sa.select(files.c.sha256).where(sa.not_(going)).distinct()).scalars())


def purge_deleted(accounts: Accounts) -> None:
    """Writes the tables anew, without the bytes of deleted rows. Raises ``TransientError`` while others use them."""
    engine = accounts.engine
    if engine.dialect.name == "sqlite" and engine.url.database is not None:
        purge(Path(engine.url.database))
    if engine.dialect.name == "postgresql":
        with accounts.maintain() as connection:
            for table in (deliveries, idempotency, admissions, files):
                connection.execute(sa.text(f"vacuum full {table.name}"))
