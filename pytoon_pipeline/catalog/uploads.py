"""The registry of uploads: the files and the request of each key, and its status."""

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
# Fields of the request that a run overrides.
Overrides = Mapping[str, object]

KEY = re.compile(r"^[0-9a-f]{32}(-[a-z0-9][a-z0-9-]{0,30})?$")


class _Attempts(Record):
    """Attempts at one request of a key."""

    request: str
    attempts: tuple[Attempt, ...] = ()


class _Since(Record):
    at: float


class Uploads:
    """One JSON file per key, and one folder per status with a file for each key that has it.

    A query for pending or failed keys thus reads only those, however many keys exist.
    """

    def __init__(self, home: Home) -> None:
        self.root = home.uploads
        self._tmp_folder = home.work

    def register(self, upload: SourceMedia, *, pending: bool = True) -> None:
        """Adds or replaces an upload. With ``pending``, its video will be made automatically."""
        if pending:
            # First, so that a process killed in between leaves a key that is still processed.
            self._write(self._marker("pending", upload.key), _Since(at=time.time()))
            self.clear_failure(upload.key)
        for status in ("archived", "stopped"):
            self._marker(status, upload.key).unlink(missing_ok=True)
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
        """SHA-256 of the files of all uploads, including those without any run."""
        found = map(self.find, self.touched())
        return {item.sha256 for upload in found if upload is not None for item in upload.items}

    def is_current(self, read: SourceMedia) -> bool:
        """Whether an upload is unchanged since a run read it; the run may have added files of its brand."""
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

    # Names

    def name(self, key: str) -> str:
        """The name of a key; an unknown key has itself."""
        return self.names().get(key, key)

    def key_of(self, name: str) -> str | None:
        """The key of a name; a key is a name of itself."""
        names = self.names()
        return name if name in names else next((key for key, one in names.items() if one == name), None)

    def names(self) -> dict[str, str]:
        """The names of all keys."""
        taken: dict[str, str] = {}
        for key, _ in sorted(self.touched().items(), key=lambda one: one[1]):
            upload = self.find(key)
            base = re.sub(r"[^\w]+", "-", upload.title if upload else key).strip("-_") or "video"
            numbered = (base if n == 1 else f"{base}-{n}" for n in range(1, 100000))
            taken[next(one for one in numbered if one not in taken)] = key
        return {key: name for name, key in taken.items()}

    # Pending

    def pending(self) -> dict[str, float]:
        """Keys whose video is pending, and since when (seconds since the epoch)."""
        found = ((key, _read(self._marker("pending", key), _Since)) for key in self._marked("pending"))
        return {key: since.at for key, since in found if since is not None}

    def is_pending(self, key: str) -> bool:
        """Whether the video of a key is pending."""
        return self._marker("pending", key).exists()

    # Failed

    def fail(
        self, key: str, error: PytoonError, stage: str = "", run: str = "", overrides: Overrides = MappingProxyType({})
    ) -> None:
        """Records why a run of the key failed. Of several errors in one run the first counts, or invalid input."""
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
        """Keys whose last run failed."""
        return sorted(self._marked("failed"))

    # Stopped

    def stop(self, key: str) -> None:
        """Ends automatic processing of the key: a person has stopped its run."""
        self._write(self._marker("stopped", key), _Since(at=time.time()))
        self._marker("pending", key).unlink(missing_ok=True)

    def stopped(self) -> set[str]:
        return set(self._marked("stopped"))

    # Attempts. Those of runs with overrides are stored separately, and only for the latest overrides.

    def attempts(self, key: str, overrides: Overrides = MappingProxyType({})) -> tuple[Attempt, ...]:
        """Attempts at the current request of the key, with ``overrides`` applied, in order."""
        found = _read(self._attempts(key, overrides), _Attempts)
        return found.attempts if found and found.request == _digest(self.get(key), overrides) else ()

    def forget_attempts(self, key: str, overrides: Overrides = MappingProxyType({})) -> None:
        """Starts again, with the current presets."""
        self._attempts(key, overrides).unlink(missing_ok=True)

    def record(self, key: str, attempt: Attempt, overrides: Overrides = MappingProxyType({})) -> None:
        """Adds an attempt, unless one with the same plan is recorded already."""
        known = self.attempts(key, overrides)
        if all(attempt.plan != one.plan or attempt.fallback != one.fallback for one in known):
            updated = _Attempts(request=_digest(self.get(key), overrides), attempts=(*known, attempt))
            self._write(self._attempts(key, overrides), updated)

    def _attempts(self, key: str, overrides: Overrides) -> Path:
        return self._marker("overridden" if overrides else "attempts", key)

    # Delivered

    def deliver(self, key: str, record: DeliveryRecord, read: SourceMedia | None = None) -> None:
        """Records that the video of the key is delivered or held. The key is no longer pending or failed, unless its
        upload has changed since ``read``.
        """
        self._write(self._marker("delivered", key), record)
        degraded = record.degraded is not None and not record.held
        for status, applies in (("degraded", degraded), ("held", record.held)):
            if applies:
                self._write(self._marker(status, key), record)
            else:
                self._marker(status, key).unlink(missing_ok=True)
        if read is None or self.is_current(read):
            self.clear_failure(key)
            for status in ("pending", "stopped"):
                self._marker(status, key).unlink(missing_ok=True)

    def delivered(self, key: str) -> DeliveryRecord | None:
        return _read(self._marker("delivered", key), DeliveryRecord)

    def degraded(self) -> list[str]:
        """Keys whose video differs from the request; a person should check them."""
        return sorted(self._marked("degraded"))

    def held(self) -> list[str]:
        """Keys whose video stays out of the outbox until a person releases it."""
        return sorted(self._marked("held"))

    # Archived

    def archive(self, key: str) -> None:
        """Hides the key from listings."""
        self._write(self._marker("archived", key), _Since(at=time.time()))

    def archived(self) -> set[str]:
        return set(self._marked("archived"))

    def _marked(self, status: str) -> Iterator[str]:
        folder = self.root / status
        if folder.is_dir():
            yield from (path.stem for path in folder.iterdir() if KEY.match(path.stem))

    def _marker(self, status: str, key: str) -> Path:
        return self.root / status / f"{key}.json"

    def _path(self, key: str) -> Path:
        return self.root / f"{key}.json"

    def _write(self, path: Path, record: Record) -> None:
        write_bytes(path, record.model_dump_json(indent=2).encode(), self._tmp_folder)


def _digest(upload: SourceMedia, overrides: Overrides) -> str:
    return hash_value([upload.request | dict(overrides), [[item.role, item.sha256] for item in upload.items]])


def _read(path: Path, record: type[R]) -> R | None:
    """A record. One that cannot be read counts as absent, and is logged."""
    try:
        return record.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        log.warning("unreadable record", extra={"event": "unreadable", "file": path.name, "reason": str(error)[:200]})
        return None
