"""Reads the files of settings that people write."""

from mimetypes import guess_type
from pathlib import Path, PurePath
from typing import Any

from pytoon_pipeline.config.parsing import Unreadable, parse
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.suggestions import one_hint
from pytoon_pipeline.media.foreign_files import kind_of
from pytoon_pipeline.media.signatures import NAMED_LIKE
from pytoon_pipeline.runtime.files import check_file, printable_name

MAX_BYTES = 1 << 20
# What a file should be, and what to do about another.
Wanted = tuple[str, str]
SETTINGS: Wanted = ("a file of settings", "Give a file such as request.yaml, saved as UTF-8.")


def read_document(path: Path, max_bytes: int = MAX_BYTES, wanted: Wanted = SETTINGS) -> dict[str, Any]:
    """The settings in a YAML or JSON file. Raises ``InvalidInput`` when it contains something else.

    ``wanted`` says in an error what the file should be.
    """
    name = printable_name(path.name)
    try:
        if not path.is_file() and path.exists():
            check_file(path, wanted[1])
        if path.stat().st_size > max_bytes:
            raise InvalidInput(
                "document_too_large", f"{name} is larger than {max_bytes >> 20} MB.", "Check that it is the right file."
            )
        value = parse(path.read_bytes().decode("utf-8-sig"), path.suffix.lower() == ".json")
    except FileNotFoundError:
        check_file(path)
        raise
    except OSError as error:
        raise InvalidInput(
            "file_unreadable", f"{name} cannot be read: {error.strerror}.", "Check the path and the permissions."
        ) from None
    except UnicodeDecodeError as error:
        kind = kind_of(path) or NAMED_LIKE.get((guess_type(name)[0] or "").partition("/")[0])
        reason = f"is {kind}, not {wanted[0]}" if kind else f"is not {wanted[0]}: it is not text, or not in UTF-8"
        raise InvalidInput("document_unreadable", f"“{name}” {reason}.", wanted[1]) from error
    except Unreadable as error:
        raise InvalidInput("document_unreadable", f"{name}: {error}.", error.hint) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _no_settings(path, name)
    return value


def _no_settings(path: Path, name: str) -> InvalidInput:
    """The error for a document that is a list or a plain value."""
    reason, hint = " has no settings", "Begin each line with the name of a setting, such as: text: Hello"
    lines = path.read_text("utf-8-sig").splitlines()
    dashes = [number for number, line in enumerate(lines) if line.startswith("- ")]
    if path.suffix.lower() == ".json":
        hint = 'Put the settings into braces, such as: {"text": "Hello"}'
    elif dashes:
        entry = printable_name(lines[dashes[0]][2:].strip())[:120]
        reason = f": line {dashes[0] + 1} begins with a dash"
        if len(dashes) > 1:
            reason = f": {len(dashes)} lines begin with a dash, but no setting stands above them"
        remove = f"Remove {'the dash' if len(dashes) == 1 else 'these dashes'}: {entry}"
        hint = remove if ": " in entry else f"To list files, write: media: [{entry}]"
    return InvalidInput("document_unreadable", f"{name}{reason}.", hint)


def inside(folder: Path, name: str, otherwise: str = "") -> Path:
    """A file in ``folder``. Raises ``InvalidInput`` for a name that leads out of it, even through a symbolic link.

    ``otherwise`` says what else a person can do.
    """
    root = folder.resolve()
    try:
        path = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):
        path = root
    if not path.is_relative_to(root) or path == root:
        own = printable_name(PurePath(name).name)[:80]
        hint = "Copy the file into the folder, and write only its name" + (f": {own}" if own not in ("", "..") else ".")
        raise InvalidInput(
            "outside_folder",
            f"“{printable_name(name)[:80]}” is outside the folder “{printable_name(root.name)}”.",
            one_hint(hint, *([otherwise] if otherwise else [])),
        )
    return path
