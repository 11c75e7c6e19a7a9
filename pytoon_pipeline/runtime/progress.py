"""Progress of the work in this process: whoever works publishes events, whoever shows them listens."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pytoon_pipeline.contracts.progress import Event

Listener = Callable[[Event], None]

_listeners: list[Listener] = []
# Segments are rendered by several threads; a listener receives one event at a time.
_lock = threading.RLock()


def publish(event: Event) -> None:
    """Passes ``event`` to everyone who listens now."""
    with _lock:
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
