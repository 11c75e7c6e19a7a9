"""Dagster's databases stay open during a run, and everything is in them afterwards."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy import Engine, Pool, event

from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.open_databases import open_databases
from pytoon_pipeline.runtime.home import Home

RUN = "12345678-1234-1234-1234-123456789abc"


def test_events_stay_in_the_write_ahead_log_until_the_run_ends(home: Home) -> None:
    database = home.dagster / "history" / "runs" / f"{RUN}.db"
    log = Path(f"{database}-wal")
    with running.instance(home) as instance:
        with open_databases(home, RUN):
            report(instance, "one")
            assert log.stat().st_size > 0, "no query writes the log back"
            os.utime(database, (0, 0))
            report(instance, "two")
            assert database.stat().st_mtime > 0, "who watches the run sees that it changed"
            assert messages(instance) == ["one", "two"]
        assert not log.exists()
        report(instance, "three")
        assert not log.exists(), "as without it"
        assert messages(instance) == ["one", "two", "three"]


def test_a_statement_is_compiled_once(home: Home) -> None:
    compiled: list[object] = []

    def note(context: Any, *_: object) -> None:
        compiled.append(context.compiled)

    with running.instance(home) as instance, open_databases(home, RUN):
        report(instance, "one")
        for _ in range(2):
            event.listen(Engine, "after_cursor_execute", listener := lambda *given: note(given[4]))
            messages(instance)
            event.remove(Engine, "after_cursor_execute", listener)
    half = len(compiled) // 2
    assert half
    assert all(one is again for one, again in zip(compiled[:half], compiled[half:], strict=True))


def test_a_database_is_opened_once_and_closed_at_the_end(home: Home) -> None:
    opened: list[sqlite3.Connection] = []

    def note(connection: sqlite3.Connection, _record: object) -> None:
        opened.append(connection)

    with running.instance(home) as instance, open_databases(home, RUN):
        report(instance, "one")
        event.listen(Pool, "connect", note)
        for text in ("two", "three"):
            report(instance, text)
        event.remove(Pool, "connect", note)
    assert len(opened) > len(set(map(id, opened))), "the next query gets the same connection"
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
            connection.execute("select 1")


def test_another_storage_is_left_alone(home: Home) -> None:
    with open_databases(home, RUN):
        assert not home.dagster.exists()


def report(instance: dg.DagsterInstance, text: str) -> None:
    instance.report_engine_event(text, run_id=RUN, job_name="job")


def messages(instance: dg.DagsterInstance) -> list[str]:
    return [entry.message for entry in instance.all_logs(RUN)]
