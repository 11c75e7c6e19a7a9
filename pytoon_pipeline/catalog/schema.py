"""The tables of the catalog, and the steps that bring a database of an earlier version up to date.

Records are JSON in the column ``record``; what a query or a list needs stands in columns of its own. Times are seconds
since the epoch.
"""

from collections.abc import Callable

from pytoon_pipeline.catalog.dialects import Dialect


def _first(sql: Dialect) -> tuple[str, ...]:
    text, time = sql.text, "double precision"
    return (
        # ``pending`` (its video is still to be rendered), ``stopped`` (by a person) and ``archived`` (hidden from
        # listings) say since when; null when it is not so. ``request`` is the digest of the request and its files,
        # ``items`` are ids as a JSON array.
        f"""
        create table uploads (
            key {text} primary key, name {sql.name}, title {text} not null, request {text} not null,
            registered {time} not null, pending {time}, stopped {time}, archived {time}, items {text} not null,
            record {text} not null
        )
        """,
        "create index uploads_by_title on uploads (title)",
        "create index uploads_by_time on uploads (registered)",
        "create index pending_uploads on uploads (pending) where pending is not null",
        f"""
        create table files (
            key {text} not null references uploads, sha256 {text} not null, origin {text} not null
        )
        """,
        "create index files_by_key on files (key)",
        "create index files_by_origin on files (origin)",
        f"""
        create table failures (
            key {text} primary key, at {time} not null, code {text} not null, message {text} not null,
            hint {text} not null, category {text} not null, record {text} not null
        )
        """,
        f"""
        create table attempts (
            key {text} not null, request {text} not null, number integer not null, plan {text} not null,
            fallback {sql.flag} not null, record {text} not null, primary key (key, request, plan, fallback)
        )
        """,
        # A version is reserved before its files are written; then ``state`` and what follows are null. ``reason`` says
        # in words why it is degraded or held; ``degraded``, ``released`` and ``notes`` are JSON.
        f"""
        create table versions (
            key {text} not null, number integer not null, request {text} not null,
            current {sql.flag} not null default false, state {text}, at {time}, video {text}, reason {text},
            degraded {text}, released {text}, notes {text}, record {text},
            primary key (key, number), unique (key, request)
        )
        """,
        "create unique index current_versions on versions (key) where current",
        f"create table items (id {text} primary key, record {text} not null)",
        f"""
        create table inbox (
            name {text} primary key, etag {text} not null, since {time} not null, state {text} not null, key {text},
            code {text}, message {text}, hint {text}
        )
        """,
    )


def _tenants(sql: Dialect) -> tuple[str, ...]:
    # Uploads of an earlier version belong to the first tenant.
    return (
        f"alter table uploads add column tenant {sql.text} not null default 'default'",
        "create index uploads_by_tenant on uploads (tenant, registered)",
        "create index files_by_content on files (sha256)",
    )


def _recorded(
    sql: Dialect, name: str, event: str, table: str, when: str, kind: str, data: str = "'{}'"
) -> tuple[str, ...]:
    """A trigger that records an event about an upload."""
    insert = (
        f"insert into events (at, tenant, key, type, data) select {sql.now}, tenant, key, {kind}, {data} "
        "from uploads where key = new.key"
    )
    return sql.trigger(name, event, table, when, insert)


def _events(sql: Dialect) -> tuple[str, ...]:
    # Events are recorded by the database, so that no change of state is without one.
    text, error = sql.text, f"{sql.json_object}('code', new.code, 'message', new.message, 'hint', new.hint)"
    queued = f"new.pending is not null and new.pending {sql.differs} old.pending"
    return (
        f"""
        create table events (
            seq {sql.counter}, at double precision not null, tenant {text} not null, key {text} not null,
            type {text} not null, data {text} not null
        )
        """,
        "create index events_by_tenant on events (tenant, seq)",
        "create index events_by_key on events (key, seq)",
        "create index progress_by_time on events (at) where type = 'render.progress'",
        *_recorded(sql, "queued_events", "after update of pending", "uploads", queued, "'render.queued'"),
        *_recorded(
            sql,
            "stopped_events",
            "after update of stopped",
            "uploads",
            "new.stopped is not null and old.stopped is null",
            "'render.stopped'",
        ),
        *_recorded(sql, "failed_events", "after insert", "failures", "true", "'render.failed'", error),
        *_recorded(
            sql,
            "delivered_events",
            "after update of state, at",
            "versions",
            "new.state is not null and new.current",
            "'render.' || new.state",
        ),
    )


def _audit(sql: Dialect) -> tuple[str, ...]:
    # ``alias`` is what the audit log calls an upload: a number by chance, which goes with the upload.
    text, named = sql.text, f"update uploads set alias = {sql.random}"
    return (
        f"""
        create table audit (
            seq {sql.number} primary key, at double precision not null, tenant {text} not null, actor {text} not null,
            action {text} not null, subject {text} not null, previous {text} not null, digest {text} not null
        )
        """,
        "create index audit_by_tenant on audit (tenant, seq)",
        f"alter table uploads add column alias {text}",
        named,
        "create unique index uploads_by_alias on uploads (alias)",
        *sql.trigger(
            "aliases", "after insert", "uploads", "new.alias is null", f"{named} where key = new.key and alias is null"
        ),
    )


def _delivering(_: Dialect) -> tuple[str, ...]:
    # Since when a run, which can no longer be cancelled, writes the files of the video for people.
    return ("alter table uploads add column delivering double precision",)


def _folded_names(_: Dialect) -> tuple[str, ...]:
    # Names are looked up without regard to upper and lower case.
    return ("create unique index uploads_by_folded_name on uploads (lower(name))",)


def _leases(sql: Dialect) -> tuple[str, ...]:
    text = sql.text
    return (
        f"""
        create table leases (
            name {text} primary key, token {text} not null, holder {text} not null, until double precision not null
        )
        """,
        "create index leases_by_token on leases (token)",
    )


# What a list shows an upload as. A finished video stays what it is when a later change of it fails or is stopped.
LISTED = """
    insert into listed (key, state, urgent, at)
    select uploads.key,
        case
            when versions.state is not null
                and (failures.key is not null or uploads.stopped is not null or uploads.pending is null)
                then versions.state
            when failures.key is not null then 'failed'
            when uploads.stopped is not null then 'stopped'
            else 'waiting'
        end,
        failures.key is not null or uploads.stopped is not null
            or (uploads.pending is null and coalesce(versions.state, '') = 'held'),
        coalesce(failures.at, uploads.stopped, uploads.pending, versions.at, uploads.registered)
    from uploads
    left join versions on versions.key = uploads.key and versions.current
    left join failures on failures.key = uploads.key
    where {condition}
    on conflict (key) do update set state = excluded.state, urgent = excluded.urgent, at = excluded.at
"""


def _listed(sql: Dialect) -> tuple[str, ...]:
    # The database keeps it, so that a list of few uploads does not read the others. ``urgent`` ones need a person;
    # ``at`` is when it came to the state.
    def kept(name: str, event: str, table: str, row: str = "new") -> tuple[str, ...]:
        return sql.trigger(name, event, table, "true", LISTED.format(condition=f"uploads.key = {row}.key"))

    return (
        f"""
        create table listed (
            key {sql.text} primary key, state {sql.text} not null, urgent {sql.flag} not null,
            at double precision not null
        )
        """,
        LISTED.format(condition="true"),
        "create index listed_by_urgency on listed (urgent, at, key)",
        "create index listed_by_state on listed (state)",
        *kept("listed_upload", "after insert", "uploads"),
        *kept("listed_change", "after update of registered, pending, stopped", "uploads"),
        *sql.trigger("unlisted_upload", "after delete", "uploads", "true", "delete from listed where key = old.key"),
        *kept("listed_failure", "after insert", "failures"),
        *kept("listed_recovery", "after delete", "failures", "old"),
        *kept("listed_version", "after insert", "versions"),
        *kept("listed_delivery", "after update of state, at, current", "versions"),
        *kept("listed_removal", "after delete", "versions", "old"),
    )


# Each entry has the statements from one version of the schema to the next.
Migration = Callable[[Dialect], tuple[str, ...]]
MIGRATIONS: tuple[Migration, ...] = (_first, _tenants, _events, _audit, _delivering, _folded_names, _leases, _listed)


def statements(sql: Dialect, version: int) -> list[str]:
    """What brings a database of ``version`` up to date; 0 is an empty one."""
    return [statement for migration in MIGRATIONS[version:] for statement in migration(sql)]
