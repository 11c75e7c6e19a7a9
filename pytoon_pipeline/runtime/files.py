"""Checks of files that people name, and file names as text that can be printed."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.suggestions import nearest
from pytoon_pipeline.runtime.shell_words import shell_word

MAX_NAME, MAX_NAMES = 120, 8
# Names that are compared with the one that a person wrote.
MAX_LISTED = 2000


@dataclass(frozen=True)
class FileKind:
    """A kind of file by its extensions, for hints; ``example`` is how a person names one that is elsewhere."""

    noun: str
    suffixes: tuple[str, ...]
    example: str


def printable_name(name: str) -> str:
    """A file name as text: bytes that are not valid UTF-8 and control characters become U+FFFD."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def check_files(paths: Sequence[Path], instead: str = "") -> None:
    """Raises ``InvalidInput`` unless all are readable files with content. The error names all missing files.

    ``instead`` is as for ``check_file``.
    """
    missing = [_quoted(path) for path in paths if not os.path.lexists(path)]
    if len(missing) > 1:
        names = ", ".join(missing[:MAX_NAMES]) + ("…" if len(missing) > MAX_NAMES else "")
        first = next(path for path in paths if not os.path.lexists(path))
        raise InvalidInput(
            "file_missing", f"These files do not exist: {names}.", _what_is_there(first, "Check the names.")
        )
    for path in paths:
        check_file(path, instead)


def check_file(path: Path, instead: str = "", kind: FileKind | None = None) -> None:
    """Raises ``InvalidInput`` unless ``path`` is a readable file with content.

    ``instead`` says what to give in place of a folder or a device. Where there is no such file, the hint lists those of
    ``kind``, by default all.
    """
    name = _quoted(path)
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb"):
                pass
    except FileNotFoundError:
        noun = "file" if path.suffix else "file or folder"
        hint = _what_is_there(path) if kind is None else _which_are_there(path, kind)
        message = f"There is no {noun} {name}."
        if not os.path.lexists(path.parent):
            message, hint = f"There is no folder {_quoted(path.parent)}.", f"Check the path of the file {name}."
        elif len(lines := path.name.split("\n")) > 1:
            message = f"There is no such file: its name has a line break after “{printable_name(lines[0])[:MAX_NAME]}”."
            hint = f"Write the name on one line: {shell_word(printable_name(str(path).replace(chr(10), '')))}"
        raise InvalidInput("file_missing", message, hint) from None
    except OSError as error:
        raise InvalidInput(
            "file_unreadable",
            f"The file {name} cannot be read: {error.strerror}.",
            "Check the path and the permissions.",
        ) from None
    if not stat.S_ISREG(status.st_mode):
        if stat.S_ISDIR(status.st_mode):
            raise InvalidInput("not_a_file", f"{name} is a folder, not a file.", instead or "Give a file in it.")
        place = printable_name(str(path))[:MAX_NAME]
        message = f"“{place}” is not a file that Pytoon can read."
        raise InvalidInput("not_a_file", message, instead or "Give the path of a file.")
    if status.st_size == 0:
        raise InvalidInput(
            "empty_file", f"The file {name} is empty.", "The copy or download may have failed. Copy the file again."
        )


def folder_hint(folder: Path) -> str:
    """A hint for a folder that does not exist: those that are in its place."""
    names, place = _names_beside(folder)
    create = f"To create it, type: mkdir {shell_word(printable_name(str(folder)))}"
    hint = "Create it, or correct the name."
    there = [name for name in names or () if os.path.isdir(folder.with_name(name))]
    if names is None:
        return f"{hint} The folder {place} does not exist or cannot be read."
    if not there:
        return f"{create} — Then put your photos and clips into it. If you have a folder elsewhere, give its path."
    return f"{_similar(folder, there)}{hint} The folders in {place} are: {_listed(there)}."


def _what_is_there(path: Path, advice: str = "Check the name.") -> str:
    """A hint for a file that does not exist: where it was looked for, a similar name, and what is there."""
    names, place = _names_beside(path)
    if names is None:
        return f"The folder {place} does not exist or cannot be read: check the path."
    if not names:
        return f"The folder {place} is empty: check the path."
    alike = [name for name in names if os.path.isdir(path.with_name(name)) != bool(path.suffix)]
    return f"{_similar(path, names) or f'{advice} '}The folder {place} has: {_listed(alike or names)}."


def _which_are_there(path: Path, kind: FileKind) -> str:
    """A hint for a file of ``kind`` that does not exist."""
    names, place = _names_beside(path)
    if names is None:
        return f"The folder {place} does not exist or cannot be read: check the path."
    if found := [name for name in names if Path(name).suffix.lower() in kind.suffixes]:
        return (
            f"{_similar(path, found) or 'Check the name. '}The {kind.noun} in the folder {place} are: {_listed(found)}."
        )
    return f"The folder {place} has no {kind.noun}. If yours is elsewhere, write its path, such as: {kind.example}"


def _names_beside(path: Path) -> tuple[list[str] | None, str]:
    """What is in the folder of ``path``, none where it cannot be listed; and that folder."""
    folder = path.absolute().parent
    place = printable_name(str(folder))
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))[:MAX_LISTED], place
    except OSError:
        return None, place


def _similar(path: Path, names: Sequence[str]) -> str:
    same = next((name for name in names if Path(name).stem == path.stem), None)
    # Extensions are alike in all names, so they say nothing.
    by_stem = {printable_name(Path(name).stem): printable_name(name) for name in reversed(names)}
    found = same or by_stem.get(nearest(path.stem, by_stem) or "")
    return f"Did you mean “{found}”? " if found else ""


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(printable_name(name)[:MAX_NAME] for name in names[:MAX_NAMES])
    return f"{shown}{'…' if len(names) > MAX_NAMES else ''}"


def _quoted(path: Path) -> str:
    return f"“{printable_name(path.name)[:MAX_NAME]}”"
