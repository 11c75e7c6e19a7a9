"""The register of uploads: which files and which request belong to a key, and how it stands."""

import logging
import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.status import DeliveryRecord, FailureRecord
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_value

log = logging.getLogger("pytoon.uploads")

R = TypeVar("R", bound=Record)
# Fields of the request that one run was given other values for.
Overrides = Mapping[str, object]

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
        if pending:
            # First: whoever is killed in between leaves a key that is looked after.
            self._write(self._marker("pending", upload.key), _Since(at=time.time()))
            self.clear_failure(upload.key)
        for standing in ("archived", "stopped"):
            self._marker(standing, upload.key).unlink(missing_ok=True)
        self._write(self._path(upload.key), upload)

    def get(self, key: str) -> SourceMedia:
        """The upload of a key. Raises ``InvalidInput`` for an unknown one."""
        if found := self.find(key):
            return found
        raise InvalidInput(
            "unknown_upload",
            f"There is no upload with the key “{key[:80]}”.",
            "Add it with “pytoon submit PATH”, or list the known keys with “pytoon status”.",
        )

    def find(self, key: str) -> SourceMedia | None:
        return _read(self._path(key), SourceMedia) if KEY.match(key) else None

    def files(self) -> set[str]:
        """SHA-256 of the files of all uploads, also of those that were never run."""
        found = map(self.find, self.touched())
        return {item.sha256 for upload in found if upload is not None for item in upload.items}

    def status_marks(self, read: SourceMedia) -> bool:
        """Whether an upload is still as a run has read it; the run may have added files of its brand."""
        now = self.find(read.key)
        return now is not None and now.request == read.request and now.items == read.items[: len(now.items)]

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

    def is_pending(self, key: str) -> bool:
        """Whether the video of a key is still to be made."""
        return self._marker("pending", key).exists()

    # Failing

    def fail(
        self, key: str, error: PytoonError, stage: str = "", run: str = "", overrides: Overrides = MappingProxyType({})
    ) -> None:
        """Keeps why a run of the key failed. Of several in one run the first counts, and bad input before all."""
        before = self.failure(key)
        total = before.total + 1 if before is not None else 1
        if before is not None and run and before.run == run:
            if before.category == "invalid_input" or error.category != "invalid_input":
                return
            before = None
        tries = before.tries + 1 if before is not None and before.category == error.category else 1
        record = FailureRecord.model_validate(
            {
                **error.as_dict(),
                "category": error.category,
                "stage": stage,
                "run": run,
                "overrides": dict(overrides),
                "at": time.time(),
                "tries": tries,
                "total": total,
            }
        )
        self._write(self._marker("failed", key), record)

    def clear_failure(self, key: str) -> None:
        self._marker("failed", key).unlink(missing_ok=True)

    def failure(self, key: str) -> FailureRecord | None:
        return _read(self._marker("failed", key), FailureRecord)

    def failing(self) -> list[str]:
        """Keys whose last run has failed."""
        return sorted(self._marked("failed"))

    # Stopped

    def stop(self, key: str) -> None:
        """Nothing more is done for the key by itself: a person has stopped its run."""
        self._write(self._marker("stopped", key), _Since(at=time.time()))
        self._marker("pending", key).unlink(missing_ok=True)

    def stopped(self) -> set[str]:
        return set(self._marked("stopped"))

    # Attempts. Those of a run with overrides are kept apart, and only the latest such.

    def attempts(self, key: str, overrides: Overrides = MappingProxyType({})) -> tuple[Attempt, ...]:
        """Attempts at what the key asks for at present, or asks for with ``overrides``, in order."""
        found = _read(self._attempts(key, overrides), _Attempts)
        return found.attempts if found and found.request == _digest(self.get(key), overrides) else ()

    def forget_attempts(self, key: str, overrides: Overrides = MappingProxyType({})) -> None:
        """The key begins anew, with what its presets say today."""
        self._attempts(key, overrides).unlink(missing_ok=True)

    def record(self, key: str, attempt: Attempt, overrides: Overrides = MappingProxyType({})) -> None:
        """Adds an attempt. One that was recorded already, by its plan, stays as it is."""
        known = self.attempts(key, overrides)
        if all(attempt.plan != one.plan or attempt.fallback != one.fallback for one in known):
            kept = _Attempts(request=_digest(self.get(key), overrides), attempts=(*known, attempt))
            self._write(self._attempts(key, overrides), kept)

    def _attempts(self, key: str, overrides: Overrides) -> Path:
        return self._marker("overridden" if overrides else "attempts", key)

    # Delivered

    def deliver(self, key: str, record: DeliveryRecord, read: SourceMedia | None = None) -> None:
        """The key has its video, delivered or held: it waits for nothing and fails no longer, unless it has changed
        since ``read``.
        """
        self._write(self._marker("delivered", key), record)
        degraded = record.degraded is not None and not record.held
        for standing, stands in (("degraded", degraded), ("held", record.held)):
            if stands:
                self._write(self._marker(standing, key), record)
            else:
                self._marker(standing, key).unlink(missing_ok=True)
        if read is None or self.status_marks(read):
            self.clear_failure(key)
            for standing in ("pending", "stopped"):
                self._marker(standing, key).unlink(missing_ok=True)

    def delivered(self, key: str) -> DeliveryRecord | None:
        return _read(self._marker("delivered", key), DeliveryRecord)

    def degraded(self) -> list[str]:
        """Keys whose video is not what was asked for: somebody should look at them."""
        return sorted(self._marked("degraded"))

    def held(self) -> list[str]:
        """Keys whose video is kept out of the outbox until a person releases it."""
        return sorted(self._marked("held"))

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
        write_bytes(path, record.model_dump_json(indent=2).encode(), self._aside)


def _digest(upload: SourceMedia, overrides: Overrides) -> str:
    return hash_value([upload.request | dict(overrides), [[item.role, item.sha256] for item in upload.items]])


def _read(path: Path, record: type[R]) -> R | None:
    """A record; one that cannot be read counts as absent, and is told of."""
    try:
        return record.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        log.warning("unreadable record", extra={"event": "unreadable", "file": path.name, "reason": str(error)[:200]})
        return None
