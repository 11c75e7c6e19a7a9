"""Idle connections of this process: opening one takes longer than most transactions."""

import os
import threading

from pytoon_pipeline.catalog.postgresql_connection import PostgresConnection

MAX_IDLE = 4


class IdleConnections:
    """Those of each URL. A fork has none: a connection belongs to the process that opened it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[str, list[PostgresConnection]] = {}
        self._of_parent: list[dict[str, list[PostgresConnection]]] = []
        os.register_at_fork(after_in_child=self._forget)

    def take(self, url: str) -> PostgresConnection | None:
        with self._lock:
            idle = self._idle.get(url)
            return idle.pop() if idle else None

    def give(self, url: str, connection: PostgresConnection) -> None:
        """Keeps a connection that works; closes any other."""
        with self._lock:
            idle = self._idle.setdefault(url, [])
            if connection.is_idle and len(idle) < MAX_IDLE:
                idle.append(connection)
                return
        connection.close()

    def clear(self) -> None:
        """Closes all."""
        with self._lock:
            found, self._idle = self._idle, {}
        for connections in found.values():
            for connection in connections:
                connection.close()

    def _forget(self) -> None:
        # Another thread of the parent may have held the lock. What is kept here is not closed.
        self._lock = threading.Lock()
        self._of_parent.append(self._idle)
        self._idle = {}


IDLE = IdleConnections()
