"""The register of uploads: which files and which request belong to a key, and how it stands."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import BadInput, PytoonError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.standing import DeliveryRecord, FailureRecord
from pytoon_pipeline.store.atomic import write_bytes
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.home import Home

R = TypeVar("R", bound=Record)

KEY = re.compile(r"^[0-9a-f]{32}(-[a-z0-9][a-z0-9-]{0,30})?$")


class _Attempts(Record):
    """Attempts at one request of a key."""

    request: str
    attempts: tuple[Attempt, ...] = ()


class _Since(Record):
    at: float


class Uploads:
    """One JSON file a key; beside them a folder for each way in which a key can stand, with a file for those that do.

    So whoever looks for keys that wait or have failed reads only those, however many are known.
    """

    def __init__(self, home: Home) -> None:
        self.root = home.uploads
        self._aside = home.work

    def register(self, upload: SourceMedia, *, pending: bool = True) -> None:
        """Makes an upload known, or changes it. ``pending``: its video is to be made without being asked for again."""
        self._write(self._path(upload.key), upload)
        self._marker("archived", upload.key).unlink(missing_ok=True)
        if pending:
            self.clear_failure(upload.key)
            self._write(self._marker("pending", upload.key), _Since(at=time.time()))

    def get(self, key: str) -> SourceMedia:
        """The upload of a key. Raises ``BadInput`` for an unknown one."""
        if found := self.find(key):
            return found
        raise BadInput(
            "unknown_upload",
            f"There is no upload with the key “{key[:80]}”.",
            "Add it with “pytoon submit PATH”, or list the known keys with “pytoon status”.",
        )

    def find(self, key: str) -> SourceMedia | None:
        return _read(self._path(key), SourceMedia) if KEY.match(key) else None

    def keys(self) -> list[str]:
        """All known keys, the newest first."""
        return [key for key, _ in sorted(self.touched().items(), key=lambda one: one[1], reverse=True)]

    def touched(self) -> dict[str, float]:
        """All known keys, and when each was last registered."""
        if not self.root.is_dir():
            return {}
        with os.scandir(self.root) as found:
            named = ((one.name.removesuffix(".json"), one) for one in found if one.name.endswith(".json"))
            return {key: one.stat().st_mtime for key, one in named if KEY.match(key)}

    # Waiting

    def pending(self) -> dict[str, float]:
        """Keys whose video is still to be made, and since when."""
        found = ((key, _read(self._marker("pending", key), _Since)) for key in self._marked("pending"))
        return {key: since.at for key, since in found if since is not None}

    def unsettled(self) -> list[str]:
        """Keys that wait for their first answer: neither a video nor a failure yet."""
        return [key for key in self._marked("pending") if not self._marker("failed", key).exists()]

    # Failing

    def fail(self, key: str, error: PytoonError, stage: str = "", run: str = "") -> None:
        """Keeps why a run of the key failed. Of several in one run the first counts, and bad input before all."""
        before = self.failure(key)
        if before is not None and run and before.run == run:
            if before.failure == "bad_input" or error.failure != "bad_input":
                return
            before = None
        tries = before.tries + 1 if before is not None and before.failure == error.failure else 1
        record = FailureRecord.model_validate(
            {**error.as_dict(), "failure": error.failure, "stage": stage, "run": run, "at": time.time(), "tries": tries}
        )
        self._write(self._marker("failed", key), record)

    def clear_failure(self, key: str) -> None:
        self._marker("failed", key).unlink(missing_ok=True)

    def failure(self, key: str) -> FailureRecord | None:
        return _read(self._marker("failed", key), FailureRecord)

    def failing(self) -> list[str]:
        """Keys whose last run has failed."""
        return sorted(self._marked("failed"))

    # Attempts

    def attempts(self, key: str) -> tuple[Attempt, ...]:
        """Attempts at the key's present request, in order."""
        found = _read(self._marker("attempts", key), _Attempts)
        return found.attempts if found and found.request == hash_value(self.get(key).request) else ()

    def record(self, key: str, attempt: Attempt) -> None:
        """Adds an attempt. One that was recorded already, by its plan, stays as it is."""
        known = self.attempts(key)
        if all(attempt.plan != one.plan or attempt.safe != one.safe for one in known):
            kept = _Attempts(request=hash_value(self.get(key).request), attempts=(*known, attempt))
            self._write(self._marker("attempts", key), kept)

    # Delivered

    def deliver(self, key: str, record: DeliveryRecord) -> None:
        """The key has its video: it waits for nothing and fails no longer."""
        self._write(self._marker("delivered", key), record)
        degraded = self._marker("degraded", key)
        if record.degraded:
            self._write(degraded, record)
        else:
            degraded.unlink(missing_ok=True)
        self.clear_failure(key)
        self._marker("pending", key).unlink(missing_ok=True)

    def delivered(self, key: str) -> DeliveryRecord | None:
        return _read(self._marker("delivered", key), DeliveryRecord)

    def degraded(self) -> list[str]:
        """Keys whose video is not what was asked for: somebody should look at them."""
        return sorted(self._marked("degraded"))

    # Archived

    def archive(self, key: str) -> None:
        """Keeps the key, but no longer among those that are shown."""
        self._write(self._marker("archived", key), _Since(at=time.time()))

    def archived(self) -> set[str]:
        return set(self._marked("archived"))

    def _marked(self, standing: str) -> Iterator[str]:
        folder = self.root / standing
        if folder.is_dir():
            yield from (path.stem for path in folder.iterdir() if KEY.match(path.stem))

    def _marker(self, standing: str, key: str) -> Path:
        return self.root / standing / f"{key}.json"

    def _path(self, key: str) -> Path:
        return self.root / f"{key}.json"

    def _write(self, path: Path, record: Record) -> None:
        self._aside.mkdir(parents=True, exist_ok=True)
        write_bytes(path, record.model_dump_json(indent=2).encode(), self._aside)


def _read(path: Path, record: type[R]) -> R | None:
    try:
        return record.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
