"""The versions of a video: what each was made from, and where it is."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pytoon_pipeline.catalog.finding import find_key, split_version
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.results import Change, HistoryResult, Version
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.runtime.home import Home

DIGITS = 8
# How the fields begin that stand for files; their values are digits of the files' hashes.
FILE = "file"


def history(home: Home, name: str) -> HistoryResult:
    """All versions of the video that ``name`` stands for, with what changed in each. Raises ``InvalidInput``."""
    key, uploads = find_key(home, name), Uploads(home)
    current, versions = uploads.delivered(key), []
    before: SourceMedia | None = None
    for record in uploads.versions(key):
        versions.append(_version(home, record, current, changes(before, record.source)))
        before = record.source or before
    return HistoryResult(key=key, name=uploads.name(key), title=uploads.get(key).title, versions=tuple(versions))


def locate(home: Home, name: str, version: int | None = None) -> Path:
    """The video of a version, of the current one by default. Raises ``InvalidInput`` when there is none."""
    found = history(home, name)
    version = split_version(name)[1] if version is None else version
    chosen = [one for one in found.versions if (one.current if version is None else one.version == version)]
    if not chosen:
        known = ", ".join(str(one.version) for one in found.versions)
        what = "no finished video" if version is None else f"no version {version}"
        hint = f"Its versions are {known}. To see what changed in each, type: pytoon history {found.name}"
        raise InvalidInput(
            "no_version",
            f"“{found.name}” has {what}.",
            hint if known else f"To see what it waits for, type: pytoon status {found.name}",
        )
    if chosen[0].video is None:
        raise InvalidInput(
            "video_gone",
            f"The video of version {chosen[0].version} of “{found.name}” was deleted or moved.",
            "Run pytoon render for its files again; finished stages are not recomputed.",
        )
    return Path(chosen[0].video)


def changes(before: SourceMedia | None, after: SourceMedia | None) -> tuple[Change, ...]:
    """Fields of the request and files that differ, by their names in the request; none without two versions."""
    if before is None or after is None:
        return ()
    then, now = _facts(before), _facts(after)
    names = (name for name in {**then, **now} if then.get(name) != now.get(name))
    return tuple(Change(field=name, before=then.get(name), after=now.get(name)) for name in names)


def _facts(upload: SourceMedia) -> dict[str, object]:
    """What decides the video: each field of the request by its path, and each file with the digits of its hash."""
    files = {f"{FILE} “{item.name}”": item.sha256[:DIGITS] for item in upload.items}
    return dict(_flat(upload.asked)) | files


def _flat(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """The leaves of a request with their paths, such as ``text.hook`` or ``media.photo.jpg.text``."""
    if isinstance(value, Mapping) and value:
        for name, inside in value.items():
            yield from _flat(inside, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        files = [one.get("file") if path == "media" and isinstance(one, Mapping) else None for one in value]
        for number, inside in enumerate(value):
            name = files[number] if files[number] and files.count(files[number]) == 1 else number
            yield from _flat(inside, f"{path}.{name}")
    else:
        yield path, value


def _version(
    home: Home, record: DeliveryRecord, current: DeliveryRecord | None, changed: tuple[Change, ...]
) -> Version:
    video = home.root / record.video
    exists = bool(record.video) and video.is_file()
    return Version(
        version=record.version,
        current=current is not None and current.version == record.version,
        status=record.state,
        at=record.at,
        preset=record.preset,
        seconds=record.seconds,
        score=record.score,
        changes=changed,
        video=str(video) if exists else None,
        folder=str(video.parent) if exists else None,
    )


def shown(value: object) -> str:
    """A value of a request as people write it."""
    return "–" if value is None else json.dumps(value, ensure_ascii=False)
