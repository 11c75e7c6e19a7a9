"""Dagster's SQLite storage with connections that stay open. Named in ``dagster.yaml``.

Dagster opens and closes a connection for each query. The last close writes SQLite's log back to the database and
removes it with its index of 32 KB; the next query makes them again, even to read. An idle daemon asks several
times a second: that alone writes 1.3 GB an hour. Every new engine also compiles its statements again: kept open, a run
in which all is cached costs a third less.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._core.storage.runs.sqlite import SqliteRunStorage
from dagster._core.storage.schedules.sqlite import SqliteScheduleStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

BUSY_SECONDS = 60
# Shards are one database a run; those of past runs are closed again.
KEPT_SHARDS = 8
SMALL_PAGE = 1024


def kept_engine(address: str) -> Engine:
    """An engine that keeps one connection open, whoever uses it.

    Writes reach the disk with the next checkpoint: a killed process loses nothing, a power cut the last seconds of
    Dagster's history, but no consistency.
    """
    engine = create_engine(
        address,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=-1,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", lambda opened, _: opened.execute("pragma synchronous = normal"))
    return engine


class OneEngine:
    """One engine for all queries of a storage."""

    _conn_string: str

    @cached_property
    def _engine(self) -> Engine:
        return kept_engine(self._conn_string)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        self._engine.dispose()


class KeptSqliteRuns(OneEngine, SqliteRunStorage):
    """The database of runs."""


class KeptSqliteSchedules(OneEngine, SqliteScheduleStorage):
    """The database of sensors and schedules. A tick changes twenty pages by a few bytes each: they are small."""

    @classmethod
    def from_local(cls, base_dir: str, inst_data: ConfigurableClassData | None = None) -> SqliteScheduleStorage:
        path = Path(base_dir) / "schedules.db"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as opened:
                opened.execute(f"pragma page_size = {SMALL_PAGE}")
                # Writes the first page, by which the others go.
                opened.execute("vacuum")
        return super().from_local(base_dir, inst_data)


class KeptSqliteEventLog(SqliteEventLogStorage):
    """One engine with one open connection for each database that was used lately."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None) or kept_engine(self.conn_string_for_shard(shard))
        self._engines[shard] = engine
        while len(self._engines) > KEPT_SHARDS:
            self._engines.pop(next(iter(self._engines))).dispose()
        return engine

    def delete_events(self, run_id: str) -> None:
        """Removes also the file, which Dagster leaves at its full size."""
        super().delete_events(run_id)
        with self._db_lock:
            if engine := self._engines.pop(run_id, None):
                engine.dispose()
            self._initialized_dbs.discard(run_id)
            for ending in ("", "-wal", "-shm"):
                Path(self.path_for_shard(run_id) + ending).unlink(missing_ok=True)

    def dispose(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


class KeptSqliteStorage(DagsterSqliteStorage):
    """SQLite for runs, events and schedules, with the storages above."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        # In place of the parent's, which opens each database for itself; in the folders that it uses.
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call]
        self.base_dir = base_dir
        self._inst_data = inst_data
        root = Path(base_dir)
        self._run_storage = KeptSqliteRuns.from_local(str(root / "history"))
        self._event_log_storage = KeptSqliteEventLog(str(root / "history" / "runs"))
        self._schedule_storage = KeptSqliteSchedules.from_local(str(root / "schedules"))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> "KeptSqliteStorage":
        return cls.from_local(inst_data=inst_data, **config_value)
