"""What a list shows of every upload: one query, no records, and few imports."""

from collections.abc import Iterator
from typing import NamedTuple

from pytoon_pipeline.catalog.database import Database

QUERY = """
select uploads.key, uploads.name, uploads.title, uploads.registered, uploads.pending, uploads.stopped,
    versions.number, versions.state, versions.at, versions.video, versions.reason,
    failures.at, failures.code, failures.message, failures.hint, versions.degraded,
    case when uploads.key like '%-h__%' then {points} end
    {details}
from uploads
left join versions on versions.key = uploads.key and versions.current
left join failures on failures.key = uploads.key
"""
DETAILS = """,
    uploads.items, versions.released, versions.notes,
    (select count(*) from attempts where attempts.key = uploads.key and attempts.request = uploads.request),
    (select {joined} from (
        select record from attempts where attempts.key = uploads.key and attempts.request = uploads.request
        order by number
    ) as tried)
"""


class UploadRow(NamedTuple):
    """An upload with its current version and its failure; none where there is no such thing.

    ``degraded`` is JSON. ``points`` is the score of a highlight, 0 to 100. Rows with details also have ``items``,
    ``released`` and ``notes`` as JSON, and ``attempts`` as JSON objects with commas between them.
    """

    key: str
    name: str
    title: str
    registered: float
    pending: float | None
    stopped: float | None
    version: int | None
    state: str | None
    delivered: float | None
    video: str | None
    reason: str | None
    failed: float | None
    code: str | None
    message: str | None
    hint: str | None
    degraded: str | None
    points: float | None
    items: str | None = None
    released: str | None = None
    notes: str | None = None
    attempts_count: int | None = None
    attempts: str | None = None


# The uploads of one tenant that come after one of them in the list.
OF_TENANT = """
where uploads.tenant = :tenant and (:after is null or (uploads.registered, uploads.key) <
    (select registered, key from uploads where key = :after and tenant = :tenant))
order by uploads.registered desc, uploads.key desc
"""


def _query(database: Database, *, details: bool) -> str:
    sql = database.dialect
    points = sql.number_in("uploads.record", "request", "highlight", "score")
    joined = sql.joined("record")
    return QUERY.format(details=DETAILS.format(joined=joined) if details else "", points=points)


def all_rows(database: Database, *, details: bool) -> Iterator[UploadRow]:
    """All uploads, the newest first."""
    query = _query(database, details=details)
    with database.read() as opened:
        for row in opened.execute(f"{query} order by uploads.registered desc"):
            yield UploadRow(*row)


def tenant_rows(database: Database, tenant: str, after: str | None = None) -> Iterator[UploadRow]:
    """The uploads of a tenant, the newest first; those after the one with the key ``after``."""
    values = {"tenant": tenant, "after": after}
    with database.read() as opened:
        for row in opened.execute(_query(database, details=False) + OF_TENANT, values):
            yield UploadRow(*row)


def row_of(database: Database, key: str) -> UploadRow | None:
    """One upload, with details."""
    with database.read() as opened:
        found = opened.execute(f"{_query(database, details=True)} where uploads.key = ?", (key,)).fetchone()
    return UploadRow(*found) if found else None
