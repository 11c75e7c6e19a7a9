"""A fork of this process that works on orders beside it: the threads of one process take turns, because Python executes
one of them at a time, and two processes do not.

The fork ends when the connection to it is closed, which the end of its parent does as well.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from pytoon_pipeline.runtime import stopping

# How long the fork may take to end what it is working on when it is no longer wanted, and how long its parent waits.
STOP_SECONDS, JOIN_SECONDS = 0.5, 2.0
THREADS = "/proc/self/task"

Send = Callable[[Any], None]


def may_fork() -> bool:
    """Whether a fork of this process works. It has no threads, and a library whose threads are gone waits for ever."""
    return sys.platform == "linux" and len(os.listdir(THREADS)) == threading.active_count()


class WorkerProcess:
    """A fork that calls ``work`` with each order, and with what sends a message to this process; both are pickled.

    A thread calls ``received`` with each message, and ``ended`` when no other will come.
    """

    def __init__(
        self, work: Callable[[Any, Send], None], received: Callable[[Any], None], ended: Callable[[], None]
    ) -> None:
        context = multiprocessing.get_context("fork")
        taken, self._orders = context.Pipe(duplex=False)
        self._messages, told = context.Pipe(duplex=False)
        ours = (self._orders, self._messages)
        self._process = context.Process(target=_serve, args=(taken, told, ours, work), name="work ahead", daemon=True)
        with taken, told:
            self._process.start()
        self._reader = threading.Thread(target=self._read, args=(received, ended), name="messages", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def send(self, order: Any) -> None:
        """Gives the process an order. One that has ended takes it as well; then ``ended`` was called, or will be."""
        with suppress(ConnectionError):
            self._orders.send(order)

    def close(self) -> None:
        """Ends the process, soon also when it is working."""
        self._orders.close()
        self._process.join(JOIN_SECONDS)
        self._process.kill()
        self._process.join()
        self._reader.join()
        self._messages.close()

    def _read(self, received: Callable[[Any], None], ended: Callable[[], None]) -> None:
        try:
            while True:
                received(self._messages.recv())
        except (EOFError, OSError):
            ended()


def _serve(
    taken: Connection, told: Connection, of_parent: tuple[Connection, ...], work: Callable[[Any, Send], None]
) -> None:
    """What the fork executes."""
    # Its parent is the one that a person stops.
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for connection in of_parent:
        connection.close()
    orders: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_take, args=(taken, orders), name="orders", daemon=True).start()
    one_at_a_time = threading.Lock()

    def send(message: Any) -> None:
        with one_at_a_time, suppress(ConnectionError):
            told.send(message)

    while (order := orders.get()) is not None:
        with suppress(stopping.Stopped):
            work(order[0], send)
    # What the parent had opened is the parent's to close.
    os._exit(0)


def _take(taken: Connection, orders: "SimpleQueue[Any]") -> None:
    """Queues orders. When the parent has closed the connection, or is dead, the process stops its work and ends."""
    try:
        while True:
            orders.put((taken.recv(),))
    except (EOFError, OSError):
        with stopping.requested_until_here():
            orders.put(None)
            time.sleep(STOP_SECONDS)
            stopping.clean_up()
            os._exit(0)
