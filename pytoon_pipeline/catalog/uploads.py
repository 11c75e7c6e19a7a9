"""The registry of uploads: the files and the request of each key, and its status."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from pytoon_pipeline.catalog import audit, clock, records
from pytoon_pipeline.catalog.connection import Connection
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.holding import keys_being_made
from pytoon_pipeline.catalog.names import KEY, folded, folder_name
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.status import DeliveryRecord, FailureRecord
from pytoon_pipeline.runtime.home import Home

log = logging.getLogger("pytoon.uploads")

R = TypeVar("R", bound=Record)
# Fields of the request that a run overrides.
Overrides = Mapping[str, object]
NO_OVERRIDES: Overrides = MappingProxyType({})


class Uploads:
    """Uploads, failures, attempts and versions by key. Each method is one transaction.

    With ``by``, the id of a caller or person, changes that one asks for are lines of the audit log.
    """

    def __init__(self, home: Home, by: str | None = None) -> None:
        self._database, self._by = Database(home), by

    def register(self, upload: SourceMedia, *, pending: bool = True) -> None:
        """Adds or replaces an upload. With ``pending``, its video will be made automatically."""
        with self._database.write() as database:
            self._register(database, upload, pending)

    def register_after(self, seen: SourceMedia | None, upload: SourceMedia, *, pending: bool) -> bool:
        """``register``, if the upload is still as it was ``seen``. Of several who add the same at once, one does."""
        with self._database.write() as database:
            if self._upload(database, upload.key) != seen:
                return False
            self._register(database, upload, pending)
        return True

    def _register(self, database: Connection, upload: SourceMedia, pending: bool) -> None:
        now = clock.now(database)
        records.put_upload(database, upload, now)
        database.execute(
            "update uploads set stopped = null, archived = null, delivering = null where key = ?", (upload.key,)
        )
        if pending:
            database.execute("update uploads set pending = ? where key = ?", (now, upload.key))
            records.remove_failure(database, upload.key)
        audit.append(database, upload.key, self._by, "render.queued")

    def get(self, key: str) -> SourceMedia:
        """The upload of a key. Raises ``InvalidInput`` for an unknown one."""
        if found := self.find(key):
            return found
        raise InvalidInput(
            "unknown_upload",
            f"There is no upload with the key “{key[:80]}”.",
            "To see the known uploads, type: pytoon status --all",
        )

    def find(self, key: str) -> SourceMedia | None:
        return self._record(SourceMedia, "select record from uploads where key = ?", key)

    def all(self) -> dict[str, SourceMedia]:
        """All uploads by key, the newest first."""
        found = self._rows("select key, record from uploads order by registered desc")
        return {key: upload for key, text in found if (upload := _read(SourceMedia, key, text))}

    def files(self) -> set[str]:
        """SHA-256 of the files of all uploads, including those without any run."""
        return {sha256 for (sha256,) in self._rows("select distinct sha256 from files")}

    def of_media(self, key: str) -> tuple[str, ...]:
        """The keys of all formats and variants of the media of a key."""
        digits, _, _ = key.partition("-")
        query = "select key from uploads where key = ? or (key > ? || '-' and key < ? || '.')"
        found = self._rows(query, digits, digits, digits)
        return tuple(one for (one,) in found)

    def with_file(self, sha256: str, tenant: str) -> tuple[str, ...]:
        """The keys of a tenant's uploads that have this file."""
        query = (
            "select distinct uploads.key from files join uploads on uploads.key = files.key "
            "where sha256 = ? and tenant = ? order by uploads.key"
        )
        return tuple(one for (one,) in self._rows(query, sha256, tenant))

    def is_current(self, read: SourceMedia) -> bool:
        """Whether an upload is unchanged since a run read it; the run may have added files of its brand."""
        return _is_current(self.find(read.key), read)

    def keys(self) -> list[str]:
        """All known keys, the newest first."""
        return [key for (key,) in self._rows("select key from uploads order by registered desc")]

    def touched(self) -> dict[str, float]:
        """All known keys, and when each was last registered."""
        return dict(self._rows("select key, registered from uploads"))

    # Names

    def name(self, key: str) -> str:
        """The name of a key: what people type, and what its videos are called; an unknown key itself."""
        found = self._rows("select name from uploads where key = ?", key)
        return found[0][0] if found else key

    def folder(self, key: str) -> str:
        """The folder in the outbox that a key shares with other formats and variants of its media."""
        return folder_name(key, self.name(key))

    def key_of(self, name: str) -> str | None:
        """The key with this name; a key itself."""
        if KEY.match(name):
            return name
        found = self._rows("select key from uploads where lower(name) = ?", folded(name))
        return found[0][0] if found else None

    def names(self) -> dict[str, str]:
        """The names of all keys."""
        return dict(self._rows("select key, name from uploads"))

    def titles(self) -> dict[str, str]:
        """The titles of all keys."""
        return dict(self._rows("select key, title from uploads"))

    # Pending

    def now(self) -> float:
        """The time in seconds since the epoch, by the clock of all times here."""
        with self._database.read() as database:
            return clock.now(database)

    def pending(self) -> dict[str, float]:
        """Keys whose video is pending, and since when (seconds since the epoch)."""
        return dict(self._rows("select key, pending from uploads where pending is not null"))

    def pending_since(self, key: str) -> float | None:
        """Since when the video of a key is pending (seconds since the epoch); none when it is not."""
        rows = self._rows("select pending from uploads where key = ? and pending is not null", key)
        return float(rows[0][0]) if rows else None

    def is_pending(self, key: str) -> bool:
        """Whether the video of a key is pending."""
        return bool(self._rows("select 1 from uploads where key = ? and pending is not null", key))

    # Failed

    def fail(
        self, key: str, error: PytoonError, stage: str = "", run: str = "", overrides: Overrides = NO_OVERRIDES
    ) -> None:
        """Records why a run of the key failed. Of several errors in one run the first counts, or invalid input."""
        with self._database.write() as database:
            found = database.execute("select record from failures where key = ?", (key,)).fetchone()
            before = _read(FailureRecord, key, found[0]) if found else None
            total = before.total + 1 if before is not None else 1
            if before is not None and run and before.run == run:
                if before.category == "invalid_input" or error.category != "invalid_input":
                    return
                before = None
            tries = before.tries + 1 if before is not None and before.category == error.category else 1
            values = {"stage": stage, "run": run, "overrides": dict(overrides), "at": clock.now(database)}
            values["request"] = _request(self._upload(database, key), overrides)
            counts = {"category": error.category, "tries": tries, "total": total}
            record = FailureRecord.model_validate({**error.as_dict(), **values, **counts})
            records.put_failure(database, key, record)
            database.execute("update uploads set delivering = null where key = ?", (key,))

    def clear_failure(self, key: str) -> None:
        with self._database.write() as database:
            records.remove_failure(database, key)

    def failure(self, key: str) -> FailureRecord | None:
        return self._record(FailureRecord, "select record from failures where key = ?", key)

    def failures(self) -> dict[str, FailureRecord]:
        """Why the last run of each failing key failed."""
        found = self._rows("select key, record from failures order by key")
        return {key: failure for key, text in found if (failure := _read(FailureRecord, key, text))}

    def unusable(self) -> dict[str, tuple[str, str, str]]:
        """The code, message and hint of each failure that the upload itself has caused."""
        found = self._rows("select key, code, message, hint from failures where category = 'invalid_input'")
        return {key: (code, message, hint) for key, code, message, hint in found}

    # Stopped

    def stop(self, key: str) -> None:
        """Ends automatic processing of the key: a person has stopped its run."""
        with self._database.write() as database:
            database.execute(
                "update uploads set stopped = ?, pending = null, delivering = null where key = ?",
                (clock.now(database), key),
            )
            audit.append(database, key, self._by, "render.cancelled")

    def cancel(self, key: str) -> bool:
        """``stop`` for a video that is pending and not yet being delivered. Returns whether it was: of two who cancel
        it at once, one does; of a run that delivers it and one who cancels it, either.
        """
        with self._database.write() as database:
            update = (
                "update uploads set stopped = ?, pending = null "
                "where key = ? and pending is not null and delivering is null"
            )
            done = database.execute(update, (clock.now(database), key)).rowcount > 0
            if done:
                audit.append(database, key, self._by, "render.cancelled")
        return done

    def retry(self, key: str) -> None:
        """Makes the video of a key pending again, after its run failed or was stopped."""
        with self._database.write() as database:
            database.execute(
                "update uploads set pending = ?, stopped = null, archived = null, delivering = null where key = ?",
                (clock.now(database), key),
            )
            records.remove_failure(database, key)
            audit.append(database, key, self._by, "render.retried")

    def stopped(self) -> set[str]:
        return {key for (key,) in self._rows("select key from uploads where stopped is not null")}

    def being_made(self) -> set[str]:
        """Keys whose videos another machine may be making, or this one, where homes share the catalog."""
        return keys_being_made(self._database)

    # Attempts

    def attempts(self, key: str, overrides: Overrides = NO_OVERRIDES) -> tuple[Attempt, ...]:
        """Attempts at the current request of the key, with ``overrides`` applied, in order."""
        request = _request(self.find(key), overrides)
        found = self._rows("select record from attempts where key = ? and request = ? order by number", key, request)
        return tuple(attempt for (text,) in found if (attempt := _read(Attempt, key, text)))

    def forget_attempts(self, key: str, overrides: Overrides = NO_OVERRIDES) -> None:
        """Starts again, with the current presets."""
        request = _request(self.find(key), overrides)
        with self._database.write() as database:
            database.execute("delete from attempts where key = ? and request = ?", (key, request))

    def record(self, key: str, attempt: Attempt, overrides: Overrides = NO_OVERRIDES) -> None:
        """Adds an attempt, unless one with the same plan is recorded already."""
        request = _request(self.find(key), overrides)
        with self._database.write() as database:
            records.put_attempt(database, key, request, attempt)

    # Delivered

    def begin_delivery(self, key: str, requested: float) -> bool:
        """Whether a run that was ``requested`` then (seconds since the epoch) may deliver the video: nobody has stopped
        the key since. From then on it cannot be cancelled, until it is delivered or the run fails.
        """
        with self._database.write() as database:
            update = "update uploads set delivering = ? where key = ? and (stopped is null or stopped <= ?)"
            return database.execute(update, (clock.now(database), key, requested)).rowcount > 0

    def deliver(self, key: str, record: DeliveryRecord, read: SourceMedia | None = None) -> None:
        """Records that the video of the key is delivered or held. The key is no longer pending or failed, unless its
        upload has changed since ``read``.
        """
        with self._database.write() as database:
            now = self._upload(database, key)
            request = records.request_digest(read) if read else _request(now, record.overrides)
            records.put_delivery(database, key, request, record)
            if read is None or _is_current(now, read):
                records.remove_failure(database, key)
                database.execute("update uploads set pending = null, stopped = null where key = ?", (key,))
            database.execute("update uploads set delivering = null where key = ?", (key,))
            if record.released is not None:
                audit.append(database, key, self._by, "render.released")

    def delivered(self, key: str) -> DeliveryRecord | None:
        """The current version of the video of a key."""
        return self._record(DeliveryRecord, "select record from versions where key = ? and current", key)

    def deliveries(self) -> dict[str, DeliveryRecord]:
        """The current version of the video of each key."""
        found = self._rows("select key, record from versions where current")
        return {key: record for key, text in found if (record := _read(DeliveryRecord, key, text))}

    def delivered_as(self, upload: SourceMedia) -> DeliveryRecord | None:
        """The version that was made from this request and these files."""
        request = records.request_digest(upload)
        query = "select record from versions where key = ? and request = ? and state is not null"
        return self._record(DeliveryRecord, query, upload.key, request)

    def versions(self, key: str) -> list[DeliveryRecord]:
        """All versions of the video of a key, the first one first."""
        found = self._rows("select record from versions where key = ? and state is not null order by number", key)
        return [record for (text,) in found if (record := _read(DeliveryRecord, key, text))]

    def version(self, upload: SourceMedia) -> int:
        """The number of the version that is made from this request and these files; reserves one for new ones."""
        with self._database.write() as database:
            return records.reserve_version(database, upload.key, records.request_digest(upload))

    def needs_run(self, upload: SourceMedia) -> bool:
        """Whether a run of the upload is pending, or the last run of exactly this request failed."""
        failure = self.failure(upload.key)
        failed = failure is not None and failure.request in ("", records.request_digest(upload))
        return failed or self.is_pending(upload.key)

    def make_current(self, upload: SourceMedia) -> None:
        """Makes the version of this request and these files the current one. What failed since is another request."""
        values = (upload.key, records.request_digest(upload))
        with self._database.write() as database:
            database.execute("update versions set current = false where key = ? and current and request != ?", values)
            database.execute("update versions set current = true where key = ? and request = ? and not current", values)
            records.remove_failure(database, upload.key)
            database.execute("update uploads set stopped = null where key = ?", (upload.key,))

    def degraded(self) -> list[str]:
        """Keys whose video differs from the request; a person should check them."""
        return self._in_state("degraded")

    def held(self) -> list[str]:
        """Keys whose video stays out of the outbox until a person releases it."""
        return self._in_state("held")

    # Archived

    def archive(self, key: str) -> None:
        """Hides the key from listings."""
        with self._database.write() as database:
            database.execute("update uploads set archived = ? where key = ?", (clock.now(database), key))

    def archived(self) -> set[str]:
        return {key for (key,) in self._rows("select key from uploads where archived is not null")}

    def _upload(self, database: Connection, key: str) -> SourceMedia | None:
        found = database.execute("select record from uploads where key = ?", (key,)).fetchone()
        return _read(SourceMedia, key, found[0]) if found else None

    def _in_state(self, state: str) -> list[str]:
        return [
            key for (key,) in self._rows("select key from versions where current and state = ? order by key", state)
        ]

    def _record(self, kind: type[R], query: str, key: str, *values: str) -> R | None:
        found = self._rows(query, key, *values)
        return _read(kind, key, found[0][0]) if found else None

    def _rows(self, query: str, *values: str) -> list[Any]:
        with self._database.read() as database:
            return database.execute(query, values).fetchall()


def _request(upload: SourceMedia | None, overrides: Overrides) -> str:
    """The digest of an upload with ``overrides`` applied; empty without one."""
    return records.request_digest(upload.model_copy(update={"overrides": dict(overrides)})) if upload else ""


def _is_current(now: SourceMedia | None, read: SourceMedia) -> bool:
    return now is not None and now.request == read.request and now.public_items == read.public_items[: len(now.items)]


def _read(kind: type[R], key: str, text: str) -> R | None:
    """A record. One that this version cannot read counts as absent and is logged: it affects only its own key."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        extra = {"event": "unreadable", "key": key, "record": kind.__name__, "reason": str(error)[:200]}
        log.warning("unreadable record", extra=extra)
        return None
