"""What a list shows of every upload: one query, no records, and few imports."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pytoon_pipeline.catalog.database import Database

QUERY = """
select uploads.key, uploads.name, uploads.title, uploads.stopped,
    listed.state, listed.at,
    versions.number, versions.state, versions.video, versions.reason,
    failures.code, failures.message, failures.hint, versions.degraded,
    case when uploads.key like '%-h__%' then {points} end
    {details}
from {listed}
join uploads on uploads.key = listed.key
left join versions on versions.key = listed.key and versions.current
left join failures on failures.key = listed.key
"""
DETAILS = """,
    uploads.items, versions.released, versions.notes,
    (select count(*) from attempts where attempts.key = uploads.key and attempts.request = uploads.request),
    (select {joined} from (
        select record from attempts where attempts.key = uploads.key and attempts.request = uploads.request
        order by number
    ) as tried)
"""
# The most urgent uploads, of which the newest come first.
BY_URGENCY = "order by listed.urgent desc, listed.at desc, listed.key desc"
# A finished video whose later change failed is failed if its file is gone, which only the caller knows.
PAGE = f"""(
    select * from listed
    where :state is null or state = :state or (urgent and :state in ('failed', 'stopped'))
    {BY_URGENCY} limit :count offset :start
) as listed"""
# A list is read in pages, each larger than the one before: most people look at the first.
FIRST_PAGE, GROWTH = 20, 10


class UploadRow(NamedTuple):
    """An upload with its current version and its failure; none where there is no such thing.

    ``state`` is what the upload is if the file of its video exists, and ``at`` since when; ``delivered`` is the state
    of the version. ``degraded`` is JSON. ``points`` is the score of a highlight, 0 to 100. Rows with details also have
    ``items``, ``released`` and ``notes`` as JSON, and ``attempts`` as JSON objects with commas between them.
    """

    key: str
    name: str
    title: str
    stopped: float | None
    state: str
    at: float
    version: int | None
    delivered: str | None
    video: str | None
    reason: str | None
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


class Filter(NamedTuple):
    """Which uploads are wanted; none is all.

    ``state`` is what one may be shown as: only the files tell which are deleted. ``preset`` is what made the finished
    video, else what the request names, and ``brand`` what the request names. ``since`` and ``until`` are when it came,
    and ``file`` is the SHA-256 of a file of it.
    """

    state: str | None = None
    preset: str | None = None
    brand: str | None = None
    since: float | None = None
    until: float | None = None
    file: str | None = None


EVERY = Filter()
# The uploads of one tenant that come after one of them in the list.
OF_TENANT = """
where uploads.tenant = :tenant and (:after is null or (uploads.registered, uploads.key) <
    (select registered, key from uploads where key = :after and tenant = :tenant))
    and (:state is null or listed.state = :state or (listed.urgent and :state in ('failed', 'stopped'))
        or (:state = 'deleted' and versions.video is not null))
    and (:preset is null or coalesce({made_with}, {preset}) = :preset)
    and (:brand is null or {brand} in (:brand, :tenant || '/' || :brand))
    and (:since is null or uploads.registered >= :since) and (:until is null or uploads.registered < :until)
    and (:file is null or exists (select 1 from files where files.key = uploads.key and files.sha256 = :file))
order by uploads.registered desc, uploads.key desc
"""


def _query(database: Database, *, details: bool, listed: str = "listed") -> str:
    sql = database.dialect
    points = sql.number_in("uploads.record", "request", "highlight", "score")
    joined = sql.joined("record")
    return QUERY.format(details=DETAILS.format(joined=joined) if details else "", points=points, listed=listed)


def all_rows(database: Database, *, details: bool) -> Iterator[UploadRow]:
    """All uploads, the newest first."""
    query = _query(database, details=details)
    with database.read() as opened:
        for row in opened.execute(f"{query} order by uploads.registered desc"):
            yield UploadRow(*row)


def urgent_first(database: Database, state: str | None = None) -> Iterator[UploadRow]:
    """Uploads that need a person, then the others, of each the newest first: all, or those that may be in one state."""
    query = f"{_query(database, details=False, listed=PAGE)} {BY_URGENCY}"
    start, count = 0, FIRST_PAGE
    while True:
        with database.read() as opened:
            rows = opened.execute(query, {"state": state, "start": start, "count": count}).fetchall()
        yield from (UploadRow(*row) for row in rows)
        if len(rows) < count:
            return
        start, count = start + count, count * GROWTH


def count_states(database: Database) -> Counter[str]:
    """How many uploads are in each state, whether or not the files of their videos exist."""
    with database.read() as opened:
        return Counter(dict(opened.execute("select state, count(*) from listed group by state").fetchall()))


def tenant_rows(
    database: Database, tenant: str, after: str | None = None, wanted: Filter = EVERY
) -> Iterator[UploadRow]:
    """The uploads of a tenant, the newest first; those after the one with the key ``after``."""
    text_in = database.dialect.text_in
    of_tenant = OF_TENANT.format(
        made_with=text_in("versions.record", "preset"),
        preset=text_in("uploads.record", "request", "preset"),
        brand=text_in("uploads.record", "request", "brand"),
    )
    values = {"tenant": tenant, "after": after, **wanted._asdict()}
    with database.read() as opened:
        for row in opened.execute(_query(database, details=False) + of_tenant, values):
            yield UploadRow(*row)


def row_of(database: Database, key: str) -> UploadRow | None:
    """One upload, with details."""
    with database.read() as opened:
        found = opened.execute(f"{_query(database, details=True)} where uploads.key = ?", (key,)).fetchone()
    return UploadRow(*found) if found else None
