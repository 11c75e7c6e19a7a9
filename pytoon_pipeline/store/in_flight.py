"""Results in flight: of the threads of this process that need the same result, one computes it and the others wait.

A thread may also compute *ahead*: it computes what a later step will ask for. Its result, or its error, is kept until
that step asks. So the step reports what was computed, in how many seconds, and why it failed, as if it had done the
work itself.
"""

import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Generic, TypeVar

from pytoon_pipeline.runtime import stopping

# A waiting thread looks this often whether it should stop.
POLL_SECONDS = 0.5

T = TypeVar("T")

_ahead: ContextVar[bool] = ContextVar("ahead", default=False)


@contextmanager
def ahead() -> Iterator[None]:
    """Inside the block, results are computed ahead of the steps that will ask for them."""
    token = _ahead.set(True)
    try:
        yield
    finally:
        _ahead.reset(token)


@contextmanager
def ahead_of_steps() -> Iterator[None]:
    """Computes ahead. An error ends the block here; the step that asks for the same result meets it and reports it."""
    with suppress(Exception, stopping.Stopped), ahead():
        yield


class InFlight(Generic[T]):
    """Results that are being computed, and those computed ahead, by key."""

    def __init__(self) -> None:
        self._futures: dict[Hashable, Future[T]] = {}
        self._lock = threading.Lock()

    def run(self, key: Hashable, work: Callable[[], T]) -> T:
        """The result of ``work``, or of another thread that works on the same key. Raises what ``work`` raises."""
        with self._lock:
            found = self._futures.get(key)
            future = self._futures[key] = found or Future()
        try:
            return _compute(future, work) if found is None else _wait(future)
        finally:
            if not _ahead.get():
                self._forget(key, future)

    def clear(self) -> None:
        """Forgets results that no step has asked for."""
        with self._lock:
            for key in [key for key, future in self._futures.items() if future.done()]:
                del self._futures[key]

    def _forget(self, key: Hashable, future: Future[T]) -> None:
        with self._lock:
            if self._futures.get(key) is future:
                del self._futures[key]


def _compute(future: Future[T], work: Callable[[], T]) -> T:
    try:
        result = work()
    except BaseException as error:
        future.set_exception(error)
        raise
    future.set_result(result)
    return result


def _wait(future: Future[T]) -> T:
    while not wait([future], POLL_SECONDS).done:
        stopping.check()
    return future.result()
