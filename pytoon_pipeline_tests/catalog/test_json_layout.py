"""A home that keeps its catalog in JSON files is taken over completely, once, or not at all."""

import json
import sqlite3
from pathlib import Path

import pytest

from pytoon_pipeline.catalog import json_layout, records
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.contracts.status import DeliveryRecord, FailureRecord
from pytoon_pipeline.runtime.home import Home

KEYS = [f"{n:032x}" for n in range(5)]
ITEM = SourceItem(name="a.png", sha256="c" * 64, bytes=1, origin="/a.png")
FAILURE = FailureRecord(code="x", message="X.", hint="Y.", category="transient", tries=3, total=4)
DELIVERY = DeliveryRecord(at=5.0, engine="local", preset="p", presets="d", video="outbox/old-00000003/old.mp4")
ATTEMPT = Attempt(number=1, plan="p", verdict="fail", score=1)
ROW = Row("a.mp4", "1", 2.0, "rejected", code="x", message="X.", hint="Y.")


def upload(key: str, text: str = "x") -> SourceMedia:
    return SourceMedia(key=key, title="old", items=(ITEM,), request={"text": text})


def write(path: Path, record: Record | dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(record.model_dump_json() if isinstance(record, Record) else json.dumps(record))


@pytest.fixture
def home() -> Home:
    """A home with a catalog of its own."""
    return Home.locate()


@pytest.fixture
def old(home: Home) -> Home:
    folder = home.root / "uploads"
    for key in KEYS:
        write(folder / f"{key}.json", upload(key))
    write(folder / f"{'9' * 32}.json", {"no": "upload"})
    for status, key in (("pending", KEYS[0]), ("stopped", KEYS[1]), ("archived", KEYS[2])):
        write(folder / status / f"{key}.json", {"at": 7.0})
    write(folder / "failed" / f"{KEYS[1]}.json", FAILURE)
    request = records.request_digest(upload(KEYS[1]))
    write(folder / "attempts" / f"{KEYS[1]}.json", {"request": request, "attempts": [ATTEMPT.model_dump()]})
    write(folder / "delivered" / f"{KEYS[3]}.json", DELIVERY)
    manifest = {"request": {"text": "before"}, "media": [ITEM.model_dump()]}
    write(home.root / "outbox" / "old-00000003" / "manifest.json", manifest)
    write(folder / "delivered" / f"{KEYS[4]}.json", DELIVERY.model_copy(update={"video": "held/x/x.mp4", "held": True}))
    write(
        home.root / "registry" / "IMG-cccccccccccc.json",
        ItemRecord(id="IMG-cccccccccccc", **ITEM.model_dump(exclude={"bytes", "path"})),
    )
    with sqlite3.connect(home.root / "inbox.sqlite") as inbox:
        inbox.execute("create table inbox (name, etag, since, state, key, code, message, hint)")
        inbox.execute("insert into inbox values (?, ?, ?, ?, ?, ?, ?, ?)", ROW)
    return home


def check(home: Home) -> None:
    uploads = Uploads(home)
    assert sorted(uploads.keys()) == KEYS
    assert [uploads.get(key) for key in KEYS] == [upload(key) for key in KEYS]
    assert sorted(uploads.names().values()) == ["old", "old-2", "old-3", "old-4", "old-5"]
    assert (uploads.pending(), uploads.stopped(), uploads.archived()) == ({KEYS[0]: 7.0}, {KEYS[1]}, {KEYS[2]})
    assert (list(uploads.failures()), uploads.failure(KEYS[1])) == ([KEYS[1]], FAILURE)
    assert uploads.attempts(KEYS[1]) == (ATTEMPT,)
    assert (uploads.delivered(KEYS[3]), uploads.held()) == (DELIVERY, [KEYS[4]])
    assert uploads.files() == {ITEM.sha256}
    assert [item.id for item in Registry(home).of(upload(KEYS[0]))] == ["IMG-cccccccccccc"]
    assert InboxIndex(home).rejected() == [ROW]
    with Database(home).read() as database:
        (request,) = database.execute("select request from versions where key = ?", (KEYS[3],)).fetchone()
    assert request == records.request_digest(upload(KEYS[3], "before")), "the manifest says what was delivered"


def test_an_old_home_is_read_without_a_change_and_taken_over_by_the_first_write(old: Home) -> None:
    check(old)
    assert not old.catalog.exists()
    Database(old).upgrade()
    check(old)
    Uploads(old).stop(KEYS[0])
    Database(old).upgrade()
    assert Uploads(old).pending() == {}, "the files are read only once"


def test_an_interrupted_import_is_repeated(old: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(json_layout, "_import_inbox", lambda path, database: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Uploads(old).stop(KEYS[0])
    check(old)
    Database(old).upgrade()
    check(old)
