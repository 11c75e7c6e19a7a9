"""The files in the folder of a store: listing them, and removing one unless it is used meanwhile."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from stat import S_ISREG
from typing import NamedTuple

# Names of files in the store. Other files are left alone.
OBJECT, RECORD = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{64}\.json")
LINK = re.compile(r"[^.].*")


class Seen(NamedTuple):
    """A file as it was listed."""

    path: str
    bytes: int
    mtime_ns: int

    @property
    def mtime(self) -> float:
        return self.mtime_ns / 1e9


def listed_files(root: Path, names: re.Pattern[str]) -> Iterator[tuple[str, Seen]]:
    """The files in the folders of ``root`` whose names match."""
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if folder.is_dir():
            with os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(FileNotFoundError):
                        stat = entry.stat(follow_symlinks=False)
                        if S_ISREG(stat.st_mode) and names.fullmatch(entry.name):
                            yield entry.name, Seen(entry.path, stat.st_size, stat.st_mtime_ns)


def remove_file(seen: Seen, work: Path) -> bool:
    """Removes a file, unless it was marked as used since it was listed.

    It is moved away first. A process that marks it as used either finds it gone, or did so before the move, in which
    case it is moved back.
    """
    tmp_path = work / f".{token_hex(16)}.part"
    try:
        # Usually detected here, so that the file is not even absent for a moment.
        if os.stat(seen.path).st_mtime_ns != seen.mtime_ns:
            return False
        os.replace(seen.path, tmp_path)
    except FileNotFoundError:
        return False
    # A file that was moved away some time ago may also be removed by the next scratch directory.
    with suppress(FileNotFoundError):
        if os.stat(tmp_path).st_mtime_ns != seen.mtime_ns:
            os.replace(tmp_path, seen.path)
            return False
        os.unlink(tmp_path)
    return True
