"""Folders for unfinished work, cleared when the process that held them is gone."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def workroom(root: Path) -> Iterator[Path]:
    """An empty folder below ``root`` that exists while the block runs.

    A lock marks it as held. The lock dies with the process, also one that is killed; what a dead process left is
    removed when the next room is opened.
    """
    root.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(dir=root, prefix="room-"))
    with (root / f"{room.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _sweep(root)
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)
            Path(lock.name).unlink(missing_ok=True)


def _sweep(root: Path) -> None:
    for path in root.glob("*.lock"):
        with suppress(OSError), path.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            path.unlink(missing_ok=True)
