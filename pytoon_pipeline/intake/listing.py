"""What an inbox is: the files it lists, and the operations that every kind of inbox offers."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from pytoon_pipeline.contracts.errors import TransientError

# The note that is written beside a rejected upload.
NOTE = ".rejected.txt"
# Names that programs give to files that are incomplete or for their own use.
TEMPORARY_ENDINGS = (
    ".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp", ".temp", ".swp", ".lock", "~", NOTE,
)  # fmt: skip
SYSTEM_FILES = {"thumbs.db", "desktop.ini", "icon\r"}


@dataclass(frozen=True)
class Entry:
    """A file in an inbox: its path below the inbox, with “/” between the parts, and a tag of its content."""

    name: str
    bytes: int
    etag: str


class Inbox(Protocol):
    """A place for uploads. Every method raises ``TransientError`` or ``OSError`` when the place cannot be reached."""

    def entries(self) -> list[Entry]:
        """All files, without temporary ones."""
        ...

    def local_copy(self, name: str, scratch: Path, only: Collection[str] = ()) -> Path:
        """A file or folder on this machine; copies go into the empty folder ``scratch``.

        ``only`` limits what is copied of a folder to files of these names.
        """
        ...

    def being_written(self, name: str) -> bool:
        """Whether a program has the file open for writing, as far as the system can tell."""
        ...

    def unfinished(self, name: str) -> bool:
        """Whether more files may follow in a folder: it holds temporary files."""
        ...

    def write_note(self, name: str, text: str | None) -> None:
        """Writes a note beside an upload that says why it was rejected; ``None`` removes it."""
        ...

    def put(self, path: Path, name: str) -> None:
        """Copies a file or folder into the inbox, atomically."""
        ...


def temporary(name: str) -> bool:
    """Whether a path names a temporary or hidden file, or one of the operating system."""
    return any(
        part.startswith((".", "~$")) or part.lower().endswith(TEMPORARY_ENDINGS) or part.lower() in SYSTEM_FILES
        for part in PurePosixPath(name).parts
    )


def inbox_unreadable(error: Exception) -> TransientError:
    """The error for an inbox that cannot be reached or read."""
    return TransientError(
        "inbox_unreadable",
        f"The inbox cannot be read: {str(error)[:200]}",
        "Check that PYTOON_INBOX is mounted or reachable, and check its permissions.",
    )
