"""Keeps the SQLite databases of Dagster, and that of the catalog, open while a run writes to them.

Dagster opens a database for each query and closes it again, and a run of 14 assets has hundreds of queries. Closing the
last connection to a database also writes its whole write-ahead log back and waits for the disk. Here closed connections
wait for the next query, and are closed at the end. Dagster also has a new engine of SQLAlchemy for each query, which
compiles the statement again; here all engines share what they have compiled. Connections to PostgreSQL are kept open as
well.
"""

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Pool, event
from sqlalchemy.engine import Dialect

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings

# Connections that wait for the next query: of three databases, each of a few threads.
MAX_IDLE = 12
# Where a connection of Dagster notes which database it has opened.
DATABASE = "pytoon_database"


@contextmanager
def open_databases(home: Home, run_id: str | None = None) -> Iterator[None]:
    """Inside the block, the databases that all runs share stay open, and that of run ``run_id`` if one is given."""
    with kept_open(), Database(home).kept_open(), _files_open(home, run_id):
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
def _files_open(home: Home, run_id: str | None) -> Iterator[None]:
    history = home.dagster / "history"
    files = [history / "runs.db", history / "runs" / "index.db"]
    if not all(path.is_file() for path in files):
        yield
        return
    own = history / "runs" / f"{run_id}.db" if run_id is not None else None
    if own is not None:
        files.append(own)
    with ExitStack() as kept:
        keeper = _Keeper(frozenset(map(str, files)))
        kept.callback(keeper.end)
        listeners = _Listeners(own)
        for target, name, listener in (
            (Engine, "engine_connect", listeners.ready),
            (Engine, "do_connect", listeners.connecting),
            (Engine, "do_connect", keeper.connect),
            (Pool, "close", listeners.closed),
        ):
            event.listen(target, name, listener)
            kept.callback(event.remove, target, name, listener)
        yield


class KeptDatabase(sqlite3.Connection):
    """A connection that waits for the next query when it is closed, as long as ``keeper`` keeps it."""

    keeper: "_Keeper | None" = None
    wanted: Any = None

    def close(self) -> None:
        if self.keeper is None or not self.keeper.take_back(self):
            super().close()


class _Keeper:
    """Keeps idle connections to the databases ``paths``, so that each of them is open until the end."""

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = paths
        self._idle: list[KeptDatabase] = []
        self._lock = Lock()
        self._process = os.getpid()

    def connect(self, _dialect: Any, _record: Any, arguments: Any, options: Any) -> KeptDatabase | None:
        """For SQLAlchemy: a connection that is kept or a new one; ``None`` for other databases and in a fork."""
        if not arguments or arguments[0] not in self._paths or os.getpid() != self._process:
            return None
        wanted = (arguments, options)
        with self._lock:
            kept = next((one for one in reversed(self._idle) if one.wanted == wanted), None)
            if kept is not None:
                self._idle.remove(kept)
                return kept
        opened = sqlite3.connect(*arguments, **options, factory=KeptDatabase)
        opened.keeper, opened.wanted = self, wanted
        # With a write-ahead log, a process that dies loses nothing, and a power failure at most the last moments.
        opened.execute("pragma synchronous = normal")
        return opened

    def take_back(self, connection: KeptDatabase) -> bool:
        if os.getpid() != self._process or connection.in_transaction:
            return False
        with self._lock:
            if len(self._idle) >= MAX_IDLE:
                return False
            self._idle.append(connection)
        return True

    def end(self) -> None:
        for kept in self._idle:
            kept.keeper = None
            kept.close()


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

    own: Path | None
    statements: CompiledStatements = field(default_factory=CompiledStatements)

    def ready(self, connection: Connection) -> None:
        """Lets SQLite connections share compiled statements."""
        if connection.dialect.name == "sqlite":
            connection.execution_options(compiled_cache=self.statements)

    def connecting(self, _dialect: Any, record: Any, arguments: Any, _options: Any) -> None:
        """Notes which database is opened, for ``closed``."""
        record.info[DATABASE] = arguments[0] if arguments else None

    def closed(self, _connection: Any, record: Any) -> None:
        """The page of a run watches the run's database file, and new events are in the log beside it."""
        if self.own is not None and record is not None and record.info.get(DATABASE) == str(self.own):
            os.utime(self.own)
