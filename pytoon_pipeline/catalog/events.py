"""Events of renders. The database itself records each change of state, in the transaction that makes the change."""

import json
from collections.abc import Mapping

from pytoon_pipeline.catalog import clock
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.contracts.events import EventData, RenderEvent
from pytoon_pipeline.runtime.home import Home

PROGRESS = "render.progress"
# Progress is of use while a video is made; changes of state stay until the upload is removed.
PROGRESS_KEPT_SECONDS = 86400


class Events:
    """The events of all uploads, in order."""

    def __init__(self, home: Home) -> None:
        self._database = Database(home)

    def newest(self) -> int:
        """The number of the latest event; 0 before the first."""
        with self._database.read() as database:
            (found,) = database.execute("select coalesce(max(seq), 0) from events").fetchone()
        return int(found)

    def after(self, seq: int, tenant: str, key: str | None = None, limit: int = 100) -> list[RenderEvent]:
        """The events of a tenant, or of one of its uploads, that follow ``seq``."""
        query = (
            "select seq, type, at, key, data from events where seq > :seq and tenant = :tenant "
            "and (:key is null or key = :key) order by seq limit :limit"
        )
        values = {"seq": seq, "tenant": tenant, "key": key, "limit": limit}
        return self._found(query, values)

    def since_queued(self, key: str) -> list[RenderEvent]:
        """The events of an upload since it was last queued."""
        query = (
            "select seq, type, at, key, data from events where key = :key and seq >= coalesce("
            "(select max(seq) from events where key = :key and type = 'render.queued'), 0) order by seq"
        )
        return self._found(query, {"key": key})

    def _found(self, query: str, values: Mapping[str, object]) -> list[RenderEvent]:
        with self._database.read() as database:
            rows = database.execute(query, values).fetchall()
        return [
            RenderEvent(seq=number, type=kind, at=at, render=of, data=EventData.model_validate_json(data))
            for number, kind, at, of, data in rows
        ]

    def has_later(self, event: RenderEvent) -> bool:
        """Whether the same has happened to the render again, or it is gone."""
        query = "select 1 from events where key = ? and type = ? and seq >= ? order by seq limit 2"
        with self._database.read() as database:
            found = database.execute(query, (event.render, event.type, event.seq)).fetchall()
        return len(found) != 1

    def add_progress(self, key: str, stage: str | None, percent: int | None) -> None:
        """Records progress. After a power failure it may be missing; changes of state never are."""
        data = json.dumps({"stage": stage, "percent": percent})
        with self._database.write(durable=False) as database:
            now = clock.now(database)
            database.execute("delete from events where type = ? and at < ?", (PROGRESS, now - PROGRESS_KEPT_SECONDS))
            database.execute(
                "insert into events (at, tenant, key, type, data) select ?, tenant, key, ?, ? from uploads "
                "where key = ?",
                (now, PROGRESS, data, key),
            )
