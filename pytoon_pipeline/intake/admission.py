"""Taking files into the store: what an upload is, and which key it has."""

import hashlib
import os
import stat
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import Role, SourceItem, SourceMedia
from pytoon_pipeline.store.fingerprint import hash_files, hash_value
from pytoon_pipeline.store.store import Store

KEY_DIGITS = 32


def store_upload(
    store: Store, files: Sequence[tuple[Path, Role]], title: str, request: dict[str, Any]
) -> Generator[None, None, SourceMedia]:
    """Takes files into the store, piece by piece, and gives the upload that they make; nobody knows of it yet.

    The key is the first 32 hex digits of SHA-256 over the media bytes in order; for one file that is the file's own
    hash, and without any that of the request. Raises ``InvalidInput`` for what is not a file with content.
    """
    items, together = [], hashlib.sha256()
    check_files([path for path, _ in files])
    for path, role in files:
        file = yield from store.put_in_steps(path, *([together] if role == "media" else []))
        items.append(
            SourceItem(
                name=printable_name(path.name),
                sha256=file.sha256,
                bytes=file.bytes,
                origin=printable_name(str(path.resolve())),
                role=role,
            )
        )
    digest = together.hexdigest() if any(item.role == "media" for item in items) else hash_value(request)
    return SourceMedia(key=_key(digest, request), title=printable_name(title), items=tuple(items), request=request)


def key_of(files: Sequence[tuple[Path, Role]], request: dict[str, Any]) -> str:
    """The key that these files get, without taking them."""
    media = [path for path, role in files if role == "media"]
    return _key(hash_files(*media) if media else hash_value(request), request)


def _key(digest: str, request: dict[str, Any]) -> str:
    variant = request.get("variant")
    return digest[:KEY_DIGITS] + (f"-{variant}" if variant else "")


def printable_name(name: str) -> str:
    """A file name as text: bytes that are no UTF-8, and control characters, become a replacement mark."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def check_files(paths: Sequence[Path]) -> None:
    """Raises ``InvalidInput`` unless all are readable files with content; all that are not there are named."""
    missing = [f"“{printable_name(path.name)[:120]}”" for path in paths if not os.path.lexists(path)]
    if len(missing) > 1:
        names = ", ".join(missing[:8]) + ("…" if len(missing) > 8 else "")
        raise InvalidInput("file_missing", f"There are no files {names}.", "Check the paths and their spelling.")
    for path in paths:
        check_file(path)


def check_file(path: Path) -> None:
    """Raises ``InvalidInput`` unless ``path`` is a readable file with content."""
    name = f"“{printable_name(path.name)[:120]}”"
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
        raise InvalidInput("not_a_file", f"{name} is not a file.", "Give a video file, or a folder with media.")
    if status.st_size == 0:
        raise InvalidInput("empty_file", f"The file {name} is empty.", "The upload may have broken off; add it again.")
