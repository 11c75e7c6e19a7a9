"""The status of uploads as plain values: what ``pytoon status`` lists of 100,000 uploads in a third of a second.

Only what a list needs is imported here; ``service/status.py`` makes typed answers of the same values.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.listing import UploadRow, all_rows, count_states, urgent_first
from pytoon_pipeline.contracts.upload_states import UploadState
from pytoon_pipeline.runtime.home import Home

Values = dict[str, Any]

# The publishing kit beside each video.
POST = "post.json"
# Why an upload has no video.
DELETED = "The file of its video was deleted or moved. To make it again, render its files again."
# Other machines have an outbox of their own.
ELSEWHERE = "Its video is not on this machine. To bring it here, render its files again."
DELIVERED: tuple[UploadState, ...] = ("completed", "degraded", "held")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Listing(NamedTuple):
    """Uploads as plain values, and how many more there are in each state."""

    shown: list[Values]
    rest: Counter[str]


def listing(home: Home, state: str | None, limit: int | None) -> Listing:
    """The uploads that need a person, then the others, of each the newest first: all or those in one state.

    Only what is shown is read, and whether its files exist. The rest is counted as if the files of its videos did.
    """
    database = Database(home)
    if state == "deleted":
        # Only the files tell.
        found = list(uploads(home, state, urgent_first(database)))
        return Listing(found[:limit], +Counter(deleted=len(found) - len(found[:limit])))
    left, shown = count_states(database), []
    for row, values in islice(_in_state(urgent_first(database, state), home, database, state), limit):
        shown.append(values)
        left[row.state] -= 1
    if limit is None:
        left.clear()
    elif state is not None:
        left = Counter({state: left[state]})
    return Listing(shown, +left)


def uploads(home: Home, state: str | None, rows: Iterable[UploadRow]) -> Iterator[Values]:
    """What a row of the list shows, for the ``rows`` that are in this state."""
    return (values for _, values in _in_state(rows, home, Database(home), state))


def _in_state(
    rows: Iterable[UploadRow], home: Home, database: Database, state: str | None
) -> Iterator[tuple[UploadRow, Values]]:
    for row in rows:
        values = values_of(home, row, shared=database.shared)
        if state in (None, values["status"]):
            yield row, values


def inbox(home: Home) -> list[Values]:
    """The fields of ``InboxStatus`` of what is in the inbox and did not become an upload."""
    return [_inbox_values(row) for row in InboxIndex(home).not_ingested()]


def lost_runs(home: Home) -> int:
    """How many runs lost their process and are not marked as failed yet."""
    if not any(home.runs.glob("*.lock")):
        return 0
    from pytoon_pipeline.runtime.locks import count_abandoned

    return count_abandoned(home.runs)


def all_as_json(home: Home, state: str | None = None) -> str:
    """A ``StatusResult`` as JSON: all uploads, or those in one state; then without the inbox."""
    database = Database(home)
    found = ",".join(as_json(*one) for one in _in_state(all_rows(database, details=True), home, database, state))
    return f'{{"uploads":[{found}],"inbox":{_encode([] if state else inbox(home))}}}'


def as_json(row: UploadRow, values: Values) -> str:
    """An ``UploadStatus`` as JSON. What the catalog keeps as JSON goes into it as it is."""
    kept = (
        f'"attempt_history":[{row.attempts or ""}],"items":{row.items or "[]"},"degraded":{row.degraded or "null"},'
        f'"released":{row.released or "null"},"notes":{row.notes or "[]"}'
    )
    return f"{_encode(values | {'post': _beside(values['video'] or values['held'])})[:-1]},{kept}}}"


def values_of(home: Home, row: UploadRow, *, shared: bool) -> Values:
    """The fields of ``UploadStatus`` that the catalog does not keep as JSON, without the publishing kit.

    Where homes share the catalog, a file that is not here may be on another machine.
    """
    video = f"{home.root}{os.sep}{row.video}" if row.video else None
    if video is not None and not os.path.exists(video):
        video = None
    state, problem = _state(row, shared or video is not None), _problem(row)
    error = problem if state in ("failed", "stopped") else _held(row) if state == "held" else None
    failed_change = problem if state in DELIVERED else None
    is_held = row.delivered == "held"
    return {
        "key": row.key,
        "name": row.name,
        "title": row.title,
        "status": state,
        "version": row.version if shared or video else None,
        "at": row.at,
        "reason": _reason(error, failed_change) or _remark(row, state, video is not None),
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
    """A video whose file a person has removed is deleted, unless a later change of it failed or was stopped."""
    if row.state not in DELIVERED or exists:
        return row.state
    return "failed" if row.code else "stopped" if row.stopped else "deleted"


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


def _remark(row: UploadRow, state: str, exists: bool) -> str | None:
    """What a person should know of a state that has no error."""
    if state == "degraded":
        return row.reason
    if state == "deleted":
        return DELETED
    if state in DELIVERED and not exists:
        return ELSEWHERE
    return None if row.points is None else f"Highlight with {row.points:.0f} of 100 points."


def _inbox_values(row: Row) -> Values:
    return {
        "name": row.name,
        "status": "rejected" if row.state == "rejected" else "waiting",
        "waiting_for": row.message if row.state == "seen" else None,
        "error": {"code": row.code, "message": row.message or "", "hint": row.hint or ""} if row.code else None,
    }
