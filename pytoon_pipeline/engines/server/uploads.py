"""Resumable uploads: files that arrive in chunks over connections that may break."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.engines.protocol import NamedFile
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline.store.partial_files import PartialFiles
from pytoon_pipeline.store.store import Store


class ResumableUploads:
    """Partial files are kept below ``store.work``, by their hashes, and survive a restart of the server.

    A complete file with the right hash moves into the store.
    """

    def __init__(self, store: Store, settings: ServerSettings) -> None:
        self.store = store
        self.settings = settings
        self.partial = PartialFiles(store.work / "partial")
        self._finalize_lock = threading.Lock()

    def is_complete(self, file: StoredFile) -> bool:
        return self.store.verify(file)

    def received(self, file: StoredFile) -> int:
        """The number of bytes of a file that have arrived."""
        return file.bytes if self.is_complete(file) else self._received_bytes(file)

    async def receive(self, file: NamedFile, offset: int, chunks: AsyncIterator[bytes]) -> int:
        """Appends chunks that start at byte ``offset``. Returns the number of bytes that have arrived.

        Bytes that have arrived are kept when the connection breaks. Raises ``WrongOffset``, ``InvalidInput`` for more
        bytes than the file has, and ``TransientError`` when there is no space, or when the complete file has another
        hash and was discarded.
        """
        if await asyncio.to_thread(self.is_complete, file):
            return file.bytes
        self._ensure_free_space(file, self._received_bytes(file))
        position = await self.partial.append(file.sha256, file.bytes, offset, chunks)
        if position == file.bytes:
            await asyncio.to_thread(self._finalize, file)
        return position

    def _ensure_free_space(self, file: NamedFile, received: int) -> None:
        """Deletes abandoned uploads. Raises ``TransientError`` when there is no space for the rest of a file."""
        self.partial.remove_abandoned(self.settings.partial_seconds)
        others = sum(self.partial.reserved(name) for name in self.partial.names() if name != file.sha256)
        if file.bytes + others > self.settings.upload_bytes:
            raise TransientError(
                "remote_busy", "The remote engine has too many uploads in progress.", "Try again later."
            )
        self.store.work.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.store.work).free - (file.bytes - received) < self.settings.free_bytes:
            raise disk_full()

    def _finalize(self, file: NamedFile) -> None:
        """Moves a complete file into the store."""
        path = self.partial.path(file.sha256)
        with self._finalize_lock:
            if not self.is_complete(file):
                if hash_files(path) != file.sha256:
                    self.partial.remove(file.sha256)
                    message = "The uploaded file does not match its hash."
                    raise TransientError("wrong_hash", message, "Send the file again.")
                self.store.adopt(path)
            self.partial.remove(file.sha256)

    def _received_bytes(self, file: StoredFile) -> int:
        """The size of a partial file. A partial file that is longer than the file is deleted."""
        size = self.partial.received(file.sha256)
        if size > file.bytes:
            self.partial.remove(file.sha256)
            return 0
        return size


def disk_full() -> TransientError:
    """The error when the server reaches its limit of free disk space."""
    return TransientError(
        "remote_disk_full", "The disk of the remote engine is full.", "Free disk space on that machine."
    )
