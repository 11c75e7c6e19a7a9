"""Progress of the work in this process: whoever works publishes events, whoever shows them listens."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token

from pytoon_pipeline.contracts.progress import Event, Noted

Listener = Callable[[Event], None]

_listeners: list[Listener] = []
# Segments are rendered by several threads; a listener receives one event at a time.
_lock = threading.RLock()


class Withheld:
    """Events of work that nobody waits for yet. Inside the block, they are kept until ``release``: all notes, and the
    latest event of each other kind. After that, events are published as usual.
    """

    def __init__(self) -> None:
        self._kept: dict[object, Event] | None = {}
        self._token: Token[Withheld | None] | None = None

    def __enter__(self) -> None:
        self._token = _withheld.set(self)

    def __exit__(self, *raised: object) -> None:
        assert self._token is not None
        _withheld.reset(self._token)

    def keep(self, event: Event) -> bool:
        """Whether the event is kept."""
        if self._kept is None:
            return False
        kind: object = event if isinstance(event, Noted) else type(event)
        self._kept.pop(kind, None)
        self._kept[kind] = event
        return True

    def release(self) -> None:
        """Publishes what was kept, and from now on everything."""
        with _lock:
            kept, self._kept = self._kept, None
            for event in (kept or {}).values():
                publish(event)


_withheld: ContextVar[Withheld | None] = ContextVar("withheld", default=None)


def publish(event: Event) -> None:
    """Passes ``event`` to everyone who listens now, unless this work is ahead of who will wait for it."""
    with _lock:
        withheld = _withheld.get()
        if withheld is None or not withheld.keep(event):
            for listener in tuple(_listeners):
                listener(event)


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """While the block runs, ``listener`` receives every event of this process, also from other threads."""
    with _lock:
        _listeners.append(listener)
    try:
        yield
    finally:
        with _lock:
            _listeners.remove(listener)


def _after_fork() -> None:
    """Whoever listens in the parent is told there."""
    global _lock
    _lock = threading.RLock()
    _listeners.clear()


os.register_at_fork(after_in_child=_after_fork)
