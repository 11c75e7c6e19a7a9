"""Starts processes as forks of one that has imported everything: a new process then costs no imports.

The program that wants processes holds a ``ForkServer``; the server itself is a process of its own that executes
``serve``. The server ends when the connection to it is closed, which the end of that program does as well, and when all
its forks have ended. It runs a single thread and opens nothing, so that a fork finds no lock held and no connection
shared.
"""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

# A server that has not answered after this many seconds, imports included, never will. On a machine that is busy for
# long, imports take minutes; one that was ended for that would begin again with them.
ANSWER_SECONDS = 600.0
CAN_FORK = sys.platform == "linux"


class ForkServerDied(Exception):
    """The server ended while it started a process."""


class ForkServer:
    """A server process that executes ``module``, which calls ``serve`` with the connection of ``connection_from``."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(theirs.fileno())],
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        self._connection = Connection(ours.detach())
        self.forks = 0

    @property
    def pid(self) -> int:
        """The number of the server process."""
        return self._process.pid

    def fork(self, order: str) -> int:
        """Starts a process for ``order``. Returns its number.

        Raises ``BrokenPipeError`` when the server has ended before it took the order, and ``ForkServerDied`` when it
        may have taken it.
        """
        try:
            self._connection.send(order)
        except ConnectionError as error:
            raise BrokenPipeError from error
        try:
            if not self._connection.poll(ANSWER_SECONDS):
                self._process.kill()
            number = int(self._connection.recv())
        except (EOFError, OSError) as error:
            raise ForkServerDied("The process from which runs fork ended while it started a run.") from error
        self.forks += 1
        return number

    def close(self) -> None:
        """Lets the server end as soon as its forks have ended."""
        self._connection.close()

    def ended(self) -> bool:
        """Whether the server process has ended."""
        return self._process.poll() is not None


def connection_from(argument: str) -> Connection:
    """The server's end of the connection, from the argument of its command line."""
    os.set_inheritable(int(argument), False)
    return Connection(int(argument))


def serve(orders: Connection, work: Callable[[str], None], failed: Callable[[str, int], None]) -> None:
    """Forks a process for each order, which calls ``work`` with it.

    When one ends with an exit code other than 0, another fork calls ``failed`` with the order and the code: negative
    for a signal. Returns when the connection is closed and all forks have ended.
    """
    # A signal to the whole group is for the forks. The server ends with its connection.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    forks: dict[int, tuple[ForkProcess, str | None]] = {}

    def fork(call: Callable[..., None], arguments: tuple[object, ...], order: str | None) -> int:
        process = multiprocessing.get_context("fork").Process(target=_call, args=(orders, call, arguments))
        process.start()
        forks[process.sentinel] = (process, order)
        return process.pid or 0

    while forks or not orders.closed:
        for ready in wait(_watched(orders, forks)):
            if ready is orders:
                order = _received(orders)
                if order is not None:
                    _answer(orders, fork(work, (order,), order))
                continue
            assert isinstance(ready, int)
            process, ordered = forks.pop(ready)
            process.join()
            code = process.exitcode
            process.close()
            if code and ordered is not None:
                fork(failed, (ordered, code), None)


def _watched(orders: Connection, forks: Iterable[int]) -> list[Connection | int]:
    return [*forks] if orders.closed else [orders, *forks]


def _received(orders: Connection) -> str | None:
    """The next order; closes the connection when its other end is closed."""
    try:
        return str(orders.recv())
    except (EOFError, OSError):
        orders.close()
        return None


def _answer(orders: Connection, number: int) -> None:
    # The next read notices that nobody is left to answer.
    with suppress(ConnectionError):
        orders.send(number)


def _call(orders: Connection, call: Callable[..., None], arguments: tuple[object, ...]) -> None:
    """What a fork executes."""
    orders.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    call(*arguments)
