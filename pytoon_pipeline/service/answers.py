"""What commands print: one object for a run, one for a key."""

from pathlib import Path, PurePath
from typing import Any

from pytoon_pipeline.catalog.inbox_index import InboxIndex
from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import KEY, Uploads
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.rendering import RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.intake.decide import candidates
from pytoon_pipeline.intake.inbox import open_inbox
from pytoon_pipeline.intake.submit import DIGITS
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store


def status_of(home: Home, upload: SourceMedia) -> dict[str, Any]:
    uploads = Uploads(home)
    failure, record = uploads.failure(upload.key), uploads.delivered(upload.key)
    there = record is not None and bool(record.video) and (home.root / record.video).is_file()
    video = str(home.root / record.video) if record is not None and there else None
    status = _word(failure is not None, None if uploads.is_pending(upload.key) or not there else record)
    error = held_error(uploads, upload.key) if status == "held" else None
    return {
        "key": upload.key,
        "title": upload.title,
        "status": status,
        "attempts": len(uploads.attempts(upload.key)),
        "items": [one.id for one in Registry(home).of(upload)],
        "video": None if record is not None and record.held else video,
        "held": video if record is not None and record.held else None,
        "degraded": record.degraded.model_dump() if record is not None and record.degraded is not None else None,
        "released": record.released.model_dump() if record is not None and record.released is not None else None,
        "error": failure.model_dump(include={"code", "message", "hint"}) if failure else error and error.as_dict(),
    }


def held_error(uploads: Uploads, key: str) -> PytoonError | None:
    """Why the finished video of a key is not in the outbox; none unless it is held."""
    from pytoon_pipeline.quality.degradation import held_error

    record = uploads.delivered(key)
    return held_error(key, record) if record is not None and record.held else None


def inbox_rows(home: Home) -> list[dict[str, Any]]:
    """What lies in the inbox and became no upload: not whole yet, or rejected."""
    return [
        {
            "name": row.name,
            "status": "rejected" if row.state == "rejected" else "waiting",
            "waiting_for": row.message if row.state == "seen" else None,
            "error": {"code": row.code, "message": row.message, "hint": row.hint} if row.code else None,
        }
        for row in InboxIndex(home.intake).not_ingested()
    ]


def submitted(home: Home, key: str) -> dict[str, Any] | None:
    """A key whose upload still lies in the inbox; none when there is no such."""
    digits = f"-{key[:DIGITS]}"
    for one in candidates(open_inbox(home).entries()) if KEY.match(key) else ():
        if PurePath(one.name).stem.endswith(digits) or one.name.endswith(digits):
            nothing = dict.fromkeys(("video", "held", "degraded", "released", "error"))
            return {"key": key, "title": one.name, "status": "waiting", "attempts": 0, "items": [], **nothing}
    return None


def _word(failed: bool, record: DeliveryRecord | None) -> str:
    if failed:
        return "failed"
    if record is None:
        return "waiting"
    return "held" if record.held else "degraded" if record.degraded is not None else "completed"


def result(key: str | None, assets: dict[str, dict[str, Any]], error: PytoonError | None) -> dict[str, Any]:
    """The one object that ``render --json`` prints."""
    delivered = assets.get("delivered_video", {})
    segments = assets.get("rendered_segments", {})
    outbox = delivered.get("manifest")
    return {
        "key": key,
        "status": "failed" if error else "degraded" if delivered.get("degraded") else "completed",
        "video": delivered.get("video"),
        "thumbnail": delivered.get("thumbnail_file"),
        "spec": str(Path(outbox).with_name("spec.json")) if outbox else None,
        "manifest": outbox,
        "qc": None,
        "notes": [],
        "stages": [
            {"name": name, "status": facts["status"], "seconds": facts["seconds"]} for name, facts in assets.items()
        ],
        "segments": {
            "total": segments.get("segments", 0),
            "rendered": segments.get("segments_rendered", 0),
            "cached": segments.get("segments_cached", 0),
        },
        "attempts": 1,
        "engine": segments.get("engine"),
        "wall_seconds": 0.0,
        "error": error.as_dict() if error else None,
    }


def report(home: Home, key: str) -> dict[str, Any]:
    value = Store(home.store, home.work).latest("qc_score", key).value
    return {name: value[name] for name in ("score", "verdict", "findings", "seconds")}


def notes(home: Home, key: str) -> list[dict[str, str]]:
    """What a person should know about the finished video of ``key``, as ``{code, message}``."""
    store = Store(home.store, home.work)
    spec = store.latest("render_spec", key).read(RenderSpec)
    shown = store.latest("rendered_segments", key).read(RenderedSegments).rendered_spec(spec)
    record = Uploads(home).delivered(key)
    reasons = record.degraded.reasons if record is not None and record.degraded is not None else ()
    said = [Note(code=reason.code, message=f"Degraded: {reason.message}") for reason in reasons]
    return [note.model_dump() for note in (*shown.notes, *said)]


def copy_results(result: dict[str, Any], folder: Path) -> None:
    from pytoon_pipeline.runtime.atomic import copy_file

    for file in sorted(Path(result["video"]).parent.iterdir()):
        copy_file(file, folder / file.name)
    for name in ("video", "thumbnail", "spec", "manifest"):
        result[name] = str((folder / Path(result[name]).name).resolve())
