"""Writes records into the tables of the catalog, within the transaction of the caller."""

import json

from pytoon_pipeline.catalog.connection import Connection
from pytoon_pipeline.catalog.names import item_id, unique_name
from pytoon_pipeline.contracts.access import DEFAULT_TENANT
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.contracts.status import DeliveryRecord, FailureRecord
from pytoon_pipeline.store.fingerprint import hash_value


def request_digest(upload: SourceMedia) -> str:
    """SHA-256 of the request in effect and of the files of an upload: what decides which version of a video it is."""
    # A run adds the files of the brand; they belong to it, not to the request.
    own = [item for item in upload.items if item.origin != "brand"]
    return hash_value([upload.asked, [[item.role, item.sha256] for item in own]])


def put_upload(database: Connection, upload: SourceMedia, registered: float) -> None:
    """Adds an upload, under a name of its own, or replaces the one with its key. The name of a key never changes."""
    known = database.execute("select name from uploads where key = ?", (upload.key,)).fetchone()
    name = known[0] if known else unique_name(database, upload.key, _named(upload))
    items = json.dumps([item_id(item) for item in upload.items])
    database.execute(
        "insert into uploads (key, name, title, request, registered, items, record, tenant) "
        "values (?, ?, ?, ?, ?, ?, ?, ?) "
        "on conflict (key) do update set title = excluded.title, request = excluded.request, "
        "registered = excluded.registered, items = excluded.items, record = excluded.record",
        (
            upload.key, name, upload.title, request_digest(upload), registered, items, upload.model_dump_json(),
            upload.tenant,
        ),
    )  # fmt: skip
    _put_files(database, upload)


def _named(upload: SourceMedia) -> str:
    """What the name is made of. A tenant does not learn from a number behind a name what others have."""
    return upload.title if upload.tenant == DEFAULT_TENANT else f"{upload.tenant} {upload.title}"


def _put_files(database: Connection, upload: SourceMedia) -> None:
    """Records the files of an upload. One that came from several places can be found by all of them."""
    before = set(database.execute("select sha256, origin from files where key = ?", (upload.key,)))
    now = {item.sha256 for item in upload.items}
    files = {(item.sha256, item.path) for item in upload.items} | {one for one in before if one[0] in now}
    database.execute("delete from files where key = ?", (upload.key,))
    database.executemany(
        "insert into files (key, sha256, origin) values (?, ?, ?)", [(upload.key, *one) for one in sorted(files)]
    )


def put_failure(database: Connection, key: str, record: FailureRecord) -> None:
    """Records why the last run of a key failed."""
    values = (record.at, record.code, record.message, record.hint, record.category, record.model_dump_json())
    # Inserted, never updated: an inserted failure is an event.
    remove_failure(database, key)
    database.execute(
        "insert into failures (key, at, code, message, hint, category, record) values (?, ?, ?, ?, ?, ?, ?)",
        (key, *values),
    )


def remove_failure(database: Connection, key: str) -> None:
    """Forgets why the last run of a key failed."""
    database.execute("delete from failures where key = ?", (key,))


def put_attempt(database: Connection, key: str, request: str, attempt: Attempt) -> None:
    """Adds an attempt at a request, unless one with the same plan is there already."""
    values = (attempt.number, attempt.plan, attempt.fallback, attempt.model_dump_json())
    database.execute(
        "insert into attempts (key, request, number, plan, fallback, record) values (?, ?, ?, ?, ?, ?) "
        "on conflict do nothing",
        (key, request, *values),
    )


def reserve_version(database: Connection, key: str, request: str) -> int:
    """The number of the version that a request of a key has or will have."""
    database.execute(
        "insert into versions (key, number, request) "
        "values (:key, 1 + (select coalesce(max(number), 0) from versions where key = :key), :request) "
        "on conflict do nothing",
        {"key": key, "request": request},
    )
    found = database.execute("select number from versions where key = ? and request = ?", (key, request))
    return int(found.fetchone()[0])


def put_delivery(database: Connection, key: str, request: str, record: DeliveryRecord) -> None:
    """Records that the video of a request is delivered or held, and makes it the current version of its key."""
    number = reserve_version(database, key, request)
    record = record.model_copy(update={"version": number})
    parts = json.loads(record.model_dump_json(include={"degraded", "released", "notes"}))
    texts = (json.dumps(parts[name], ensure_ascii=False) for name in ("degraded", "released", "notes"))
    reasons = record.degraded.reasons if record.degraded is not None else ()
    reason = " ".join(dict.fromkeys(one.message for one in reasons))
    database.execute("update versions set current = false where key = ? and current and number != ?", (key, number))
    database.execute(
        "update versions set current = true, state = ?, at = ?, video = ?, reason = ?, degraded = ?, released = ?, "
        "notes = ?, record = ? where key = ? and number = ?",
        (record.state, record.at, record.video, reason, *texts, record.model_dump_json(), key, number),
    )


def put_item(database: Connection, record: ItemRecord) -> None:
    """Records the origin of an item. An existing record stays as it is."""
    database.execute(
        "insert into items (id, record) values (?, ?) on conflict do nothing", (record.id, record.model_dump_json())
    )
