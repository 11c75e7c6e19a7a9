"""The status of uploads as typed answers. Reads only."""

import time
from collections.abc import Sequence

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.finding import find_key
from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.listing import row_of
from pytoon_pipeline.catalog.names import KEY
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.results import StatusResult, UploadStatus
from pytoon_pipeline.intake.decide import Candidate, candidates
from pytoon_pipeline.intake.inbox import open_inbox
from pytoon_pipeline.intake.ingest import DIGITS
from pytoon_pipeline.intake.submit import SUBMITTED
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service import overview


def all_status(home: Home) -> StatusResult:
    """The status of all uploads, the newest first, and of what is in the inbox."""
    return StatusResult.model_validate_json(overview.all_as_json(home))


def status_of(home: Home, names: Sequence[str]) -> StatusResult:
    """The status of some uploads."""
    return StatusResult(uploads=tuple(status(home, name) for name in names), inbox=())


def status(home: Home, name: str) -> UploadStatus:
    """The status of one upload, also of one that is still in the inbox.

    Raises ``InvalidInput`` when ``name`` is about no upload, or about several.
    """
    try:
        return upload_status(home, find_key(home, name))
    except InvalidInput as error:
        if error.code == "unknown_upload" and (submitted := _in_inbox(home, name)):
            return submitted
        raise


def upload_status(home: Home, key: str) -> UploadStatus:
    """The status of a registered upload."""
    database = Database(home)
    row = row_of(database, key)
    if row is None:
        raise LookupError(key)
    values = overview.values_of(home, row, shared=database.shared)
    return UploadStatus.model_validate_json(overview.as_json(row, values))


def _in_inbox(home: Home, text: str) -> UploadStatus | None:
    """The status of an upload that is still in the inbox, by its key or title; none without one."""
    digits = text[:DIGITS] if KEY.match(text) else None
    for candidate in candidates(open_inbox(home).entries()):
        found = SUBMITTED.fullmatch(candidate.name)
        if found is not None and (text == found["title"] or digits == found["digits"]):
            return _submitted(home, text if digits else None, found["title"], candidate)
    return None


def _submitted(home: Home, key: str | None, title: str, candidate: Candidate) -> UploadStatus:
    row = InboxIndex(home).rows().get(candidate.name)
    since, reason = (row.since, row.message) if row is not None else (time.time(), None)
    return UploadStatus(key=key, name=candidate.name, title=title, status="waiting", at=since, reason=reason)
