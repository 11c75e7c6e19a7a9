"""A catalog with many uploads in all states, for measuring."""

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.records import put_attempt, put_delivery, put_failure, put_upload, request_digest
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.degradation import Degradation, Reason
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.status import DeliveryRecord, FailureRecord
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_value

DEGRADED = Degradation(reasons=(Reason(kind="simplified", code="simplified", message="2 attempts failed."),))
NOTES = (
    Note(code="no_sound", message="The clip has no sound."),
    Note(code="cropped", message="The sides are cut off."),
)


def fill(home: Home, count: int, *, waiting: bool = True) -> None:
    """Of ten uploads, six are completed, one is degraded, one held and one failed for good; one waits, or is completed.

    Each finished one has its video, two versions, notes and an attempt.
    """
    with Database(home).write() as database:
        for number in range(count):
            key, at = f"{number:032x}", 1.7e9 + number
            upload = upload_of(number)
            put_upload(database, upload, at)
            request = request_digest(upload)
            put_attempt(database, key, request, Attempt(number=1, plan="p", verdict="pass", score=97.0))
            if number % 10 == 8:
                failure = FailureRecord(
                    code="not_media", message="It is not a video.", hint="Use another file.", category="invalid_input"
                )
                put_failure(database, key, failure.model_copy(update={"at": at}))
            elif number % 10 == 9 and waiting:
                database.execute("update uploads set pending = ? where key = ?", (at, key))
            else:
                put_delivery(database, key, f"before {request}", _delivered(home, upload, 1, number % 10))
                put_delivery(database, key, request, _delivered(home, upload, 2, number % 10))


def upload_of(number: int) -> SourceMedia:
    """The upload with this number."""
    item = SourceItem(name=f"{number}.mp4", sha256=hash_value(number), bytes=1000, origin=f"/media/{number}.mp4")
    request = {"text": {"hook": "Half price"}}
    return SourceMedia(key=f"{number:032x}", title=f"offer {number}", items=(item,), request=request)


def _delivered(home: Home, upload: SourceMedia, version: int, kind: int) -> DeliveryRecord:
    """A delivery whose video exists."""
    name = f"{upload.title.replace(' ', '-')}.v{version}"
    root = home.held if kind == 7 else home.outbox
    video = root / name / f"{name}.mp4"
    video.parent.mkdir(parents=True)
    video.touch()
    return DeliveryRecord(
        at=1.7e9, source=upload, seconds=12.0, verdict="pass", score=97.0, notes=NOTES, engine="local",
        preset="clean-product", presets="x", video=video.relative_to(home.root).as_posix(), held=kind == 7,
        degraded=DEGRADED if kind in (6, 7) else None,
    )  # fmt: skip
