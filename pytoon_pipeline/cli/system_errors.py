"""Errors of the operating system in the words of the product: which folder it is, and which setting names it."""

import argparse
import errno
from pathlib import Path

from pytoon_pipeline.contracts.errors import UNWRITABLE, PytoonError, TransientError, storage_unwritable, system_error
from pytoon_pipeline.contracts.suggestions import one_hint
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.shell_words import shell_word
from pytoon_pipeline.settings import Settings

FULL = "the disk is full"
REASONS = {
    errno.ENOENT: "there is no such folder", errno.ENOTDIR: "a part of this path is a file, not a folder",
    errno.EACCES: "you have no permission", errno.EPERM: "you have no permission",
    errno.EROFS: "the disk is read-only", errno.ENOSPC: FULL, errno.EDQUOT: FULL,
}  # fmt: skip


def explained(error: OSError, options: argparse.Namespace) -> PytoonError:
    """The error for an operation that the operating system refused to the command with these options."""
    reason = REASONS.get(error.errno or 0)
    out: Path | None = getattr(options, "out", None)
    if reason == FULL:
        hint = f"Free some space{', or choose another place for --out' if out else ''}. Then run the command again."
        return TransientError(storage_unwritable(error).code, f"Pytoon cannot write its files: {reason}.", hint)
    try:
        found = _place(error.filename, out)
    except PytoonError:
        found = None
    # A file that is missing inside an existing folder is another problem.
    if reason is None or found is None or (error.errno == errno.ENOENT and found[0].exists()):
        return system_error(error)
    if error.errno == errno.ENOTDIR and found[0].is_file():
        reason = "it is a file, not a folder"
    place = f"“{printable_name(str(found[0]))}”{found[2]}"
    message = f"Pytoon cannot use {place}: {reason}."
    if found[2] and error.errno == errno.ENOENT:
        message = f"Pytoon cannot create the folder {place}."
    return TransientError(storage_unwritable(error).code if error.errno in UNWRITABLE else "system", message, found[1])


def _place(filename: object, out: Path | None) -> tuple[Path, str, str] | None:
    """The folder of Pytoon that a file belongs to, how to choose another, and what names it, as a part of a sentence.

    The last is empty where the command or the hint says it.
    """
    if not isinstance(filename, str):
        return None
    settings = Settings.load()
    inbox = None if settings.inbox is None else Path(settings.inbox)
    by_variable = ", which PYTOON_HOME names" if "home" in settings.model_fields_set else ""
    for place, hint, named in (
        (out, "Create the folder, or choose another with --out.", ""),
        (settings.home, _home_hint(settings), by_variable),
        (inbox, _inbox_hint(inbox), ""),
    ):
        if place is not None and Path(filename).absolute().is_relative_to(place.absolute()):
            return place, hint, named
    return None


def _inbox_hint(inbox: Path | None) -> str:
    usual = "To use the usual folder, type: unset PYTOON_INBOX"
    if inbox is not None and not inbox.exists():
        usual = one_hint(f"To create it, type: mkdir -p {shell_word(printable_name(str(inbox)))}", usual)
    return f"PYTOON_INBOX names the folder where submitted files wait. {usual}"


def _home_hint(settings: Settings) -> str:
    if "home" in settings.model_fields_set:
        usual = "Pytoon keeps its files there. For the usual folder, type: unset PYTOON_HOME"
        return one_hint(usual, "For another, type: export PYTOON_HOME=~/pytoon")
    return "Pytoon keeps its files there. To use another folder, type: export PYTOON_HOME=~/pytoon"
