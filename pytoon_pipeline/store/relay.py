"""Results that another process computes ahead of the steps of this one, see ``store/in_flight.py``: that process has a
``Sender``, this one a ``Receiver``. A step takes a result, or an error, as if a thread of this process had computed it.
"""

import logging
import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.progress import Event
from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.runtime.progress import Withheld, listen, publish
from pytoon_pipeline.store.in_flight import Lost, Work, forget_all, sending_to, taking_from

# A step that waits looks this often whether it should stop.
POLL_SECONDS = 0.5

# Errors that arrive as they were. A step meets any other one by doing the work itself, with its traceback.
SENT = (PytoonError, OSError)

Place = tuple[str, Hashable]

log = logging.getLogger("pytoon.stages")


@dataclass(frozen=True)
class Begun:
    """Somebody works on the result at ``place``."""

    place: Place


@dataclass(frozen=True)
class Published:
    """An event of the work on a result, or of other work."""

    place: Place | None
    event: Event


@dataclass(frozen=True)
class Ended:
    """The work on a result has ended, with an error where there is one; ``lost``: with one that is not sent."""

    place: Place
    result: Any = None
    error: BaseException | None = None
    lost: bool = False


@dataclass(frozen=True)
class Finished:
    """Nothing more is computed for this order."""


Message = Begun | Published | Ended | Finished


class Sender:
    """Sends what this process computes ahead to the one that asks for it."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Inside the block, all that is computed ahead is sent; its end is told. Nothing of it is kept here."""
        try:
            with sending_to(self), listen(lambda event: self._send(Published(None, event))):
                yield
        finally:
            forget_all()
            self._send(Finished())

    def begin(self, name: str, key: Hashable) -> Work[Any]:
        """Work on the result ``key`` of the instance ``name``."""
        place = (name, key)
        self._send(Begun(place))
        work: Work[Any] = Work(events=_Sent(lambda event: self._send(Published(place, event))))
        work.future.add_done_callback(lambda done: self._send(_ended(place, done)))
        return work


class _Sent(Withheld):
    """Events that are sent at once; the other process withholds them."""

    def __init__(self, send: Callable[[Event], None]) -> None:
        super().__init__()
        self._send = send

    def keep(self, event: Event) -> bool:
        self._send(event)
        return True


def _ended(place: Place, done: "Future[Any]") -> Ended:
    error = done.exception()
    if error is None:
        return Ended(place, done.result())
    return Ended(place, error=error if isinstance(error, SENT) else None, lost=not isinstance(error, SENT))


class Receiver:
    """What another process computes ahead for the steps of this one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._works: dict[Place, Work[Any]] = {}
        self._taken: set[Place] = set()
        self._closed = False
        self.busy = False

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """Inside the block, steps wait for what the other process computes; it has just been given an order."""
        with self._changed:
            self._works, self._taken, self.busy = {}, set(), not self._closed
        with taking_from(self):
            yield

    def find(self, name: str, key: Hashable) -> Work[Any] | None:
        """The other process's work on the result ``key`` of the instance ``name``. Waits until it has begun, or nothing
        more will. None where there is no such work, or a step has taken its result: then the store has it.
        """
        place = (name, key)
        with self._changed:
            waited = self.busy and place not in self._works
            while self.busy and place not in self._works:
                self._changed.wait(POLL_SECONDS)
                stopping.check()
            found = self._works.get(place)
            if found is None and waited:
                log.info("not computed ahead", extra={"event": "not_ahead", "stage": name})
            if found is None or (place in self._taken and found.future.done()):
                return None
            self._taken.add(place)
        return found

    def receive(self, message: Message) -> None:
        """Takes a message of the ``Sender``."""
        match message:
            case Begun(place):
                with self._changed:
                    self._works[place] = Work()
                    self._changed.notify_all()
            case Published(place, event):
                with nullcontext() if place is None else self._works[place].events:
                    publish(event)
            case Ended(place, result, error, lost):
                future = self._works[place].future
                if lost or error is not None:
                    future.set_exception(Lost() if error is None else error)
                else:
                    future.set_result(result)
            case Finished():
                self._finish()

    def close(self) -> None:
        """The other process has ended: what it has not sent, steps compute themselves."""
        with self._changed:
            self._closed = True
        self._finish()

    def _finish(self) -> None:
        with self._changed:
            self.busy = False
            self._changed.notify_all()
        for work in self._works.values():
            if not work.future.done():
                work.future.set_exception(Lost())
