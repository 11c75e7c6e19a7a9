"""The status of uploads. Reads only."""

from pathlib import PurePath

from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.names import KEY
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.results import ErrorInfo, InboxStatus, StatusResult, UploadState, UploadStatus
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.intake.decide import candidates
from pytoon_pipeline.intake.inbox import open_inbox
from pytoon_pipeline.intake.submit import DIGITS
from pytoon_pipeline.quality.degradation import held_error
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import count_abandoned

MAX_NAMED = 5


def all_status(home: Home) -> StatusResult:
    """The status of all uploads, the newest first, and of what is in the inbox."""
    uploads = Uploads(home)
    newest_first = uploads.keys()
    known = (upload for key in newest_first if (upload := uploads.find(key)))
    inbox = (_inbox_status(row) for row in InboxIndex(home).not_ingested())
    return StatusResult(uploads=tuple(upload_status(home, upload) for upload in known), inbox=tuple(inbox))


def status(home: Home, key_or_title: str) -> UploadStatus:
    """The status of one upload, also of one that is still in the inbox.

    Raises ``InvalidInput`` when no upload has this key or title, or several have this title.
    """
    uploads = Uploads(home)
    if upload := uploads.find(key_or_title):
        return upload_status(home, upload)
    if submitted := _in_inbox(home, key_or_title):
        return submitted
    return upload_status(home, uploads.get(find_key(uploads, key_or_title)))


def find_key(uploads: Uploads, key_or_title: str) -> str:
    """The key of the upload with this key or title; an unknown key is returned as it is.

    Raises ``InvalidInput`` when several uploads have this title.
    """
    if KEY.match(key_or_title):
        return key_or_title
    newest_first = uploads.keys()
    titled = [key for key in newest_first if (one := uploads.find(key)) and one.title == key_or_title]
    if len(titled) > 1:
        keys = ", ".join(titled[:MAX_NAMED]) + ("…" if len(titled) > MAX_NAMED else "")
        raise InvalidInput(
            "ambiguous_title", f"{len(titled)} uploads have the title “{key_or_title[:80]}”.", f"Use a key: {keys}."
        )
    return titled[0] if titled else key_or_title


def upload_status(home: Home, upload: SourceMedia) -> UploadStatus:
    """The status of a registered upload."""
    uploads = Uploads(home)
    failure, record = uploads.failure(upload.key), uploads.delivered(upload.key)
    exists = record is not None and bool(record.video) and (home.root / record.video).is_file()
    video = str(home.root / record.video) if record is not None and exists else None
    is_held = record is not None and record.held
    state = _state(failure is not None, None if uploads.is_pending(upload.key) or not exists else record)
    error = None
    if failure is not None:
        error = ErrorInfo(code=failure.code, message=failure.message, hint=failure.hint)
    elif state == "held" and record is not None:
        error = ErrorInfo.of(held_error(upload.key, record))
    return UploadStatus(
        key=upload.key,
        title=upload.title,
        status=state,
        attempts=len(uploads.attempts(upload.key)),
        items=tuple(item.id for item in Registry(home).of(upload)),
        video=None if is_held else video,
        held=video if is_held else None,
        degraded=record.degraded if record is not None else None,
        released=record.released if record is not None else None,
        error=error,
    )


def lost_runs(home: Home) -> int:
    """How many runs lost their process and are not marked as failed yet."""
    return count_abandoned(home.runs)


def _state(failed: bool, record: DeliveryRecord | None) -> UploadState:
    if failed:
        return "failed"
    if record is None:
        return "waiting"
    return "held" if record.held else "degraded" if record.degraded is not None else "completed"


def _in_inbox(home: Home, key: str) -> UploadStatus | None:
    """The status of a key whose upload is still in the inbox, none without one."""
    digits = f"-{key[:DIGITS]}"
    for candidate in candidates(open_inbox(home).entries()) if KEY.match(key) else ():
        if PurePath(candidate.name).stem.endswith(digits) or candidate.name.endswith(digits):
            return UploadStatus(key=key, title=candidate.name, status="waiting")
    return None


def _inbox_status(row: Row) -> InboxStatus:
    return InboxStatus(
        name=row.name,
        status="rejected" if row.state == "rejected" else "waiting",
        waiting_for=row.message if row.state == "seen" else None,
        error=ErrorInfo(code=row.code, message=row.message or "", hint=row.hint or "") if row.code else None,
    )
