"""Dagster's SQLite databases with connections that stay open."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy
import yaml

from pytoon_pipeline.defs.running import instance
from pytoon_pipeline.defs.storage import Databases, EventLog, SqliteStorage
from pytoon_pipeline.runtime.home import Home


@dg.asset(partitions_def=dg.DynamicPartitionsDefinition(name="uploads"))
def made() -> int:
    return 1


@pytest.fixture
def connections() -> Iterator[list[Any]]:
    """All connections that are opened meanwhile."""
    opened: list[Any] = []

    def note(connection: Any, record: Any) -> None:
        opened.append(connection)

    sqlalchemy.event.listen(sqlalchemy.Engine, "connect", note)
    yield opened
    sqlalchemy.event.remove(sqlalchemy.Engine, "connect", note)


def run(opened: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    opened.add_dynamic_partitions("uploads", ["one"])
    return dg.materialize([made], instance=opened, partition_key="one")


def test_a_run_opens_few_connections(home: Home, connections: list[Any]) -> None:
    with instance(home) as opened:
        assert isinstance(opened.event_log_storage, EventLog)
        run(opened)
        connections.clear()
        assert run(opened).success
    assert len(connections) < 10, "those that create the database of the run, and one that stays open"


def test_the_databases_are_those_of_dagster(home: Home) -> None:
    with instance(home) as opened:
        ours = run(opened).run_id
    settings = home.dagster / "dagster.yaml"
    document = yaml.safe_load(settings.read_text())
    del document["storage"]
    settings.write_text(yaml.safe_dump(document))
    with dg.DagsterInstance.from_config(str(home.dagster)) as opened:
        assert not isinstance(opened.event_log_storage, EventLog)
        assert opened.get_run_by_id(ours).status == dg.DagsterRunStatus.SUCCESS  # type: ignore[union-attr]
        assert dg.DagsterEventType.STEP_SUCCESS in {entry.dagster_event_type for entry in opened.all_logs(ours)}
        assert opened.get_latest_materialization_event(dg.AssetKey("made")) is not None
        theirs = run(opened).run_id
    settings.unlink()
    with instance(home) as opened:
        assert {one.run_id for one in opened.get_runs()} == {ours, theirs}
        assert opened.get_dynamic_partitions("uploads") == ["one"]


def test_whoever_watches_a_run_is_notified_of_each_event(home: Home) -> None:
    with instance(home) as opened:
        done = run(opened)
        database = Path(home.dagster, "history", "runs", f"{done.run_id}.db")
        os.utime(database, (1, 1))
        opened.report_engine_event("more", done.dagster_run)
        assert database.stat().st_mtime > 1
        assert opened.all_logs(done.run_id)[-1].get_dagster_event().message == "more"


def test_a_database_that_was_not_finished_is_created(tmp_path: Path) -> None:
    for path in (tmp_path / "history" / "runs.db", tmp_path / "schedules" / "schedules.db"):
        path.parent.mkdir()
        sqlite3.connect(path).close()
        path.touch()
    storage = SqliteStorage(str(tmp_path))
    assert storage.run_storage.get_runs() == []
    assert storage.schedule_storage.all_instigator_state() == []


def test_few_databases_stay_open(tmp_path: Path, connections: list[Any]) -> None:
    databases = Databases(2)
    for name in ("a", "b", "a", "b", "c", "b", "a"):
        with databases.transaction(str(tmp_path / name)) as opened:
            opened.execute(sqlalchemy.text("select 1"))
    assert len(connections) == 4, "a, b, c, and a again"


def test_a_fork_opens_connections_of_its_own(
    tmp_path: Path, connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    databases = Databases(2)
    for _ in range(2):
        with databases.transaction(str(tmp_path / "a")) as opened:
            opened.execute(sqlalchemy.text("create table if not exists t (n int)"))
    assert len(connections) == 1
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with databases.transaction(str(tmp_path / "a")) as opened:
        opened.execute(sqlalchemy.text("insert into t values (1)"))
    assert len(connections) == 2
    connections[0].execute("select * from t")
