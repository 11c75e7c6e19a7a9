"""File locks that tell whether a process still lives: the operating system releases them when it ends."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import lock_descriptor

from pytoon_pipeline.runtime.atomic import PART, sweep

# The time between two attempts to get a slot.
SLOT_POLL_SECONDS = 0.3


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Holds the lock file ``path`` until the block or the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Locked before it is visible: a lock file that can be locked has lost its holder.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PART)
    try:
        lock_descriptor(descriptor)
        Path(name).rename(path)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def slot(folder: Path, name: str, count: int) -> Iterator[None]:
    """Holds one of ``count`` concurrency slots until the block or the process ends; waits while all are held."""
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        for number in range(count):
            with (folder / f"{name}-{number}").open("w") as file:
                if lock_descriptor(file.fileno(), blocking=False):
                    yield
                    return
        time.sleep(SLOT_POLL_SECONDS)


def remove_abandoned_locks(folder: Path) -> None:
    """Removes abandoned locks from a folder."""
    sweep(folder)
    for path in folder.glob("*.lock"):
        if is_abandoned(path):
            path.unlink(missing_ok=True)


def is_abandoned(path: Path) -> bool:
    """Whether a lock file exists whose holder ended without releasing it."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return lock_descriptor(descriptor, blocking=False)
    finally:
        os.close(descriptor)


def count_abandoned(folder: Path) -> int:
    """How many locks in a folder are abandoned."""
    return sum(is_abandoned(path) for path in folder.glob("*.lock"))


def count_held(folder: Path) -> int:
    """How many locks in a folder are held."""
    return sum(path.exists() and not is_abandoned(path) for path in folder.glob("*.lock"))
