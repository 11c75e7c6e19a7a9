"""Files that arrive in pieces, over connections that break and after restarts of the server.

Each has a folder: ``content`` holds the bytes that have arrived, and its size is the offset at which the next piece
starts. While a piece that has a digest arrives, ``verified`` holds the offset before it: what follows counts only once
the digest is right.
"""

import hashlib
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from typing import BinaryIO

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError


class WrongOffset(InvalidInput):
    """A piece does not start at ``offset``, where the last one ended."""

    def __init__(self, offset: int) -> None:
        super().__init__(
            "wrong_offset", f"The server expects the upload to continue at byte {offset}.", "Continue there."
        )
        self.offset = offset


@dataclass(frozen=True)
class PieceDigest:
    """What the digest of a piece must be. ``algorithm`` is a name of ``hashlib``."""

    algorithm: str
    value: bytes


class PartialFiles:
    """The partial files below ``folder``, each by a name that its owner chooses.

    When several connections send the same file, the newest one wins. ``append`` runs in the event loop, so two pieces
    are never written at the same time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writers: dict[str, tuple[object, int]] = {}

    def path(self, name: str) -> Path:
        """The content, as far as it has arrived."""
        return self.folder / name / "content"

    def received(self, name: str) -> int:
        """The number of bytes that have arrived and count."""
        with suppress(FileNotFoundError):
            return int(self._verified(name).read_text() or 0)
        try:
            return self.path(name).stat().st_size
        except FileNotFoundError:
            return 0

    async def append(
        self, name: str, total: int, offset: int, pieces: AsyncIterator[bytes], digest: PieceDigest | None = None
    ) -> int:
        """Appends what arrives from byte ``offset`` on. Returns the number of bytes that have arrived.

        What has arrived stays when the connection breaks, unless it has a digest that was not checked yet. Raises
        ``WrongOffset``; ``InvalidInput`` for more than ``total`` bytes, which discards the file; and ``TransientError``
        for a piece that does not have its digest.
        """
        position = self.received(name)
        if offset != position:
            raise WrongOffset(position)
        running = hashlib.new(digest.algorithm) if digest else None
        with self._writing(name, total, position, checked=digest is not None) as (out, check_newest):
            async for piece in pieces:
                check_newest()
                position += len(piece)
                if position > total:
                    self.remove(name)
                    raise InvalidInput("file_too_long", "The file is longer than stated.", "Send the file again.")
                out.write(piece)
                out.flush()
                if running:
                    running.update(piece)
            check_newest()
            if digest and running and not compare_digest(running.digest(), digest.value):
                message = "What arrived does not have the checksum that was sent with it."
                raise TransientError("wrong_checksum", message, "Send this part of the file again.")
            self._verified(name).unlink(missing_ok=True)
        return position

    @contextmanager
    def _writing(
        self, name: str, total: int, position: int, *, checked: bool
    ) -> Iterator[tuple[BinaryIO, Callable[[], None]]]:
        """The file, open at ``position``, and a check that raises ``WrongOffset`` when a newer connection writes it."""
        path, writer = self.path(name), object()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writers[name] = (writer, total)

        def is_newest() -> bool:
            return self._writers.get(name, (None, 0))[0] is writer

        def check_newest() -> None:
            if not is_newest():
                raise WrongOffset(self.received(name))

        try:
            with path.open("ab") as out:
                out.truncate(position)
                if checked:
                    self._verified(name).write_text(str(position))
                else:
                    self._verified(name).unlink(missing_ok=True)
                yield out, check_newest
        finally:
            if is_newest():
                del self._writers[name]

    def remove(self, name: str) -> None:
        """Removes a file. A connection that still sends it ends at its next piece."""
        self._writers.pop(name, None)
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def remove_abandoned(self, seconds: float) -> None:
        """Removes the files of which nothing has arrived for ``seconds``."""
        for name in self.names():
            if name not in self._writers and time.time() - self.changed(name) > seconds:
                self.remove(name)

    def names(self) -> Iterator[str]:
        """All partial files."""
        with suppress(FileNotFoundError):
            yield from sorted(one.name for one in self.folder.iterdir())

    def changed(self, name: str) -> float:
        """When the file last grew, in seconds since the epoch; 0 for one that is gone."""
        folder = self.folder / name
        with suppress(FileNotFoundError):
            return max(one.stat().st_mtime for one in (folder, *folder.iterdir()))
        return 0.0

    def reserved(self, name: str) -> int:
        """The bytes that a file may take soon: all of one that is arriving, else what is there."""
        return self._writers[name][1] if name in self._writers else self.received(name)

    def _verified(self, name: str) -> Path:
        return self.folder / name / "verified"
