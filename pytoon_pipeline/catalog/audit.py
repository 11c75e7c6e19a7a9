"""The audit log of the catalog. See ``contracts/audit.py``."""

from collections.abc import Iterator
from typing import Any

from pytoon_pipeline.catalog import clock
from pytoon_pipeline.catalog.connection import Connection
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.contracts.audit import Action, AuditLine, next_line

COLUMNS = "seq, at, audit.tenant, actor, action, subject, previous, digest"


def append(database: Connection, key: str, by: str | None, action: Action) -> None:
    """Adds a line about an upload, within the transaction of the caller. What nobody asked for has no line."""
    found = database.execute("select tenant, alias from uploads where key = ?", (key,)).fetchone()
    if by is None or found is None:
        return
    last = database.execute("select seq, at, digest from audit order by seq desc limit 1").fetchone()
    line = next_line(last, "catalog", clock.now(database), found[0], by, action, found[1])
    row = line.model_dump(exclude={"chain", "object"})
    database.execute(
        "insert into audit values (:seq, :at, :tenant, :actor, :action, :subject, :previous, :digest)", row
    )


def lines_of(database: Database, tenant: str, after: int, limit: int) -> list[AuditLine]:
    """The lines of a tenant after the one with the number ``after``."""
    query = (
        f"select {COLUMNS}, uploads.key from audit left join uploads on uploads.alias = subject "
        "where audit.tenant = ? and seq > ? order by seq limit ?"
    )
    with database.read() as opened:
        return [_line(*row) for row in opened.execute(query, (tenant, after, limit))]


def all_lines(database: Database) -> Iterator[AuditLine]:
    """The lines of all tenants, in order."""
    with database.read() as opened:
        for row in opened.execute(f"select {COLUMNS} from audit order by seq"):
            yield _line(*row)


def _line(*row: Any) -> AuditLine:
    names = ("seq", "at", "tenant", "actor", "action", "subject", "previous", "digest", "object")
    values: dict[str, Any] = dict(zip(names, row, strict=False))
    return AuditLine.model_construct(chain="catalog", **values)
