"""Whether whoever works on something is still alive: a lock that the system lets go when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytoon_pipeline.store.atomic import PART, sweep


@contextmanager
def alive(path: Path) -> Iterator[None]:
    """Holds the lock ``path`` for as long as this process lives, at most until the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Locked before it can be seen: whoever finds it free may be sure that its holder is gone.
    aside = path.with_name(f".{path.name}{PART}")
    descriptor = os.open(aside, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        aside.rename(path)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def clear(folder: Path) -> None:
    """Removes locks in a folder whose holders are gone."""
    sweep(folder)
    for path in folder.glob("*.lock"):
        if died(path):
            path.unlink(missing_ok=True)


def died(path: Path) -> bool:
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


def living(folder: Path) -> int:
    """How many of the locks in a folder are held."""
    return sum(path.exists() and not died(path) for path in folder.glob("*.lock"))
