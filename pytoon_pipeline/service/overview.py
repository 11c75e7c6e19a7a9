"""The status of uploads as plain values: what ``pytoon status`` lists of 10,000 uploads in half a second.

Only what a list needs is imported here; ``service/status.py`` makes typed answers of the same values.
"""

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.listing import UploadRow, all_rows
from pytoon_pipeline.contracts.upload_states import UploadState
from pytoon_pipeline.runtime.home import Home

Values = dict[str, Any]

NEED_A_PERSON: tuple[UploadState, ...] = ("failed", "held", "stopped")
# The publishing kit beside each video.
POST = "post.json"
# Why an upload has no video.
DELETED = "The file of its video was deleted or moved. To make it again, render its files again."
DELIVERED = ("completed", "degraded", "held")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def uploads(home: Home, state: str | None = None, rows: Iterable[UploadRow] | None = None) -> Iterator[Values]:
    """What a row of the list shows, for all uploads or ``rows``, or those in one state, the newest first."""
    for row in all_rows(Database(home), details=False) if rows is None else rows:
        found = values_of(home, row)
        if state in (None, found["status"]):
            yield found


def inbox(home: Home) -> list[Values]:
    """The fields of ``InboxStatus`` of what is in the inbox and did not become an upload."""
    return [_inbox_values(row) for row in InboxIndex(home).not_ingested()]


def lost_runs(home: Home) -> int:
    """How many runs lost their process and are not marked as failed yet."""
    if not any(home.runs.glob("*.lock")):
        return 0
    from pytoon_pipeline.runtime.locks import count_abandoned

    return count_abandoned(home.runs)


def urgent_first(found: Iterable[Values]) -> list[Values]:
    """Uploads that need a person, then the others; of each the newest first."""
    return sorted(found, key=lambda one: (not needs_person(one), -one["at"]))


def needs_person(upload: Values) -> bool:
    """Whether a person has to decide something about an upload."""
    return upload["status"] in NEED_A_PERSON or upload["failed_change"] is not None


def all_as_json(home: Home, state: str | None = None) -> str:
    """A ``StatusResult`` as JSON: all uploads, or those in one state; then without the inbox."""
    rows = ((row, values_of(home, row)) for row in all_rows(Database(home), details=True))
    found = ",".join(as_json(row, values) for row, values in rows if state in (None, values["status"]))
    return f'{{"uploads":[{found}],"inbox":{_encode([] if state else inbox(home))}}}'


def as_json(row: UploadRow, values: Values) -> str:
    """An ``UploadStatus`` as JSON. What the catalog keeps as JSON goes into it as it is."""
    kept = (
        f'"attempt_history":[{row.attempts or ""}],"items":{row.items or "[]"},"degraded":{row.degraded or "null"},'
        f'"released":{row.released or "null"},"notes":{row.notes or "[]"}'
    )
    return f"{_encode(values | {'post': _beside(values['video'] or values['held'])})[:-1]},{kept}}}"


def values_of(home: Home, row: UploadRow) -> Values:
    """The fields of ``UploadStatus`` that the catalog does not keep as JSON, without the publishing kit."""
    video = f"{home.root}{os.sep}{row.video}" if row.video else None
    if video is not None and not os.path.exists(video):
        video = None
    state, problem = _state(row, video is not None), _problem(row)
    error = problem if state in ("failed", "stopped") else _held(row) if state == "held" else None
    failed_change = problem if state in DELIVERED else None
    is_held = row.state == "held"
    return {
        "key": row.key,
        "name": row.name,
        "title": row.title,
        "status": state,
        "version": row.version if video else None,
        "at": row.failed or row.stopped or (row.delivered if state in DELIVERED else row.pending) or row.registered,
        "reason": _reason(error, failed_change) or _remark(row, state),
        "attempts": row.attempts_count or 0,
        "video": None if is_held else video,
        "held": video if is_held else None,
        "failed_change": failed_change,
        "error": error,
    }


def _beside(video: str | None) -> str | None:
    """The publishing kit beside a video; a person may have removed it."""
    post = f"{os.path.dirname(video)}{os.sep}{POST}" if video else None
    return post if post is not None and os.path.exists(post) else None


def _state(row: UploadRow, exists: bool) -> str:
    """A finished video stays finished when a later change of it fails or is stopped. One whose file a person has
    removed is deleted, unless it is to be made again.
    """
    if row.state and exists and (row.code or row.stopped or not row.pending):
        return row.state
    if row.code or row.stopped:
        return "failed" if row.code else "stopped"
    return "deleted" if row.state and not exists and not row.pending else "waiting"


def _problem(row: UploadRow) -> Values | None:
    """Why the last run ended without a video."""
    if row.code:
        return {"code": row.code, "message": row.message, "hint": row.hint}
    if row.stopped:
        hint = f"To continue it, type: pytoon retry {row.name}"
        return {"code": "stopped", "message": "A person stopped its run.", "hint": hint}
    return None


def _held(row: UploadRow) -> Values:
    from pytoon_pipeline.contracts.degradation import Degradation
    from pytoon_pipeline.quality.degradation import held_error

    degraded = Degradation.model_validate_json(row.degraded) if row.degraded not in (None, "null") else None
    return dict(held_error(row.name, degraded.reasons if degraded else ()).as_dict())


def _reason(error: Values | None, failed_change: Values | None) -> str | None:
    if failed_change is not None:
        return f"Latest change failed: {failed_change['message']}"
    return str(error["message"]) if error is not None else None


def _remark(row: UploadRow, state: str) -> str | None:
    """What a person should know of a state that has no error."""
    if state == "degraded":
        return row.reason
    if state == "deleted":
        return DELETED
    return None if row.points is None else f"Highlight with {row.points:.0f} of 100 points."


def _inbox_values(row: Row) -> Values:
    return {
        "name": row.name,
        "status": "rejected" if row.state == "rejected" else "waiting",
        "waiting_for": row.message if row.state == "seen" else None,
        "error": {"code": row.code, "message": row.message or "", "hint": row.hint or ""} if row.code else None,
    }
