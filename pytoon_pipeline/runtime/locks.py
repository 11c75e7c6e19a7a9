"""File locks that tell whether a process still lives: the operating system releases them when it ends."""

import json
import logging
import os
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import lock_descriptor

from pytoon_pipeline.contracts.progress import Resumed, Waiting
from pytoon_pipeline.runtime.atomic import PART, sweep
from pytoon_pipeline.runtime.progress import publish

# The time between two attempts to get a slot.
SLOT_POLL_SECONDS = 0.3
# A person is told of a wait that lasts longer than this, and again after so many seconds.
PATIENCE_SECONDS, TELL_SECONDS = 0.6, 15.0

log = logging.getLogger("pytoon.runs")


@contextmanager
def run_lock(path: Path, interruptible: bool = False) -> Iterator[None]:
    """Holds the lock file ``path`` until the block or the process ends. With ``interruptible``, the file says which
    process that is, for ``interrupt``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Locked before it is visible: a lock file that can be locked has lost its holder.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PART)
    try:
        lock_descriptor(descriptor)
        if interruptible:
            os.write(descriptor, f"{os.getpid()} {_process_table()}".encode())
        Path(name).rename(path)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def holder(path: Path) -> int | None:
    """The number of the process that holds the lock ``path``, if it may be interrupted from here."""
    if not path.exists() or is_abandoned(path):
        return None
    number, _, table = path.read_text().partition(" ")
    return int(number) if number and table == _process_table() else None


def interrupt(path: Path) -> bool:
    """Interrupts the process that holds the lock ``path``, as Ctrl-C does. Returns whether there was one."""
    try:
        if (number := holder(path)) is None:
            return False
        process = os.pidfd_open(number)
        try:
            # It still holds the lock: its number had not passed to another process before it was opened.
            if holder(path) != number:
                return False
            signal.pidfd_send_signal(process, signal.SIGINT)
            return True
        finally:
            os.close(process)
    except (FileNotFoundError, ProcessLookupError):
        return False


def _process_table() -> str:
    """Where numbers of processes have the same meaning: a container or machine, until it restarts."""
    return f"{os.readlink('/proc/self/ns/pid')} {Path('/proc/sys/kernel/random/boot_id').read_text().strip()}"


@contextmanager
def slot(folder: Path, name: str, count: int, work: str = "run", holder: str = "", wanted: int = 1) -> Iterator[None]:
    """Holds ``wanted`` of ``count`` concurrency slots until the block or the process ends; waits while they are held.

    While it waits, it publishes that it waits for another ``work``, and for whose: ``holder`` names that of this one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}-{number}" for number in range(count)]
    began, tell_after = time.monotonic(), PATIENCE_SECONDS
    with ExitStack() as held:
        while not _acquire(files, held, holder, wanted):
            if (waited := time.monotonic() - began) >= tell_after:
                tell_after = waited + TELL_SECONDS
                _tell(files, work)
            time.sleep(SLOT_POLL_SECONDS)
        if tell_after > PATIENCE_SECONDS:
            publish(Resumed())
            seconds = round(time.monotonic() - began, 3)
            log.info("waited", extra={"event": "waited", "work": work, "seconds": seconds})
        yield


def _acquire(files: Sequence[Path], held: ExitStack, holder: str, wanted: int) -> bool:
    """Whether so many of the slots were free. ``held`` keeps them; their files say who holds them, and since when."""
    with ExitStack() as found:
        for path in files:
            file = path.open("a+")
            if not lock_descriptor(file.fileno(), blocking=False):
                file.close()
                continue
            found.enter_context(file)
            file.truncate(0)
            file.write(json.dumps({"holder": holder, "since": time.time()}))
            file.flush()
            wanted -= 1
            if not wanted:
                held.push(found.pop_all())
                return True
    return False


def clear_free_slots(folder: Path) -> None:
    """Empties the files of slots that nobody holds: they still say who did."""
    for path in folder.glob("*-*"):
        with path.open("a+") as file:
            if lock_descriptor(file.fileno(), blocking=False):
                file.truncate(0)


def _tell(files: Sequence[Path], work: str) -> None:
    """Publishes and logs who holds the slots."""
    holders = dict.fromkeys(text for path in files if (text := _described(path)))
    log.info("waiting", extra={"event": "waiting", "work": work})
    publish(Waiting(f"Waiting for another {work}" + (f" ({'; '.join(holders)})" if holders else "")))


def _described(path: Path) -> str:
    """Who holds a slot, and since when; empty where its file does not say."""
    try:
        record = json.loads(path.read_text())
        holder, seconds = str(record["holder"]), max(0, round(time.time() - record["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return f"run of {holder}, since {seconds} s" if holder else f"since {seconds} s"


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
