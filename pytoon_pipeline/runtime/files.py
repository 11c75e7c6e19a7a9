"""Checks of files that people name, and file names as text that can be printed."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from pytoon_pipeline.contracts.errors import InvalidInput

MAX_NAME, MAX_NAMES = 120, 8


def printable_name(name: str) -> str:
    """A file name as text: bytes that are not valid UTF-8 and control characters become U+FFFD."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def check_files(paths: Sequence[Path]) -> None:
    """Raises ``InvalidInput`` unless all are readable files with content. The error names all missing files."""
    missing = [_quoted(path) for path in paths if not os.path.lexists(path)]
    if len(missing) > 1:
        names = ", ".join(missing[:MAX_NAMES]) + ("…" if len(missing) > MAX_NAMES else "")
        raise InvalidInput("file_missing", f"These files do not exist: {names}.", "Check the paths and their spelling.")
    for path in paths:
        check_file(path)


def check_file(path: Path) -> None:
    """Raises ``InvalidInput`` unless ``path`` is a readable file with content."""
    name = _quoted(path)
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb"):
                pass
    except FileNotFoundError:
        raise InvalidInput("file_missing", f"There is no file {name}.", "Check the path and its spelling.") from None
    except OSError as error:
        raise InvalidInput(
            "file_unreadable",
            f"The file {name} cannot be read: {error.strerror}.",
            "Check the path and the permissions.",
        ) from None
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput("not_a_file", f"{name} is not a file.", "Specify a video file, or a folder with media.")
    if status.st_size == 0:
        raise InvalidInput("empty_file", f"The file {name} is empty.", "The upload may be incomplete; copy it again.")


def _quoted(path: Path) -> str:
    return f"“{printable_name(path.name)[:MAX_NAME]}”"
