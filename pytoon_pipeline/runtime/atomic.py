"""Writing that is seen whole or not at all."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PART = ".part"
MOMENT = 10.0


@contextmanager
def atomic_path(path: Path, aside_folder: Path | None = None) -> Iterator[Path]:
    """Gives a temporary path on the same file system; on success it is synced and takes the place of ``path``.

    A lock marks it as held; what a process left that was killed is removed by ``sweep``.
    """
    aside_folder = aside_folder or path.parent
    for folder in {path.parent, aside_folder}:
        folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=aside_folder, prefix=".", suffix=PART)
    tmp_path = Path(name)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield tmp_path
        atomic_replace(tmp_path, path)
    finally:
        tmp_path.unlink(missing_ok=True)
        os.close(handle)


def sweep(folder: Path) -> None:
    """Removes temporary files that nobody holds any more."""
    for path in folder.glob(f".*{PART}"):
        with suppress(OSError), path.open("r+b") as left:
            # A file is locked a moment after it is made.
            if time.time() - path.stat().st_mtime > MOMENT:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def atomic_replace(tmp_path: Path, path: Path) -> None:
    """Syncs the finished file ``tmp_path`` and renames it to ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tmp_path.open("rb") as file:
        os.fsync(file.fileno())
    tmp_path.chmod(0o644)
    tmp_path.replace(path)


def write_bytes(path: Path, data: bytes, aside_folder: Path | None = None) -> None:
    """Replaces ``path`` by ``data``."""
    with atomic_path(path, aside_folder) as tmp_path:
        tmp_path.write_bytes(data)


def copy_file(source: Path, target: Path, aside_folder: Path | None = None) -> None:
    """Copies ``source`` over ``target``; the copy's bytes are its own, so a later edit harms neither."""
    with atomic_path(target, aside_folder) as tmp_path:
        shutil.copyfile(source, tmp_path)
