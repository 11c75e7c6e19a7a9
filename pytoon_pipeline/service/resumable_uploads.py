"""Uploads that continue after a broken connection: begun with a length, sent in pieces, kept when the last has come."""

import asyncio
import re
import secrets
import threading
from collections.abc import AsyncIterator

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.service.renders import Workplace
from pytoon_pipeline.store.partial_files import PartialFiles, PieceDigest, WrongOffset
from pytoon_pipeline.store.store import Store

# How long an upload waits for its next piece, and how many a tenant may have.
KEPT_SECONDS, MAX_PER_TENANT = 86400, 100
NAME = re.compile(r"[\w-]{32}", re.ASCII)


class Begun(Record):
    """What a client said when it began an upload; and the file, when it is complete."""

    tenant: str
    bytes: int
    metadata: str
    file: StoredFile | None = None


class Progress(Record):
    """How far an upload is: ``offset`` bytes have arrived, of ``begun.bytes``. Then ``expires`` is when it ends."""

    begun: Begun
    offset: int
    expires: float


class ResumableUploads:
    """The uploads of all tenants. Each is known to its tenant alone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._partial = PartialFiles(store.work / "resumable")
        self._finishing = threading.Lock()

    def begin(self, at: Workplace, size: int, metadata: str) -> str:
        """Begins an upload of ``size`` bytes. Returns its name, which nobody can guess.

        Raises ``InvalidInput`` when the tenant has too many, and ``OSError`` (ENOSPC) when the disk has no space.
        """
        self._partial.remove_abandoned(KEPT_SECONDS)
        begun = [self._begun(name) for name in self._partial.names()]
        if sum(one is not None and one.tenant == at.tenant and one.file is None for one in begun) >= MAX_PER_TENANT:
            message = f"There are {MAX_PER_TENANT} unfinished uploads already."
            raise InvalidInput(
                "too_many_uploads", message, "Finish some of them, or DELETE those that you do not need."
            )
        self._store.ensure_free_space(size)
        name = secrets.token_urlsafe(24)
        self._write(name, Begun(tenant=at.tenant, bytes=size, metadata=metadata))
        return name

    def progress(self, at: Workplace, name: str) -> Progress:
        """How far an upload is. A complete one whose server ended before it was kept is kept now.

        Raises ``InvalidInput`` for one that the tenant does not have.
        """
        begun, offset = self._of(at, name), self._partial.received(name)
        if begun.file is None and offset == begun.bytes:
            begun = self._finish(at, name)
        if begun.file is not None:
            offset = begun.bytes
        return Progress(begun=begun, offset=offset, expires=self._partial.changed(name) + KEPT_SECONDS)

    async def receive(
        self, at: Workplace, name: str, offset: int, pieces: AsyncIterator[bytes], digest: PieceDigest | None
    ) -> Progress:
        """Appends what arrives from byte ``offset`` on. The last byte makes the upload a file of the tenant.

        Raises what ``progress``, ``PartialFiles.append`` and ``Store.ensure_free_space`` raise.
        """
        now = await asyncio.to_thread(self.progress, at, name)
        if now.begun.file is None:
            self._store.ensure_free_space(now.begun.bytes - now.offset)
            await self._partial.append(name, now.begun.bytes, offset, pieces, digest)
        elif offset != now.offset:
            raise WrongOffset(now.offset)
        return await asyncio.to_thread(self.progress, at, name)

    def end(self, at: Workplace, name: str) -> None:
        """Removes an upload with what has arrived; a file that was kept stays. Raises ``InvalidInput``."""
        self._of(at, name)
        self._partial.remove(name)

    def _finish(self, at: Workplace, name: str) -> Begun:
        """Keeps a complete upload, once."""
        with self._finishing:
            begun = self._of(at, name)
            if begun.file is None:
                begun = begun.model_copy(update={"file": at.keep(self._partial.path(name))})
                self._write(name, begun)
        return begun

    def _of(self, at: Workplace, name: str) -> Begun:
        begun = self._begun(name)
        if begun is None or begun.tenant != at.tenant:
            hint = f"It ended, or it waited for more than {KEPT_SECONDS // 3600} hours. Begin a new one."
            raise InvalidInput("unknown_upload", "There is no such unfinished upload.", hint)
        return begun

    def _begun(self, name: str) -> Begun | None:
        if not NAME.fullmatch(name):
            return None
        try:
            return Begun.model_validate_json((self._partial.folder / name / "begun.json").read_bytes())
        except FileNotFoundError:
            return None

    def _write(self, name: str, begun: Begun) -> None:
        write_bytes(self._partial.folder / name / "begun.json", begun.model_dump_json().encode())
