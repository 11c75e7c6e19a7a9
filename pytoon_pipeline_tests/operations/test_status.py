"""The status report: each list, and how people read it."""

from dataclasses import fields

import pytest

from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.degradation import Degradation, Reason
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.defs.action_list import MAX_ROWS, action_list
from pytoon_pipeline.defs.assets import action_required
from pytoon_pipeline.operations.status import Line, StatusReport, status_report
from pytoon_pipeline.runtime.home import Home

KEYS = [f"{n:032x}" for n in range(6)]
LISTS = [field.name for field in fields(StatusReport)]


def report(home: Home, stuck_seconds: float = 1e9) -> StatusReport:
    return status_report(home, load_operations().model_copy(update={"stuck_seconds": stuck_seconds}))


@pytest.fixture
def uploads(home: Home) -> Uploads:
    uploads = Uploads(home)
    for key in KEYS:
        uploads.register(SourceMedia(key=key, title=f"title {key[-1]}", items=(), request={"text": "x"}), pending=False)
    return uploads


def test_nothing_needs_attention_where_nothing_happened(home: Home, uploads: Uploads) -> None:
    now = report(home)
    assert not now.waiting_for_a_person
    assert now.parts == ((),) * len(LISTS)
    assert action_list(now, {}) == "Nothing needs a person."


def test_every_list_has_what_belongs_into_it(home: Home, uploads: Uploads) -> None:
    reason = Reason(kind="quality_gate", code="flash", message="It flashes.")
    record = DeliveryRecord(
        at=0, engine="local", preset="p", presets="x", video="held/a/a.mp4", degraded=Degradation(reasons=(reason,))
    )
    uploads.fail(KEYS[0], InvalidInput("not_media", "It is no video.", "Use another file."))
    uploads.fail(KEYS[1], TransientError("run_died", "It ended.", "It restarts."))
    uploads.register(uploads.get(KEYS[2]), pending=True)
    uploads.deliver(KEYS[3], record)
    uploads.deliver(KEYS[4], record.model_copy(update={"held": True}))
    uploads.stop(KEYS[5])
    InboxIndex(home).put(
        [
            Row("bad.mp4", "1", 0.0, "rejected", code="empty_file", message="It is empty.", hint="Add it again."),
            Row("growing.mp4", "1", 0.0, "seen", message="It still grows."),
        ]
    )
    now = report(home, stuck_seconds=0)
    assert [line.key for line in now.waiting_for_a_person] == [KEYS[0], KEYS[2], KEYS[4], "–"]
    result = action_required.evaluate(now)
    assert (result.passed, result.metadata["held"].value) == (False, 1)
    assert action_required.evaluate(StatusReport()).passed
    codes = {name: [(line.key, line.code) for line in getattr(now, name)] for name in LISTS}
    assert codes == {
        "failed": [(KEYS[0], "not_media")],
        "retried": [(KEYS[1], "run_died")],
        "stuck": [(KEYS[2], "stuck")],
        "stopped": [(KEYS[5], "stopped")],
        "degraded": [(KEYS[3], "flash")],
        "held": [(KEYS[4], "flash")],
        "rejected": [("–", "empty_file")],
    }
    assert now.failed[0].message == "It is no video. Use another file."
    assert "pytoon release title-4" in now.held[0].message
    assert (now.stopped[0].name, now.stopped[0].title) == ("title-5", "title 5")
    assert "pytoon retry title-5" in now.stopped[0].message
    assert "release" not in now.degraded[0].message
    text = action_list(now, uploads.failures())
    assert text.count("| title | why, and what to do | links |") == len(LISTS)
    assert "title 0" in text
    assert report(home).stuck == (), "it has not waited long enough"


def test_long_tables_end_and_cells_break_nothing() -> None:
    lines = tuple(Line(f"{n:032x}", "a-b-c", "a | b\nc", "x", "said") for n in range(MAX_ROWS + 3))
    text = action_list(StatusReport(failed=lines), {})
    assert f"**Failed, not retried: {MAX_ROWS + 3}**" in text
    assert text.endswith("… and 3 more")
    rows = [line for line in text.splitlines() if line.startswith("| a")]
    assert len(rows) == MAX_ROWS
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)
