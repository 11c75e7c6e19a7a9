"""Events of the catalog: each change of state has one, in the same transaction."""

import pytest

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.catalog.removal import forget_upload
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.runtime.home import Home

KEY = "a" * 32


def kinds(home: Home) -> list[str]:
    return [one.type.removeprefix("render.") for one in Events(home).after(0, "default")]


def test_a_delivery_is_an_event(home: Home) -> None:
    uploads = Uploads(home)
    uploads.register(SourceMedia(key=KEY, title="a", items=(), request={}))
    assert kinds(home) == ["queued"]
    Events(home).add_progress(KEY, "composite", 40)
    queued, progress = Events(home).since_queued(KEY)
    assert (queued.type, progress.type) == ("render.queued", "render.progress")
    assert (progress.data.stage, progress.data.percent) == ("composite", 40)
    record = DeliveryRecord(at=1.0, engine="local", preset="p", presets="d", video="outbox/a.mp4")
    uploads.deliver(KEY, record.model_copy(update={"held": True}))
    uploads.deliver(KEY, record)
    assert kinds(home) == ["queued", "progress", "held", "completed"]
    assert [one.type for one in Events(home).since_queued(KEY)][-1] == "render.completed"
    forget_upload(home, KEY, ())
    assert kinds(home) == []
    assert Events(home).newest() == 0


def test_an_event_is_there_with_its_change_or_not_at_all(home: Home) -> None:
    Uploads(home).register(SourceMedia(key=KEY, title="a", items=(), request={}), pending=False)

    def fail_halfway() -> None:
        with Database(home).write() as database:
            database.execute("update uploads set pending = 1.0 where key = ?", (KEY,))
            assert database.execute("select count(*) from events").fetchone() == (1,)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert kinds(home) == []


def test_progress_of_an_unknown_upload_is_none(home: Home) -> None:
    Events(home).add_progress("0" * 32, "metadata", None)
    assert Events(home).newest() == 0
