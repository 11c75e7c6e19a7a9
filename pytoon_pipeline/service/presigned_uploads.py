"""Uploads that go to the object store directly: to a signed URL, which takes exactly the file that was stated.

The server checks what has arrived before it keeps it: an object store of one's own may not check what was signed.
"""

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.renders import PresignRequest
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.service.renders import Workplace
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline.store.objects.protocol import ObjectStore, SignedUpload
from pytoon_pipeline.store.shared import incoming_name
from pytoon_pipeline.store.store import Store

# How long a URL can be used, and how long after that what has arrived can be completed.
URL_SECONDS, GRACE_SECONDS = 3600, 3600
MAX_PER_TENANT = 100
NAME = re.compile(r"[\w-]{32}", re.ASCII)


class Announced(Record):
    """A file that a tenant may send until ``expires``, in seconds since the epoch; ``kept`` once it is complete."""

    tenant: str
    file: StoredFile
    expires: float
    kept: bool = False


@dataclass(frozen=True)
class Announcement:
    """Where to send a file, and under which name it is completed."""

    name: str
    upload: SignedUpload
    expires: float


class PresignedUploads:
    """The announced uploads of all tenants. Each is known to its tenant alone."""

    def __init__(self, store: Store) -> None:
        self._store, self._folder = store, store.work / "presigned"

    def begin(self, at: Workplace, wanted: PresignRequest) -> Announcement:
        """Announces a file. Raises ``InvalidInput`` without an object store, without room, and for too many files."""
        objects = self._objects
        self._remove_expired(objects)
        if sum(one.tenant == at.tenant and not one.kept for _, one in self._all()) >= MAX_PER_TENANT:
            message = f"There are {MAX_PER_TENANT} unfinished uploads already."
            raise InvalidInput("too_many_uploads", message, "Complete some, or DELETE those that you do not need.")
        at.files.check_room(wanted.bytes)
        # Nobody can guess it.
        name, expires = secrets.token_urlsafe(24), time.time() + URL_SECONDS
        file = StoredFile(sha256=wanted.id, bytes=wanted.bytes)
        self._write(name, Announced(tenant=at.tenant, file=file, expires=expires))
        upload = objects.signed_upload(incoming_name(name), file.bytes, file.sha256, URL_SECONDS)
        return Announcement(name, upload, expires)

    def complete(self, at: Workplace, name: str) -> StoredFile:
        """Makes what has arrived a file of the tenant. Completing it again changes nothing.

        Raises ``InvalidInput`` for one that the tenant does not have, that has not arrived, or is not what was stated;
        the latter is removed.
        """
        found = self._of(at, name)
        if found.kept:
            return found.file
        objects, incoming = self._objects, incoming_name(name)
        size = objects.size(incoming)
        if size is None:
            hint = "PUT it to the URL first, with the headers that belong to it."
            raise InvalidInput("not_arrived", "The file has not arrived yet.", hint)
        with scratch_dir(self._store.work) as scratch:
            path = scratch / "upload"
            right = size == found.file.bytes and objects.fetch(incoming, path, size)
            if not right or hash_files(path) != found.file.sha256:
                self._remove(objects, name)
                hint = "Ask for a new URL, with the SHA-256 and the size of the file."
                raise InvalidInput("wrong_content", "What arrived is not the file that was stated.", hint)
            at.keep(path)
        objects.remove(incoming)
        self._write(name, found.model_copy(update={"kept": True}))
        return found.file

    def end(self, at: Workplace, name: str) -> None:
        """Removes an upload with what has arrived; a file that was kept stays. Raises ``InvalidInput``."""
        self._of(at, name)
        self._remove(self._objects, name)

    @property
    def _objects(self) -> ObjectStore:
        if self._store.shared is None:
            hint = "Send the file here: POST /v1/uploads"
            raise InvalidInput("store_not_s3", "This server has no object store.", hint)
        return self._store.shared.objects

    def _remove_expired(self, objects: ObjectStore) -> None:
        for name, one in list(self._all()):
            if one.expires + GRACE_SECONDS < time.time():
                self._remove(objects, name)

    def _remove(self, objects: ObjectStore, name: str) -> None:
        objects.remove(incoming_name(name))
        self._path(name).unlink(missing_ok=True)

    def _all(self) -> Iterator[tuple[str, Announced]]:
        with suppress(FileNotFoundError):
            for path in sorted(self._folder.glob("*.json")):
                if (found := self._announced(path.stem)) is not None:
                    yield path.stem, found

    def _of(self, at: Workplace, name: str) -> Announced:
        found = self._announced(name)
        if found is None or found.tenant != at.tenant or found.expires + GRACE_SECONDS < time.time():
            hint = f"It ended, or its URL expired more than {GRACE_SECONDS // 60} minutes ago. Ask for a new one."
            raise InvalidInput("unknown_upload", "There is no such unfinished upload.", hint)
        return found

    def _announced(self, name: str) -> Announced | None:
        if not NAME.fullmatch(name):
            return None
        try:
            return Announced.model_validate_json(self._path(name).read_bytes())
        except FileNotFoundError:
            return None

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _write(self, name: str, value: Announced) -> None:
        write_bytes(self._path(name), value.model_dump_json().encode())
