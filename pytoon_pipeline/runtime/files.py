"""Checks of files that people name, and file names as text that can be printed."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.suggestions import did_you_mean

MAX_NAME, MAX_NAMES = 120, 8
# Names that are compared with the one that a person wrote.
MAX_LISTED = 2000


def printable_name(name: str) -> str:
    """A file name as text: bytes that are not valid UTF-8 and control characters become U+FFFD."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def check_files(paths: Sequence[Path]) -> None:
    """Raises ``InvalidInput`` unless all are readable files with content. The error names all missing files."""
    missing = [_quoted(path) for path in paths if not os.path.lexists(path)]
    if len(missing) > 1:
        names = ", ".join(missing[:MAX_NAMES]) + ("…" if len(missing) > MAX_NAMES else "")
        first = next(path for path in paths if not os.path.lexists(path))
        raise InvalidInput(
            "file_missing", f"These files do not exist: {names}.", _what_is_there(first, "Check the names.")
        )
    for path in paths:
        check_file(path)


def check_file(path: Path, instead: str = "") -> None:
    """Raises ``InvalidInput`` unless ``path`` is a readable file with content.

    ``instead`` says what to give in the place of a folder.
    """
    name = _quoted(path)
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb"):
                pass
    except FileNotFoundError:
        kind = "file" if path.suffix else "file or folder"
        raise InvalidInput("file_missing", f"There is no {kind} {name}.", _what_is_there(path)) from None
    except OSError as error:
        raise InvalidInput(
            "file_unreadable",
            f"The file {name} cannot be read: {error.strerror}.",
            "Check the path and the permissions.",
        ) from None
    if not stat.S_ISREG(status.st_mode):
        kind, hint = "a device or a pipe", instead or "Give a file."
        if stat.S_ISDIR(status.st_mode):
            kind, hint = "a folder", instead or "Give a file in it."
        raise InvalidInput("not_a_file", f"{name} is {kind}, not a file.", hint)
    if status.st_size == 0:
        raise InvalidInput(
            "empty_file", f"The file {name} is empty.", "The copy or download may have failed. Copy the file again."
        )


def _what_is_there(path: Path, advice: str = "Check the name.") -> str:
    """A hint for a file that does not exist: where it was looked for, a similar name, and what is there."""
    folder = path.absolute().parent
    place = printable_name(str(folder))
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))[:MAX_LISTED]
    except OSError:
        return f"The folder {place} does not exist or cannot be read: check the path."
    if not names:
        return f"The folder {place} is empty: check the path."
    shown = ", ".join(printable_name(name)[:MAX_NAME] for name in names[:MAX_NAMES])
    same = next((name for name in names if Path(name).stem == path.stem), None)
    known = [same] if same is not None else names
    near = did_you_mean(same or path.name, map(printable_name, known)) or f"{advice} "
    return f"{near}The folder {place} has: {shown}{'…' if len(names) > MAX_NAMES else ''}."


def _quoted(path: Path) -> str:
    return f"“{printable_name(path.name)[:MAX_NAME]}”"
