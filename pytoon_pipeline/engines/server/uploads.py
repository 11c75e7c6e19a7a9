"""Resumable uploads: files that arrive in chunks over connections that may break."""

import asyncio
import shutil
import threading
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.engines.protocol import NamedFile
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline.store.store import Store


class WrongOffset(InvalidInput):
    """A chunk does not start at ``offset``, where the last one ended."""

    def __init__(self, offset: int) -> None:
        super().__init__(
            "wrong_offset", f"The server expects the upload to continue at byte {offset}.", "Continue there."
        )
        self.offset = offset


class ResumableUploads:
    """Partial files are kept below ``store.work`` and survive a restart of the server.

    A complete file with the right hash moves into the store. When several connections send the same file, the newest
    one wins. All methods but ``received`` run in the event loop, so two chunks are never written at the same time.
    """

    def __init__(self, store: Store, settings: ServerSettings) -> None:
        self.store = store
        self.settings = settings
        self.folder = store.work / "arriving"
        self._uploads: dict[str, tuple[object, NamedFile]] = {}
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
        path, upload = self.folder / file.sha256, object()
        position = self._received_bytes(file)
        if offset != position:
            raise WrongOffset(position)
        self._ensure_free_space(file, position)
        self._uploads[file.sha256] = (upload, file)
        try:
            with path.open("ab") as out:
                async for chunk in chunks:
                    if self._uploads.get(file.sha256, (None,))[0] is not upload:
                        raise WrongOffset(self._received_bytes(file))
                    if position + len(chunk) > file.bytes:
                        path.unlink(missing_ok=True)
                        raise InvalidInput(
                            "file_too_long", "The file is longer than the job states.", "Send the file again."
                        )
                    out.write(chunk)
                    out.flush()
                    position += len(chunk)
        finally:
            if self._uploads.get(file.sha256, (None,))[0] is upload:
                del self._uploads[file.sha256]
        if position == file.bytes:
            await asyncio.to_thread(self._finalize, file)
        return position

    def _ensure_free_space(self, file: NamedFile, received: int) -> None:
        """Deletes abandoned uploads. Raises ``TransientError`` when there is no space for the rest of a file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        reserved = file.bytes
        for path in self.folder.iterdir():
            if path.name == file.sha256:
                continue
            with suppress(FileNotFoundError):
                if path.name in self._uploads:
                    reserved += self._uploads[path.name][1].bytes
                elif time.time() - path.stat().st_mtime > self.settings.partial_seconds:
                    path.unlink()
                else:
                    reserved += path.stat().st_size
        if reserved > self.settings.upload_bytes:
            raise TransientError(
                "remote_busy", "The remote engine has too many uploads in progress.", "Try again later."
            )
        if shutil.disk_usage(self.folder).free - (file.bytes - received) < self.settings.free_bytes:
            raise disk_full()

    def _finalize(self, file: NamedFile) -> None:
        """Moves a complete file into the store."""
        path = self.folder / file.sha256
        with self._finalize_lock:
            if self.is_complete(file):
                path.unlink(missing_ok=True)
                return
            if hash_files(path) != file.sha256:
                path.unlink()
                raise TransientError("wrong_hash", "The uploaded file does not match its hash.", "Send the file again.")
            self.store.adopt(path)

    def _received_bytes(self, file: StoredFile) -> int:
        """The size of a partial file. A partial file that is longer than the file is deleted."""
        path = self.folder / file.sha256
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            return 0
        if size > file.bytes:
            path.unlink(missing_ok=True)
            return 0
        return size


def disk_full() -> TransientError:
    """The error when the server reaches its limit of free disk space."""
    return TransientError(
        "remote_disk_full", "The disk of the remote engine is full.", "Free disk space on that machine."
    )
