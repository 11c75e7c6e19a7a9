"""What the API keeps about a tenant, without secrets."""

from typing import Any

import sqlalchemy as sa

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import admissions, deliveries, files, idempotency, keys, quotas, users, webhooks

# Columns that are secrets, or that mean nothing outside.
LEFT_OUT = {"hash", "password", "secrets", "seen"}


def rows_of(accounts: Accounts, tenant: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of a tenant by table."""
    found = {}
    with accounts.read() as connection:
        for table in (keys, users, files, webhooks, deliveries, idempotency, quotas, admissions):
            columns = [column for column in table.c if column.name not in LEFT_OUT]
            rows = connection.execute(sa.select(*columns).where(table.c.tenant == tenant))
            found[table.name] = [dict(row._mapping) for row in rows]
    return found
