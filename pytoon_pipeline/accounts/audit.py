"""The audit log of the accounts database. See ``contracts/audit.py``."""

import secrets
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.tables import audit, files
from pytoon_pipeline.contracts.audit import Action, AuditLine, next_line

# Any number that nothing else locks: PostgreSQL would let two transactions follow the same line.
APPENDING = 0x7079746F6F6F


def new_alias() -> str:
    """What the audit log calls an upload: a number by chance, which says nothing without the upload's own row."""
    return secrets.token_hex(12)


def append(connection: sa.Connection, tenant: str, by: str, action: Action, subject: str) -> None:
    """Adds a line, within the transaction of the caller."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(APPENDING)))
    latest = sa.select(audit.c.seq, audit.c.at, audit.c.digest).order_by(audit.c.seq.desc()).limit(1)
    last = connection.execute(latest).first()
    line = next_line(
        None if last is None else (last.seq, last.at, last.digest), "accounts", time.time(), tenant, by, action, subject
    )
    connection.execute(audit.insert().values(line.model_dump(exclude={"chain", "object"})))


def lines_of(accounts: Accounts, tenant: str, after: int, limit: int) -> list[AuditLine]:
    """The lines of a tenant after the one with the number ``after``."""
    query = sa.select(audit, files.c.sha256.label("object")).join(files, files.c.alias == audit.c.subject, isouter=True)
    wanted = query.where(audit.c.tenant == tenant, audit.c.seq > after).order_by(audit.c.seq).limit(limit)
    with accounts.read() as connection:
        return [_line(row) for row in connection.execute(wanted)]


def all_lines(accounts: Accounts) -> Iterator[AuditLine]:
    """The lines of all tenants, in order."""
    with accounts.read() as connection:
        for row in connection.execute(sa.select(audit).order_by(audit.c.seq)):
            yield _line(row)


def _line(row: sa.Row[Any]) -> AuditLine:
    return AuditLine.model_construct(chain="accounts", **row._mapping)
