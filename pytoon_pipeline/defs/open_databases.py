"""Keeps the SQLite databases of Dagster open while a run writes to them.

Dagster opens a database for each query and closes it again. Closing the last connection to a database writes its whole
write-ahead log back and waits for the disk, and a run of 14 assets has more than a thousand queries. While another
connection is open, that happens once, at the end. It also has a new engine of SQLAlchemy for each query, which compiles
the statement again; here all engines share what they have compiled. Connections to PostgreSQL are kept open as well.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Pool, event
from sqlalchemy.engine import Dialect

from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings

BUSY_SECONDS = 30.0
# Where a connection of Dagster notes which database it has opened.
DATABASE = "pytoon_database"


@contextmanager
def open_databases(home: Home, run_id: str) -> Iterator[None]:
    """Inside the block, the databases that all runs share and that of run ``run_id`` stay open."""
    with kept_open(), _files_open(home, run_id):
        yield


@contextmanager
def kept_open() -> Iterator[None]:
    """Inside the block, connections to Dagster's PostgreSQL database stay open, where the settings name one."""
    if Settings.load().dagster_database is None:
        yield
        return
    from pytoon_pipeline.defs.kept_connections import kept_connections

    with kept_connections():
        yield


@contextmanager
def _files_open(home: Home, run_id: str) -> Iterator[None]:
    history = home.dagster / "history"
    shared = [history / "runs.db", history / "runs" / "index.db"]
    if not all(path.is_file() for path in shared):
        yield
        return
    own = history / "runs" / f"{run_id}.db"
    with ExitStack() as kept:
        for path in (*shared, own):
            kept.enter_context(closing(_opened(path)))
        listeners = _Listeners(own)
        for target, name, listener in (
            (Engine, "engine_connect", listeners.ready),
            (Engine, "do_connect", listeners.connecting),
            (Pool, "connect", listeners.connected),
            (Pool, "close", listeners.closed),
        ):
            event.listen(target, name, listener)
            kept.callback(event.remove, target, name, listener)
        yield


def _opened(path: Path) -> sqlite3.Connection:
    """An idle connection to a database, which is created as Dagster creates it: with a write-ahead log."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    connection.execute("pragma journal_mode = wal")
    # A connection counts as open from its first query on.
    connection.execute("select count(*) from sqlite_master").fetchone()
    return connection


class CompiledStatements(dict[Any, Any]):
    """Statements that were compiled for SQLite, by everything that SQLAlchemy identifies them by but the dialect: each
    engine has its own, and all of them are alike. A run has some fifty different statements.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_without_dialect(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_without_dialect(key), compiled)


def _without_dialect(key: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(part for part in key if not isinstance(part, Dialect))


@dataclass(frozen=True)
class _Listeners:
    """What happens when SQLAlchemy opens or closes a connection for Dagster. ``own`` is the database of the run."""

    own: Path
    statements: CompiledStatements = field(default_factory=CompiledStatements)

    def ready(self, connection: Connection) -> None:
        """Lets SQLite connections share compiled statements."""
        if connection.dialect.name == "sqlite":
            connection.execution_options(compiled_cache=self.statements)

    def connecting(self, _dialect: Any, record: Any, arguments: Any, _options: Any) -> None:
        """Notes which database is opened, for ``closed``."""
        record.info[DATABASE] = arguments[0] if arguments else None

    def connected(self, connection: Any, _record: Any) -> None:
        """With a write-ahead log, a process that dies loses nothing, and a power failure at most the last moments."""
        if isinstance(connection, sqlite3.Connection):
            connection.execute("pragma synchronous = normal")

    def closed(self, _connection: Any, record: Any) -> None:
        """The page of a run watches the run's database file, and new events are in the log beside it."""
        if record is not None and record.info.get(DATABASE) == str(self.own):
            os.utime(self.own)
