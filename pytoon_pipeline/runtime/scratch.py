"""Scratch directories, which are removed when the process that created them has ended."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import lock_descriptor

from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.runtime.atomic import sweep

# The time between two attempts to get the mutex, which is held for milliseconds.
MUTEX_POLL_SECONDS = 0.005


@contextmanager
def scratch_dir(root: Path) -> Iterator[Path]:
    """Yields an empty directory below ``root`` that exists while the block runs.

    A lock marks it as in use. The lock ends with the process, even one that is killed; the next call removes the
    directory of such a process.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / "mutex").open("w") as mutex:
        # Without the mutex another process could remove the directory before it is locked.
        lock_descriptor(mutex.fileno(), poll_interval=MUTEX_POLL_SECONDS)
        scratch = Path(tempfile.mkdtemp(dir=root, prefix="scratch-"))
        lock_path = scratch.with_suffix(".lock")
        lock = lock_path.open("w")
        lock_descriptor(lock.fileno())
        _remove_abandoned(root)
    with lock:
        try:
            # Also when the process is stopped and a thread of it does not end in time.
            with stopping.cleanup(lambda: _remove(lock_path)):
                yield scratch
        finally:
            _remove(lock_path)


def _remove(lock_path: Path) -> None:
    shutil.rmtree(lock_path.with_suffix(""), ignore_errors=True)
    lock_path.unlink(missing_ok=True)


def _remove_abandoned(root: Path) -> None:
    for path in root.glob("scratch-*.lock"):
        with suppress(OSError), path.open("r+") as lock:
            if lock_descriptor(lock.fileno(), blocking=False):
                _remove(path)
    for path in root.glob("scratch-*"):
        if path.is_dir() and not path.with_suffix(".lock").exists():
            shutil.rmtree(path, ignore_errors=True)
    sweep(root)
