"""Results in flight: of the threads of this process that need the same result, one computes it and the others wait.

A thread may also compute *ahead*: it computes what a later step will ask for. Its result, or its error, is kept until
that step asks. So the step reports what was computed, in how many seconds, and why it failed, as if it had done the
work itself. What the work publishes meanwhile is withheld until a step waits for it. Another process may do so as well,
see ``store/relay.py``.
"""

import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.runtime.progress import Withheld

T = TypeVar("T")

_ahead: ContextVar[bool] = ContextVar("ahead", default=False)


@contextmanager
def ahead(on: bool = True) -> Iterator[None]:
    """Inside the block, results are computed ahead of the steps that will ask for them."""
    token = _ahead.set(on)
    try:
        yield
    finally:
        _ahead.reset(token)


@contextmanager
def ahead_of_steps() -> Iterator[None]:
    """Computes ahead. An error ends the block here; the step that asks for the same result meets it and reports it."""
    with suppress(Exception, stopping.Stopped), ahead():
        yield


@dataclass(frozen=True)
class Work(Generic[T]):
    """Work on one result, and the events of it that nobody has asked for."""

    future: Future[T] = field(default_factory=Future)
    events: Withheld = field(default_factory=Withheld)


class Lost(Exception):
    """The process that computed a result has ended, or cannot send its error."""


class Source(Protocol):
    """Where steps find the work of another process; see ``Receiver``."""

    def find(self, name: str, key: Hashable) -> Work[Any] | None: ...


class Sink(Protocol):
    """Where this process sends what it computes ahead; see ``Sender``."""

    def begin(self, name: str, key: Hashable) -> Work[Any]: ...


_sources: list[Source] = []
_sinks: list[Sink] = []


@contextmanager
def taking_from(source: Source) -> Iterator[None]:
    """Inside the block, the steps of this process take results of another process."""
    _sources.append(source)
    try:
        yield
    finally:
        _sources.remove(source)


@contextmanager
def sending_to(sink: Sink) -> Iterator[None]:
    """Inside the block, the results that this process computes ahead go to another one."""
    _sinks.append(sink)
    try:
        yield
    finally:
        _sinks.remove(sink)


def is_computed_elsewhere() -> bool:
    """Whether another process computes ahead for the steps of this one."""
    return bool(_sources)


class InFlight(Generic[T]):
    """Results that are being computed, and those computed ahead, by key. ``name`` means the same in each process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._works: dict[Hashable, Work[T]] = {}
        self._lock = threading.Lock()
        _instances.append(self)

    def run(self, key: Hashable, work: Callable[[], T]) -> T:
        """The result of ``work``, or of whoever else works on the same key. Raises what ``work`` raises."""
        asked = not _ahead.get()
        for source in _sources if asked else ():
            if (theirs := source.find(self.name, key)) is not None:
                with suppress(Lost):
                    theirs.events.release()
                    return cast(T, stopping.wait(theirs.future))
        with self._lock:
            found = self._works.get(key)
            own = self._works[key] = found or self._begin(key, asked)
        try:
            if asked:
                own.events.release()
            return _compute(own, work) if found is None else stopping.wait(own.future)
        finally:
            if asked:
                self._forget(key, own)

    def clear(self) -> None:
        """Forgets results that no step has asked for."""
        with self._lock:
            for key in [key for key, work in self._works.items() if work.future.done()]:
                del self._works[key]

    def _begin(self, key: Hashable, asked: bool) -> Work[T]:
        return Work() if asked or not _sinks else _sinks[0].begin(self.name, key)

    def _forget(self, key: Hashable, work: Work[T]) -> None:
        with self._lock:
            if self._works.get(key) is work:
                del self._works[key]


_instances: list[InFlight[Any]] = []


def forget_all() -> None:
    """Forgets all results that no step has asked for."""
    for instance in _instances:
        instance.clear()


def _compute(own: Work[T], work: Callable[[], T]) -> T:
    try:
        # What the work itself asks for is not ahead of it.
        with own.events if _ahead.get() else nullcontext(), ahead(False):
            result = work()
    except BaseException as error:
        own.future.set_exception(error)
        raise
    own.future.set_result(result)
    return result
