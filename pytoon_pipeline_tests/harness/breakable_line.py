"""A line to a server that can be cut: all connections break, and new ones are refused until it is joined again."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pytoon_pipeline_tests.harness.free_port import free_port

PIECE_BYTES = 1 << 16


class Line:
    """Passes connections to ``port`` of this machine to port ``to``, while it is not cut."""

    def __init__(self, to: int) -> None:
        self.port, self._to = free_port(), to
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()

    def join(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        if self._listener is not None:
            _end(self._listener)
        self._listener = None
        for one in list(self._open):
            _end(one)
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._open |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(PIECE_BYTES):
                other.sendall(data)
        for end in (one, other):
            self._open.discard(end)
            _end(end)


def _end(one: socket.socket) -> None:
    # Whoever waits for it is woken by this, not by closing it.
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A line to a port, joined."""
    line = Line(port)
    line.join()
    try:
        yield line
    finally:
        line.cut()
