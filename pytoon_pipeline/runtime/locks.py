"""Whether whoever works on something is still alive: a lock that the system lets go when its holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytoon_pipeline.runtime.atomic import PART, sweep

# Between one look for a free seat and the next.
SLOT_SECONDS = 0.3


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Holds the lock ``path`` for as long as this process lives, at most until the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Locked before it can be seen: whoever finds it free may be sure that its holder is gone.
    tmp_path = path.with_name(f".{path.name}{PART}")
    descriptor = os.open(tmp_path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        tmp_path.rename(path)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def slot(folder: Path, name: str, count: int) -> Iterator[None]:
    """One of ``count`` seats, held until the block ends or this process dies; waits while all are taken."""
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        for number in range(count):
            with (folder / f"{name}-{number}").open("w") as one:
                try:
                    fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield
                return
        time.sleep(SLOT_SECONDS)


def clear(folder: Path) -> None:
    """Removes locks in a folder whose holders are gone."""
    sweep(folder)
    for path in folder.glob("*.lock"):
        if is_abandoned(path):
            path.unlink(missing_ok=True)


def is_abandoned(path: Path) -> bool:
    """Whether the lock was taken once and its holder is gone without letting it go."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def abandoned_locks(folder: Path) -> int:
    """How many of the locks in a folder have lost their holder."""
    return sum(is_abandoned(path) for path in folder.glob("*.lock"))


def count_held(folder: Path) -> int:
    """How many of the locks in a folder are held."""
    return sum(path.exists() and not is_abandoned(path) for path in folder.glob("*.lock"))
