"""A home with a catalog of its own moves to PostgreSQL: everything comes along, once."""

import pytest

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.catalog.listing import all_rows
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.runtime.home import Home

KEYS = [f"{number:032x}" for number in range(3)]


@pytest.fixture
def home() -> Home:
    """A home with a catalog of its own."""
    return Home.locate()


def upload(key: str) -> SourceMedia:
    item = SourceItem(name="a.png", sha256=key * 2, bytes=1, origin="/a.png")
    return SourceMedia(key=key, title="offer", items=(item,), request={"text": "x"})


def everything(home: Home) -> list[object]:
    events = Events(home).after(0, "default")
    return [list(all_rows(Database(home), details=True)), events, Uploads(home).failures(), Uploads(home).files()]


def test_a_catalog_is_taken_over_completely_and_once(home: Home, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(home, by="shell:me")
    for key in KEYS:
        uploads.register(upload(key))
    uploads.record(KEYS[0], Attempt(number=1, plan="p", verdict="pass", score=97.0))
    uploads.deliver(KEYS[0], DeliveryRecord(at=1.0, engine="local", preset="p", presets="d", video="outbox/a.mp4"))
    uploads.fail(KEYS[1], TransientError("a", "A.", "Wait."), "one", "run-1")
    before = everything(home)
    monkeypatch.setenv("PYTOON_CATALOG", server)
    assert everything(home) == before, "already when it is only read"
    Database(home).upgrade()
    assert everything(home) == before
    newest = Events(home).newest()
    Uploads(home).retry(KEYS[1])
    assert Events(home).newest() == newest + 1
    Uploads(home).archive(KEYS[2])
    Database(home).upgrade()
    assert Uploads(home).archived() == {KEYS[2]}, "it is taken over once"
    monkeypatch.delenv("PYTOON_CATALOG")
    assert everything(home) == before, "the file stays as it is"
