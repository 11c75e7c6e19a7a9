"""Retention of Dagster's history: old runs with their events and captured output."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone

import dagster as dg

from pytoon_pipeline.defs.partitions import PARTITION_TAG
from pytoon_pipeline.defs.run_queries import aware
from pytoon_pipeline.runtime.home import Home

PAGE = 500
FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def remove_old_runs(instance: dg.DagsterInstance, home: Home, days: float, operational_days: float) -> int:
    """Removes finished runs by age and returns how many. ``operational_days`` applies to runs without an upload."""
    old = list(old_runs(_finished(instance), datetime.now(timezone.utc), days, operational_days))
    for run in old:
        remove_run(instance, home, run)
    return len(old)


def remove_run(instance: dg.DagsterInstance, home: Home, run: str) -> None:
    """Removes a finished run with its events and its captured output."""
    instance.delete_run(run)
    instance.compute_log_manager.delete_logs(prefix=[run])
    _remove_database(home, run)


def old_runs(records: Iterable[dg.RunRecord], now: datetime, days: float, operational_days: float) -> Iterator[str]:
    """Ids of runs to remove, from finished ones in order from newest to oldest. The newest successful run of each job
    and key stays: the UI shows its results.
    """
    shown: set[tuple[str, str | None]] = set()
    for record in records:
        run, key = record.dagster_run, record.dagster_run.tags.get(PARTITION_TAG)
        if run.status == dg.DagsterRunStatus.SUCCESS and (run.job_name, key) not in shown:
            shown.add((run.job_name, key))
        elif now - aware(record.create_timestamp) > timedelta(days=days if key else operational_days):
            yield run.run_id


def _remove_database(home: Home, run: str) -> None:
    """Removes the file of events that Dagster's SQLite storage has for each run. Dagster empties it, and leaves it at
    its full size.
    """
    for suffix in ("", "-wal", "-shm"):
        (home.dagster / "history" / "runs" / f"{run}.db{suffix}").unlink(missing_ok=True)


def _finished(instance: dg.DagsterInstance) -> Iterator[dg.RunRecord]:
    cursor = None
    while page := instance.get_run_records(dg.RunsFilter(statuses=FINISHED), limit=PAGE, cursor=cursor):
        yield from page
        cursor = page[-1].dagster_run.run_id
