"""Holds a lease while this process works, where homes share a catalog. In a home of its own, locks of files do that.

Beside the lease lies a lock of a file in the home: when the process dies, whoever waits on the same machine ends the
lease at once. Other machines wait until it has not been renewed for its term.
"""

import logging
import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.leases import Leases
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.progress import Resumed, Waiting
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import is_abandoned, run_lock
from pytoon_pipeline.runtime.progress import publish

log = logging.getLogger("pytoon.runs")

BEAT_SECONDS, POLL_SECONDS, TELL_SECONDS = 10.0, 0.5, 15.0
VIDEO, RUN = "video ", "run "

# What this process holds; a fork holds nothing.
_held: set[str] = set()
os.register_at_fork(after_in_child=_held.clear)


@contextmanager
def making(home: Home, key: str) -> Iterator[None]:
    """Inside the block, no other machine makes the video of ``key``. Waits for one that does."""
    with _holding(home, f"{VIDEO}{key}"):
        yield


@contextmanager
def running(home: Home, run: str) -> Iterator[None]:
    """Inside the block, other machines know that a run is alive."""
    with _holding(home, f"{RUN}{run}"):
        yield


def live_runs(home: Home) -> set[str]:
    """The runs that are alive on any machine; none where the catalog is not shared."""
    return _live(Database(home), RUN)


def keys_being_made(database: Database) -> set[str]:
    """The keys whose videos are made on any machine; none where the catalog is not shared."""
    return _live(database, VIDEO)


def release_dead(home: Home) -> None:
    """Ends the leases of processes of this machine that have died."""
    for lock in home.leases.glob("*.lock"):
        if is_abandoned(lock):
            Leases(Database(home)).release(lock.stem)
            lock.unlink(missing_ok=True)


def _live(database: Database, kind: str) -> set[str]:
    if not database.shared:
        return set()
    return {name.removeprefix(kind) for name in Leases(database).live() if name.startswith(kind)}


@contextmanager
def _holding(home: Home, name: str) -> Iterator[None]:
    database = Database(home)
    if not database.shared or name in _held:
        yield
        return
    leases, token = Leases(database), token_hex(8)
    with run_lock(home.leases / f"{token}.lock"):
        _take(home, leases, name, token)
        done = threading.Event()
        beat = threading.Thread(target=_renew, args=(leases, name, token, done), name="lease", daemon=True)
        beat.start()
        _held.add(name)
        try:
            yield
        finally:
            _held.discard(name)
            done.set()
            beat.join()
            # A server that is away ends the lease itself.
            with suppress(PytoonError):
                leases.release(token)


def _take(home: Home, leases: Leases, name: str, token: str) -> None:
    told = 0.0
    while not leases.take(name, token, platform.node()):
        release_dead(home)
        if time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            publish(Waiting(f"Waiting for {leases.live().get(name, 'another machine')}, which works on the same video"))
            log.info("waiting", extra={"event": "waiting", "work": name})
        time.sleep(POLL_SECONDS)
    if told:
        publish(Resumed())


def _renew(leases: Leases, name: str, token: str, done: threading.Event) -> None:
    while not done.wait(BEAT_SECONDS):
        try:
            if not leases.renew(token):
                log.warning("lease lost", extra={"event": "lease_lost", "work": name})
                return
        except PytoonError as error:
            log.warning("lease not renewed", extra={"event": "lease_not_renewed", "work": name, "reason": str(error)})
