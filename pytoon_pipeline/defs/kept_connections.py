"""Keeps connections to Dagster's PostgreSQL database open for the next query.

Dagster opens a connection for each query and closes it again. That takes longer than most queries, and a run has
hundreds of them.
"""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy import Engine, event

MAX_IDLE = 4


class KeptConnection(psycopg2.extensions.connection):  # type: ignore[misc]
    """A connection that waits for the next query when it is closed, as long as ``keeper`` keeps it."""

    keeper: "_Keeper | None" = None
    wanted: Any = None

    def close(self) -> None:
        if self.keeper is None or not self.keeper.take_back(self):
            super().close()

    @property
    def works(self) -> bool:
        """Whether the server has not closed it: then nothing can be read from it."""
        return (
            not self.closed
            and self.info.transaction_status == TRANSACTION_STATUS_IDLE
            and not select.select([self], [], [], 0)[0]
        )


class _Keeper:
    def __init__(self) -> None:
        self._idle: list[KeptConnection] = []
        self._process = os.getpid()

    def connect(self, dialect: Any, _record: Any, arguments: Any, options: Any) -> KeptConnection | None:
        """For SQLAlchemy: a connection that is kept or a new one; ``None`` for other drivers and in a fork."""
        if dialect.driver != "psycopg2" or os.getpid() != self._process:
            return None
        wanted = (arguments, options)
        while self._idle:
            kept = self._idle.pop()
            if kept.works and kept.wanted == wanted:
                return kept
            kept.keeper = None
            kept.close()
        opened = psycopg2.connect(*arguments, **options, connection_factory=KeptConnection)
        opened.keeper, opened.wanted = self, wanted
        return opened

    def take_back(self, connection: KeptConnection) -> bool:
        if os.getpid() != self._process or len(self._idle) >= MAX_IDLE or not connection.works:
            return False
        self._idle.append(connection)
        return True

    def end(self) -> None:
        while self._idle:
            kept = self._idle.pop()
            kept.keeper = None
            kept.close()


@contextmanager
def kept_connections() -> Iterator[None]:
    """Inside the block, closed connections wait for the next query."""
    keeper = _Keeper()
    event.listen(Engine, "do_connect", keeper.connect)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", keeper.connect)
        keeper.end()
