"""The list of uploads: what the database keeps of it, after any change, and in which order and parts it is read."""

import random
import time

import pytest

from pytoon_pipeline.catalog import listing
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.listing import Filter, count_states, tenant_rows, urgent_first
from pytoon_pipeline.catalog.removal import forget_upload
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.degradation import Degradation, Reason
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.runtime.home import Home

KEYS = [f"{number:032x}" for number in range(6)]
DEGRADED = Degradation(reasons=(Reason(kind="simplified", code="simplified", message="2 attempts failed."),))


def change(uploads: Uploads, home: Home, chance: random.Random) -> None:
    key = chance.choice(KEYS)
    known = set(uploads.keys())
    if key not in known or chance.random() < 0.2:
        text = chance.choice("xyz")
        upload = SourceMedia(key=key, title=f"offer {key}", items=(), request={"text": text})
        uploads.register(upload, pending=chance.random() < 0.7)
        return
    kind = chance.choice(("fail", "stop", "retry", "deliver", "deliver", "cancel", "forget"))
    if kind == "fail":
        uploads.fail(key, TransientError("a", "A.", "Wait."), "one")
    elif kind == "deliver":
        record = DeliveryRecord(at=time.time(), engine="local", preset="p", presets="d", video="outbox/a.mp4")
        held, degraded = chance.random() < 0.3, DEGRADED if chance.random() < 0.5 else None
        uploads.deliver(key, record.model_copy(update={"held": held, "degraded": degraded}))
    elif kind == "forget":
        forget_upload(home, key, ())
    else:
        getattr(uploads, kind)(key)


def expected(uploads: Uploads) -> dict[str, tuple[str, bool]]:
    """The state of each upload, and whether it needs a person, from what is recorded of it."""
    failures, stopped, pending = uploads.failures(), uploads.stopped(), uploads.pending()
    found = {}
    for key in uploads.keys():  # noqa: SIM118
        video, changed = uploads.delivered(key), key in failures or key in stopped
        if video is not None and (changed or key not in pending):
            found[key] = video.state, changed or video.state == "held"
        else:
            state = "failed" if key in failures else "stopped" if key in stopped else "waiting"
            found[key] = state, changed
    return found


@pytest.mark.parametrize("seed", range(3))
def test_the_list_agrees_with_the_records_after_any_change(home: Home, seed: int) -> None:
    uploads, database, chance = Uploads(home), Database(home), random.Random(seed)
    for _ in range(60):
        change(uploads, home, chance)
        with database.read() as opened:
            rows = opened.execute("select key, state, urgent from listed").fetchall()
        assert {key: (state, bool(urgent)) for key, state, urgent in rows} == expected(uploads)
    assert count_states(database).total() == len(rows) > 0


def test_what_needs_a_person_comes_first_in_parts(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "FIRST_PAGE", 2)
    monkeypatch.setattr(listing, "GROWTH", 1)
    uploads = Uploads(home)
    for key in KEYS:
        uploads.register(SourceMedia(key=key, title=f"offer {key}", items=(), request={}))
    uploads.fail(KEYS[1], TransientError("a", "A.", "Wait."))
    uploads.stop(KEYS[3])
    order = [row.key for row in urgent_first(Database(home))]
    assert order == [KEYS[number] for number in (3, 1, 5, 4, 2, 0)]
    assert [row.key for row in urgent_first(Database(home), "waiting")] == [KEYS[number] for number in (5, 4, 2, 0)]


def test_the_uploads_of_a_tenant_are_filtered(home: Home) -> None:
    uploads, database = Uploads(home), Database(home)
    item = SourceItem(name="a.jpg", sha256="a" * 64, bytes=1, origin="/a.jpg")
    for n, request in enumerate(({"preset": "one"}, {"preset": "two", "brand": "t/mine"}, {"brand": "theirs"})):
        upload = SourceMedia(key=KEYS[n], tenant="t", title=f"{n}", items=(item,) if n else (), request=request)
        uploads.register(upload)
    uploads.deliver(KEYS[2], DeliveryRecord(at=1.0, engine="local", preset="one", presets="d", video="outbox/a.mp4"))
    uploads.stop(KEYS[1])
    cases = {
        Filter(): [2, 1, 0], Filter(preset="one"): [2, 0], Filter(preset="two"): [1], Filter(brand="mine"): [1],
        Filter(brand="theirs"): [2], Filter(file="a" * 64): [2, 1], Filter(state="stopped"): [1],
        Filter(state="deleted"): [2], Filter(preset="one", file="a" * 64): [2], Filter(since=0, until=1): [],
        Filter(since=0): [2, 1, 0],
    }  # fmt: skip
    for wanted, found in cases.items():
        assert [row.key for row in tenant_rows(database, "t", None, wanted)] == [KEYS[n] for n in found], wanted
    assert [row.key for row in tenant_rows(database, "t", KEYS[2], Filter(preset="one"))] == [KEYS[0]]
    assert list(tenant_rows(database, "other", None, Filter())) == []
