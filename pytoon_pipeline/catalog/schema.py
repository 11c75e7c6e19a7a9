"""The tables of the catalog, and the steps that bring a database of an earlier version up to date.

Records are JSON in the column ``record``; what a query or a list needs stands in columns of its own. Times are seconds
since the epoch.
"""

import sqlite3

FIRST = (
    # ``pending`` (its video is still to be rendered), ``stopped`` (by a person) and ``archived`` (hidden from listings)
    # say since when; null when it is not so. ``request`` is the digest of the request and its files, ``items`` are ids
    # as a JSON array.
    """
    create table uploads (
        key text primary key, name text not null unique collate nocase, title text not null, request text not null,
        registered real not null, pending real, stopped real, archived real, items text not null, record text not null
    )
    """,
    "create index uploads_by_title on uploads (title)",
    "create index uploads_by_time on uploads (registered)",
    "create index pending_uploads on uploads (pending) where pending is not null",
    """
    create table files (
        key text not null references uploads, sha256 text not null, origin text not null
    )
    """,
    "create index files_by_key on files (key)",
    "create index files_by_origin on files (origin)",
    """
    create table failures (
        key text primary key, at real not null, code text not null, message text not null, hint text not null,
        category text not null, record text not null
    )
    """,
    """
    create table attempts (
        key text not null, request text not null, number integer not null, plan text not null,
        fallback integer not null, record text not null, primary key (key, request, plan, fallback)
    )
    """,
    # A version is reserved before its files are written; then ``state`` and what follows are null. ``reason`` says in
    # words why it is degraded or held; ``degraded``, ``released`` and ``notes`` are JSON.
    """
    create table versions (
        key text not null, number integer not null, request text not null, current integer not null default 0,
        state text, at real, video text, reason text, degraded text, released text, notes text,
        record text,
        primary key (key, number), unique (key, request)
    )
    """,
    "create unique index current_versions on versions (key) where current",
    "create table items (id text primary key, record text not null)",
    """
    create table inbox (
        name text primary key, etag text not null, since real not null, state text not null, key text, code text,
        message text, hint text
    ) without rowid
    """,
)
# Uploads of an earlier version belong to the first tenant.
TENANTS = (
    "alter table uploads add column tenant text not null default 'default'",
    "create index uploads_by_tenant on uploads (tenant, registered)",
    "create index files_by_content on files (sha256)",
)
# Events are recorded by the database, so that no change of state is without one. The time is in UTC.
_NOW = "(julianday('now') - 2440587.5) * 86400.0"


def _recorded(name: str, when: str, kind: str, key: str = "new.key", data: str = "'{}'") -> str:
    """A trigger that records an event about the upload ``key``."""
    return (
        f"create trigger {name} {when} begin insert into events (at, tenant, key, type, data) "
        f"select {_NOW}, tenant, key, {kind}, {data} from uploads where key = {key}; end"
    )


_ERROR = "json_object('code', new.code, 'message', new.message, 'hint', new.hint)"
EVENTS = (
    """
    create table events (
        seq integer primary key autoincrement, at real not null, tenant text not null, key text not null,
        type text not null, data text not null
    )
    """,
    "create index events_by_tenant on events (tenant, seq)",
    "create index events_by_key on events (key, seq)",
    "create index progress_by_time on events (at) where type = 'render.progress'",
    _recorded(
        "queued_events",
        "after update of pending on uploads when new.pending is not null and new.pending is not old.pending",
        "'render.queued'",
    ),
    _recorded(
        "stopped_events",
        "after update of stopped on uploads when new.stopped is not null and old.stopped is null",
        "'render.stopped'",
    ),
    _recorded("failed_events", "after insert on failures", "'render.failed'", data=_ERROR),
    _recorded(
        "delivered_events",
        "after update of state, at on versions when new.state is not null and new.current",
        "'render.' || new.state",
    ),
)
# ``alias`` is what the audit log calls an upload: a number by chance, which goes with the upload.
AUDIT = (
    """
    create table audit (
        seq integer primary key, at real not null, tenant text not null, actor text not null, action text not null,
        subject text not null, previous text not null, digest text not null
    )
    """,
    "create index audit_by_tenant on audit (tenant, seq)",
    "alter table uploads add column alias text",
    "update uploads set alias = lower(hex(randomblob(12)))",
    "create unique index uploads_by_alias on uploads (alias)",
    "create trigger aliases after insert on uploads begin "
    "update uploads set alias = lower(hex(randomblob(12))) where key = new.key and alias is null; end",
)
# ``delivering``: since when a run, which can no longer be cancelled, writes the files of the video for people.
DELIVERING = ("alter table uploads add column delivering real",)
# Each entry is the statements from one version of the schema to the next.
MIGRATIONS: tuple[tuple[str, ...], ...] = (FIRST, TENANTS, EVENTS, AUDIT, DELIVERING)


def version(database: sqlite3.Connection) -> int:
    """The version of the schema; 0 for an empty database."""
    (found,) = database.execute("pragma user_version").fetchone()
    return int(found)


def migrate(database: sqlite3.Connection) -> None:
    """Brings the tables up to date, within the transaction of the caller."""
    for statements in MIGRATIONS[version(database) :]:
        for statement in statements:
            database.execute(statement)
    database.execute(f"pragma user_version = {len(MIGRATIONS)}")
