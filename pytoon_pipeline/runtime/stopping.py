"""Stopping the work of this process: one place asks for it, and loops in worker threads look here.

The main thread is stopped by an exception that a signal raises. No exception reaches other threads, so each of them
calls ``check`` often.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

# A thread that waits looks this often whether it should stop.
POLL_SECONDS = 0.5

T = TypeVar("T")

_requested = threading.Event()
# Stops one piece of work in the background, while the process goes on.
_canceled: ContextVar[threading.Event | None] = ContextVar("canceled", default=None)
# Those of this process: a fork has none.
_cleanups: list[Callable[[], None]] = []
os.register_at_fork(after_in_child=_cleanups.clear)


class Stopped(BaseException):
    """The work was stopped on request. No ``Exception``, so that nothing treats it as a failure of the work."""


@contextmanager
def requested_until_here() -> Iterator[None]:
    """While the block runs, all threads are asked to stop."""
    _requested.set()
    try:
        yield
    finally:
        _requested.clear()


def requested() -> bool:
    """Whether this process was asked to stop."""
    return _requested.is_set()


@contextmanager
def canceled_by(event: threading.Event) -> Iterator[None]:
    """Inside the block, ``check`` also raises ``Stopped`` once ``event`` is set."""
    token = _canceled.set(event)
    try:
        yield
    finally:
        _canceled.reset(token)


def check() -> None:
    """Raises ``Stopped`` when this process, or the work of this thread, was asked to stop."""
    canceled = _canceled.get()
    if requested() or (canceled is not None and canceled.is_set()):
        raise Stopped


def wait(future: futures.Future[T]) -> T:
    """The result of ``future``. Raises its error, and ``Stopped`` when this work is asked to stop meanwhile."""
    while not futures.wait([future], POLL_SECONDS).done:
        check()
    return future.result()


@contextmanager
def cleanup(action: Callable[[], None]) -> Iterator[None]:
    """While the block runs, ``action`` is what remains to do if the process must end before the block does."""
    _cleanups.append(action)
    try:
        yield
    finally:
        _cleanups.remove(action)


def clean_up() -> None:
    """Does what remains to do before this process ends at once, the latest first."""
    for action in reversed(tuple(_cleanups)):
        action()
