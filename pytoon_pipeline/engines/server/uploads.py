"""Files on their way to the server, in chunks, over connections that may drop."""

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
    """A chunk does not begin where the last one ended, which is at ``offset``."""

    def __init__(self, offset: int) -> None:
        super().__init__("wrong_offset", f"The file goes on at byte {offset}.", "Send it from there.")
        self.offset = offset


class ResumableUploads:
    """What has arrived of each file lies below ``store.work``, so that it outlives the server.

    A whole file with the right hash moves into the store. Of several connections that send the same file, the newest
    is heard. All but ``received`` run in the event loop, so that no two chunks are written at the same time.
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
        """Bytes of the file that are here."""
        return file.bytes if self.is_complete(file) else self._received_bytes(file)

    async def receive(self, file: NamedFile, offset: int, chunks: AsyncIterator[bytes]) -> int:
        """Appends chunks that begin at byte ``offset``. Gives how many bytes of the file are here then.

        What has come stays when the connection drops. Raises ``WrongOffset``, ``InvalidInput`` for more bytes than the
        file has, and ``TransientError`` when there is no scratch or when the whole file has another hash: it is
        forgotten.
        """
        if await asyncio.to_thread(self.is_complete, file):
            return file.bytes
        part, turn = self.folder / file.sha256, object()
        at = self._received_bytes(file)
        if offset != at:
            raise WrongOffset(at)
        self._ensure_free_space(file, at)
        self._uploads[file.sha256] = (turn, file)
        try:
            with part.open("ab") as out:
                async for chunk in chunks:
                    if self._uploads.get(file.sha256, (None,))[0] is not turn:
                        raise WrongOffset(self._received_bytes(file))
                    if at + len(chunk) > file.bytes:
                        part.unlink(missing_ok=True)
                        raise InvalidInput(
                            "file_too_long", "There is more of the file than was said.", "Send it again."
                        )
                    out.write(chunk)
                    out.flush()
                    at += len(chunk)
        finally:
            if self._uploads.get(file.sha256, (None,))[0] is turn:
                del self._uploads[file.sha256]
        if at == file.bytes:
            await asyncio.to_thread(self._finalize, file)
        return at

    def _ensure_free_space(self, file: NamedFile, at: int) -> None:
        """Raises ``TransientError`` when the rest of a file has no scratch, after dropping what was given up."""
        self.folder.mkdir(parents=True, exist_ok=True)
        taken = file.bytes
        for path in self.folder.iterdir():
            if path.name == file.sha256:
                continue
            with suppress(FileNotFoundError):
                if path.name in self._uploads:
                    taken += self._uploads[path.name][1].bytes
                elif time.time() - path.stat().st_mtime > self.settings.partial_seconds:
                    path.unlink()
                else:
                    taken += path.stat().st_size
        if taken > self.settings.upload_bytes:
            raise TransientError("remote_busy", "The remote engine receives too much at once.", "Try again later.")
        if shutil.disk_usage(self.folder).free - (file.bytes - at) < self.settings.free_bytes:
            raise disk_full()

    def _finalize(self, file: NamedFile) -> None:
        """Moves a whole file into the store."""
        part = self.folder / file.sha256
        with self._finalize_lock:
            if self.is_complete(file):
                part.unlink(missing_ok=True)
                return
            if hash_files(part) != file.sha256:
                part.unlink()
                raise TransientError("wrong_hash", "A file arrived with other content than was said.", "Send it again.")
            self.store.adopt(part)

    def _received_bytes(self, file: StoredFile) -> int:
        """Bytes of an unfinished file. More than it has are none of it."""
        part = self.folder / file.sha256
        try:
            size = part.stat().st_size
        except FileNotFoundError:
            return 0
        if size > file.bytes:
            part.unlink(missing_ok=True)
            return 0
        return size


def disk_full() -> TransientError:
    """The error for a server whose disk must not be filled any more."""
    return TransientError("remote_disk_full", "The disk of the remote engine is full.", "Make space there.")
