"""Places where people drop uploads: a folder, or a prefix in S3, behind one interface."""

import fcntl
import os
import shutil
import signal
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.runtime.atomic import PART, write_bytes
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.fingerprint import hash_value

NOTE = ".rejected.txt"
# What programs call files that they are not done with, or keep for themselves.
TEMPORARY_ENDINGS = (
    ".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp", ".temp", ".swp", ".lock", "~", NOTE,
)  # fmt: skip
OWN_FILES = {"thumbs.db", "desktop.ini", "icon\r"}


@dataclass(frozen=True)
class Entry:
    """One file: its path below the inbox, parts joined by “/”, and a stamp that changes with its content."""

    name: str
    bytes: int
    etag: str


class Inbox(Protocol):
    """Where uploads are dropped. All raise ``TransientError``, or ``OSError``, when the place cannot be reached."""

    def entries(self) -> list[Entry]:
        """All files there, without temporary ones."""
        ...

    def local_copy(self, name: str, scratch: Path, only: Collection[str] = ()) -> Path:
        """A file or folder on this machine; ``scratch`` is an empty folder for copies.

        Of a folder, files named in ``only`` are enough.
        """
        ...

    def being_written(self, name: str) -> bool:
        """Whether a program holds the file open for writing, as far as can be told."""
        ...

    def unfinished(self, name: str) -> bool:
        """Whether more may be on its way into a folder: files lie there that a program is not done with."""
        ...

    def write_note(self, name: str, text: str | None) -> None:
        """Puts a note beside an upload that says why it was rejected, or takes it away."""
        ...

    def put(self, path: Path, name: str) -> None:
        """Copies a file or folder there, seen whole or not at all."""
        ...


def open_inbox(home: Home) -> Inbox:
    """The inbox that ``PYTOON_INBOX`` names, a folder or ``s3://bucket/prefix``; else the one of ``home``."""
    place = Settings.load().inbox or ""
    if place.startswith("s3://"):
        from pytoon_pipeline.intake.inbox_s3 import S3Inbox

        return S3Inbox(place)
    return FolderInbox(Path(place).expanduser() if place else home.inbox, own=not place)


def make_own(home: Home) -> None:
    """Makes the folder to drop uploads into, unless they are dropped elsewhere."""
    inbox = open_inbox(home)
    if isinstance(inbox, FolderInbox) and inbox.own:
        inbox.root.mkdir(parents=True, exist_ok=True)


def temporary(name: str) -> bool:
    """Whether a path names a file that somebody is not done with, or none that is meant as an upload."""
    return any(
        part.startswith((".", "~$")) or part.lower().endswith(TEMPORARY_ENDINGS) or part.lower() in OWN_FILES
        for part in PurePosixPath(name).parts
    )


@dataclass(frozen=True)
class FolderInbox:
    """A local folder. Pytoon's ``own`` is empty while it is not there; another that is not there is a fault.

    Names that are no UTF-8 are listed with escapes in them; the last listing knows what they are called on disk.
    """

    root: Path
    own: bool = True
    _on_disk: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def entries(self) -> list[Entry]:
        if self.own and not self.root.exists():
            return []
        try:
            return list(self._below(self.root, ""))
        except OSError as error:
            raise unreadable(error) from error

    def _below(self, folder: Path, prefix: str) -> Iterator[Entry]:
        with os.scandir(folder) as found:
            for one in found:
                name = prefix + _escaped(one.name)
                if name != prefix + one.name or prefix.rstrip("/") in self._on_disk:
                    self._on_disk[name] = os.path.relpath(one.path, self.root)
                if temporary(one.name):
                    continue
                try:
                    if one.is_dir(follow_symlinks=False):
                        yield from self._below(Path(one.path), name + "/")
                    else:
                        # What is neither file nor folder is listed too, and rejected with a reason.
                        status = one.stat(follow_symlinks=False)
                        yield Entry(name, status.st_size, f"{status.st_mtime_ns}-{status.st_ino}")
                except FileNotFoundError:
                    continue  # it went while we looked

    def local_copy(self, name: str, scratch: Path, only: Collection[str] = ()) -> Path:
        path = self._path(name)
        if path.is_symlink():
            raise InvalidInput("link", "This is a link, not a file.", "Put a copy of the file here.")
        return path

    def being_written(self, name: str) -> bool:
        """By asking the kernel for a read lease, which it grants only where nobody writes."""
        try:
            descriptor = os.open(self._path(name), os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            # Who opens the file for writing in this moment sends a signal, which by default ends the process.
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except BlockingIOError:
            return True
        except OSError:
            # File systems without leases, and files of others: only time tells.
            return False
        finally:
            os.close(descriptor)
        return False

    def unfinished(self, name: str) -> bool:
        found = (file for _, _, files in os.walk(self._path(name)) for file in files)
        return any(temporary(file) and file.lower() not in OWN_FILES | {".ds_store"} for file in found)

    def write_note(self, name: str, text: str | None) -> None:
        path = self._path(name)
        path = path.with_name(path.name + NOTE)
        if text is None:
            path.unlink(missing_ok=True)
        else:
            write_bytes(path, text.encode())

    def _path(self, name: str) -> Path:
        return self.root / self._on_disk.get(name, name)

    def put(self, path: Path, name: str) -> None:
        if self.own:
            self.root.mkdir(parents=True, exist_ok=True)
        tmp_path, target = self.root / f".{hash_value(_escaped(name))[:16]}{PART}", self.root / name
        if path.is_dir():
            shutil.rmtree(tmp_path, ignore_errors=True)
            shutil.copytree(path, tmp_path)
            shutil.rmtree(target, ignore_errors=True)
        else:
            shutil.copyfile(path, tmp_path)
        tmp_path.rename(target)


def _escaped(name: str) -> str:
    """A name as text that can be kept: bytes that are no UTF-8 as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def unreadable(error: Exception) -> TransientError:
    return TransientError(
        "inbox_unreadable",
        f"The inbox cannot be read: {str(error)[:200]}",
        "Check PYTOON_INBOX, that the place is mounted or reachable, and the permissions.",
    )
