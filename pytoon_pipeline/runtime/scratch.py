"""Folders for unfinished work, cleared when the process that held them is gone."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pytoon_pipeline.runtime.atomic import sweep


@contextmanager
def scratch_dir(root: Path) -> Iterator[Path]:
    """An empty folder below ``root`` that exists while the block runs.

    A lock marks it as held. The lock dies with the process, also one that is killed; what a dead process left is
    removed when the next scratch is opened.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / "mutex").open("w") as mutex:
        # Under the mutex nobody takes a scratch that is not locked yet for one that was left.
        fcntl.flock(mutex, fcntl.LOCK_EX)
        scratch = Path(tempfile.mkdtemp(dir=root, prefix="scratch-"))
        name = scratch.with_suffix(".lock")
        lock = name.open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        _clear(root)
    with lock:
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            name.unlink(missing_ok=True)


def _clear(root: Path) -> None:
    for path in root.glob("scratch-*.lock"):
        with suppress(OSError), path.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            path.unlink(missing_ok=True)
    for path in root.glob("scratch-*"):
        if path.is_dir() and not path.with_suffix(".lock").exists():
            shutil.rmtree(path, ignore_errors=True)
    sweep(root)
