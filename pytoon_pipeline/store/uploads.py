"""The register of uploads: which files and which request belong to a key, and why a key failed."""

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import BadInput, PytoonError
from pytoon_pipeline.contracts.media import Role, SourceItem, SourceMedia
from pytoon_pipeline.store.atomic import write_bytes
from pytoon_pipeline.store.fingerprint import hash_files, hash_value
from pytoon_pipeline.store.store import Store

KEY_DIGITS = 32
KEY = re.compile(r"^[0-9a-f]{32}(-[a-z0-9][a-z0-9-]{0,30})?$")


class FailureRecord(Record):
    """Why the last attempt at a key failed."""

    code: str
    message: str
    hint: str
    failure: str


class _Attempts(Record):
    """Attempts at one request of a key."""

    request: str
    attempts: tuple[Attempt, ...] = ()


class Uploads:
    """Below ``root``, one JSON file a key; beside it its attempts, and an error while the last one has failed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def register(self, upload: SourceMedia) -> None:
        write_bytes(self._path(upload.key), upload.model_dump_json(indent=2).encode())

    def get(self, key: str) -> SourceMedia:
        """The upload of a key. Raises ``BadInput`` for an unknown one."""
        if KEY.match(key) and self._path(key).is_file():
            return SourceMedia.model_validate_json(self._path(key).read_bytes())
        raise BadInput(
            "unknown_upload",
            f"There is no upload with the key “{key[:80]}”.",
            "Add it with “pytoon submit PATH”, or list the known keys with “pytoon status”.",
        )

    def keys(self) -> list[str]:
        """All known keys, the newest first."""
        found = [path for path in self.root.glob("*.json") if KEY.match(path.stem)]
        return [path.stem for path in sorted(found, key=lambda path: -path.stat().st_mtime_ns)]

    def fail(self, key: str, error: PytoonError) -> None:
        record = FailureRecord(failure=error.failure, **error.as_dict())
        write_bytes(self._failure(key), record.model_dump_json(indent=2).encode())

    def clear_failure(self, key: str) -> None:
        self._failure(key).unlink(missing_ok=True)

    def failure(self, key: str) -> FailureRecord | None:
        try:
            return FailureRecord.model_validate_json(self._failure(key).read_bytes())
        except FileNotFoundError:
            return None

    def failing(self) -> list[str]:
        """Keys whose last attempt has failed."""
        return sorted(path.stem for path in self.root.glob("*.error") if KEY.match(path.stem))

    def attempts(self, key: str) -> tuple[Attempt, ...]:
        """Attempts at the key's present request, in order."""
        try:
            found = _Attempts.model_validate_json(self._attempts(key).read_bytes())
        except FileNotFoundError:
            return ()
        return found.attempts if found.request == hash_value(self.get(key).request) else ()

    def record(self, key: str, attempt: Attempt) -> None:
        """Adds an attempt. One that was recorded already, by its plan, stays as it is."""
        known = self.attempts(key)
        if all(attempt.plan != one.plan or attempt.safe != one.safe for one in known):
            kept = _Attempts(request=hash_value(self.get(key).request), attempts=(*known, attempt))
            write_bytes(self._attempts(key), kept.model_dump_json(indent=2).encode())

    def degraded(self) -> list[str]:
        """Keys for which only the safe video could be made: somebody should look at them."""
        keys = (path.stem for path in self.root.glob("*.attempts") if KEY.match(path.stem))
        return sorted(key for key in keys if any(attempt.safe for attempt in self.attempts(key)))

    def _attempts(self, key: str) -> Path:
        return self.root / f"{key}.attempts"

    def _path(self, key: str) -> Path:
        return self.root / f"{key}.json"

    def _failure(self, key: str) -> Path:
        return self.root / f"{key}.error"


def admit(
    store: Store, uploads: Uploads, files: Sequence[tuple[Path, Role]], title: str, request: dict[str, Any]
) -> SourceMedia:
    """Takes files into the store and registers the upload that they make.

    The key is the first 32 hex digits of SHA-256 over the media bytes in order; for one file that is the file's own
    hash, and without any that of the request. Raises ``BadInput`` for what is not a file with content.
    """
    items = []
    for path, role in files:
        check_file(path)
        file = store.add(path)
        items.append(
            SourceItem(
                name=shown(path.name),
                sha256=file.sha256,
                bytes=file.bytes,
                origin=shown(str(path.resolve())),
                role=role,
            )
        )
    media = [(path, item) for (path, _), item in zip(files, items, strict=True) if item.role == "media"]
    if len(media) == 1:
        digest = media[0][1].sha256
    else:
        digest = hash_files(*(path for path, _ in media)) if media else hash_value(request)
    variant = request.get("variant")
    key = digest[:KEY_DIGITS] + (f"-{variant}" if variant else "")
    upload = SourceMedia(key=key, title=shown(title), items=tuple(items), request=request)
    uploads.register(upload)
    return upload


def shown(name: str) -> str:
    """A file name as text: bytes that are no UTF-8, and control characters, become a replacement mark."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def check_file(path: Path) -> None:
    """Raises ``BadInput`` unless ``path`` is a readable file with content."""
    name = f"“{shown(path.name)[:120]}”"
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb"):
                pass
    except FileNotFoundError:
        raise BadInput("file_missing", f"There is no file {name}.", "Check the path and its spelling.") from None
    except OSError as error:
        raise BadInput(
            "file_unreadable",
            f"The file {name} cannot be read: {error.strerror}.",
            "Check the path and the permissions.",
        ) from None
    if not stat.S_ISREG(status.st_mode):
        raise BadInput("not_a_file", f"{name} is not a file.", "Give a video file, or a folder with media.")
    if status.st_size == 0:
        raise BadInput("empty_file", f"The file {name} is empty.", "The upload may have broken off; add it again.")
