"""Dagster's SQLite storage with connections that stay open. ``dagster.yaml`` names it.

Dagster opens a database for each query and closes it again. Closing the last connection writes the whole log of the
database back into it, and every query is compiled anew: a run of 14 assets opens 1,200 connections. Files, tables and
queries are those of Dagster: a home can be used with either storage.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import dagster as dg
import sqlalchemy
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData

BUSY_SECONDS = 30
# Databases that stay open in one process, besides those that all runs share.
MAX_RUNS = 4
INDEX = "index"


class Databases:
    """SQLite databases with a pool of connections each. Threads and forks may share the object."""

    def __init__(self, max_open: int) -> None:
        self._max_open = max_open
        self._engines: dict[str, sqlalchemy.Engine] = {}
        self._process = os.getpid()
        self._lock = Lock()

    @contextmanager
    def transaction(self, path: str) -> Iterator[sqlalchemy.Connection]:
        with self._engine(path).connect() as opened, opened.begin():
            yield opened

    def close(self) -> None:
        with self._lock:
            for path in list(self._engines):
                self._close(path)

    def _engine(self, path: str) -> sqlalchemy.Engine:
        """The engine of a database. The one that was not used for longest is closed when there are too many."""
        with self._lock:
            if self._process != os.getpid():
                # SQLite connections must not cross a fork: those of the parent are left alone.
                for engine in self._engines.values():
                    engine.dispose(close=False)
                self._engines, self._process = {}, os.getpid()
            engine = self._engines.pop(path) if path in self._engines else _new_engine(path)
            self._engines[path] = engine
            if len(self._engines) > self._max_open:
                self._close(next(iter(self._engines)))
            return engine

    def _close(self, path: str) -> None:
        self._engines.pop(path).dispose()


def _new_engine(path: str) -> sqlalchemy.Engine:
    url = sqlalchemy.URL.create("sqlite", database=path)
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @sqlalchemy.event.listens_for(engine, "connect")
    def _configure(opened: sqlite3.Connection, record: Any) -> None:
        # With a write-ahead log, a process that dies loses nothing, and a power cut the last moments at most.
        opened.execute("pragma synchronous = normal")

    return engine


class EventLog(SqliteEventLogStorage):
    """The events of runs: a database for each run, and one of all events about assets."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._databases = Databases(MAX_RUNS + 1)
        self._created: set[str] = set()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    def run_connection(self, run_id: str | None = None) -> Any:
        return self._transaction(str(run_id), super().run_connection)

    def index_connection(self) -> AbstractContextManager[sqlalchemy.Connection]:
        return self._transaction(INDEX, lambda _: super(EventLog, self).index_connection())

    def store_event(self, event: Any) -> None:
        super().store_event(event)
        # Whoever watches a run looks at its database; the event is in the log beside it.
        os.utime(self.path_for_shard(event.run_id))

    def has_table(self, table_name: str) -> bool:
        if table_name not in self._tables:
            with self.index_connection() as opened:
                if not sqlalchemy.inspect(opened).has_table(table_name):
                    return False
            self._tables.add(table_name)
        return True

    def wipe(self) -> None:
        self._databases.close()
        self._created.clear()
        self._tables.clear()
        super().wipe()

    def dispose(self) -> None:
        self._databases.close()
        super().dispose()

    @contextmanager
    def _transaction(self, shard: str, create: Any) -> Iterator[sqlalchemy.Connection]:
        if shard not in self._created:
            with create(shard):
                self._created.add(shard)
        with self._databases.transaction(self.path_for_shard(shard)) as opened:
            yield opened


class Runs(SqliteRunStorage):
    """The runs and their tags."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._databases, self._path = Databases(1), conn_string.removeprefix("sqlite:///")
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[sqlalchemy.Connection]:
        with self._databases.transaction(self._path) as opened:
            yield opened

    def dispose(self) -> None:
        self._databases.close()
        super().dispose()


class Schedules(SqliteScheduleStorage):
    """The states and ticks of sensors and schedules."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._databases, self._path = Databases(1), conn_string.removeprefix("sqlite:///")
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[sqlalchemy.Connection]:
        with self._databases.transaction(self._path) as opened:
            yield opened

    def dispose(self) -> None:
        self._databases.close()
        super().dispose()


S = TypeVar("S", Runs, Schedules)


def _open(kind: type[S], path: Path) -> S:
    """The storage in a database. Creating one, Dagster reads all its migrations; opening one needs none of them."""
    if not _is_created(path):
        kind.from_local(str(path.parent)).dispose()
    return kind(f"sqlite:///{path}")


def _is_created(path: Path) -> bool:
    """Whether Dagster has finished creating a database: the version of its tables is written last."""
    if not path.is_file():
        return False
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as opened:
        try:
            return opened.execute("select 1 from alembic_version").fetchone() is not None
        except sqlite3.OperationalError:
            return False


class SqliteStorage(DagsterStorage, ConfigurableClass):
    """Runs, events and schedules below ``base_dir``, laid out as Dagster's own SQLite storage does."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        root = Path(base_dir).absolute()
        self._inst_data = inst_data
        self._runs = _open(Runs, root / "history" / "runs.db")
        self._events = EventLog(str(root / "history" / "runs"))
        self._schedules = _open(Schedules, root / "schedules" / "schedules.db")
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {"base_dir": dg.StringSource}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "SqliteStorage":
        return cls(config_value["base_dir"], inst_data)

    @property
    def run_storage(self) -> Runs:
        return self._runs

    @property
    def event_log_storage(self) -> EventLog:
        return self._events

    @property
    def schedule_storage(self) -> Schedules:
        return self._schedules
